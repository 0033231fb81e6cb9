"""A real server on loopback that does everything wrong on purpose, in both vendors' protocols.

`async with FaultServer() as server:` within a test's event loop, `with running() as server:` beside one, or
`python -m tests.faults.server --port 8123` for a browser. Base URLs: `server.openai`, `server.anthropic`.
Every error body echoes the key it was sent, as careless servers do.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Self

from tests.faults.dialects import DIALECTS
from tests.faults.script import (
    FAULTS,
    Broken,
    Comment,
    Count,
    Fault,
    Finish,
    Hang,
    Nothing,
    Ping,
    Raw,
    Refuse,
    Reset,
    Say,
    Step,
    Think,
)
from tests.faults.wire import Chat, Messages, Wire

LENGTHS = ("max_tokens", "max_completion_tokens")
LISTED = ["ok", "slow", "stall", "text-embedding-9", "thinker", "whisper-9"]


@dataclass
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, object]

    @property
    def key(self) -> str:
        return self.headers.get("x-api-key") or self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def model(self) -> str:
        parts = self.path.split("/")
        return parts[2] if parts[1] == "fault" else str(self.body.get("model", "ok"))


@dataclass
class FaultServer:
    """`disconnected` holds, per model, when (`loop.time()`) a client left before its answer was complete."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    disconnected: dict[str, float] = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)
    """Numbers sent, per model, by those that count."""
    told: threading.Event = field(default_factory=threading.Event)
    """Until it is set, what a model with a name that ends in `#told` counts has no end."""
    elsewhere: int = 0
    """How often the place that redirects point to was contacted."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self._other = await asyncio.start_server(self._contacted, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self._asked: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()
        self._other.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def openai(self) -> str:
        return f"{self.url}/v1"

    @property
    def anthropic(self) -> str:
        return self.url

    def bodies(self, model: str) -> list[dict[str, object]]:
        return [request.body for request in self.received if request.model == model]

    def _contacted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.elsewhere += 1
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while request := await _read(reader):
                self.received.append(request)
                if not await self._answer(request, reader, writer):
                    break
        writer.close()

    async def _answer(self, request: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """True if the connection can go on."""
        name = request.model.partition("#")[0]
        fault = FAULTS.get(name) or DIALECTS.get(name, FAULTS["not-found"])
        wire: Wire = Messages(request.body) if "anthropic-version" in request.headers else Chat(request.body)
        self._asked[request.model] += 1
        if self._refuses(fault, request):
            headers = dict(fault.headers)
            if fault.status == 307:
                headers["location"] = f"http://127.0.0.1:{self._other.sockets[0].getsockname()[1]}/v1/chat/completions"
            message = f"{fault.message} (you sent the key {request.key})"
            content = wire.error(fault.kind, message, fault.param) if fault.path is None else b"404 page not found"
            writer.write(_whole(fault.status, {"content-type": "application/json", **headers}, content))
            await writer.drain()
            return True
        if request.method == "GET" and request.path.startswith("/nothing"):
            writer.write(_whole(404, {"content-type": "text/plain"}, b"404 page not found"))
            await writer.drain()
            return True
        if request.method == "GET":
            writer.write(_whole(200, {"content-type": "application/json"}, wire.listing(LISTED)))
            await writer.drain()
            return True
        return await self._stream(fault, wire, request, (reader, writer))

    def _refuses(self, fault: Fault, request: Received) -> bool:
        if fault.status == 200:
            return False
        if fault.unless_without == "system":
            messages = request.body.get("messages")
            return isinstance(messages, list) and any(one["role"] == "system" for one in messages)
        if fault.unless_without is not None:
            return fault.unless_without in request.body
        if fault.most is not None:
            return any(int(str(request.body.get(name, 0))) > fault.most for name in LENGTHS)
        if fault.path is not None:
            return request.path != fault.path
        return fault.times is None or self._asked[request.model] <= fault.times

    async def _stream(
        self,
        fault: Fault,
        wire: Wire,
        request: Received,
        connection: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> bool:
        reader, writer = connection
        headers = {"content-type": "text/event-stream", **fault.headers, "transfer-encoding": "chunked"}
        writer.write(_head(200, headers))
        gone = asyncio.create_task(reader.read(1))
        sending = asyncio.create_task(self._send(fault, wire, request, writer))
        await asyncio.wait({gone, sending}, return_when=asyncio.FIRST_COMPLETED)
        if not sending.done() or sending.exception():  # where a number is just being written, that fails as soon
            self.disconnected[request.model] = asyncio.get_running_loop().time()
            sending.cancel()
        gone.cancel()
        with suppress(ConnectionError, asyncio.CancelledError):
            await sending
        with suppress(ConnectionError, asyncio.CancelledError):
            await gone
        return False

    async def _send(self, fault: Fault, wire: Wire, request: Received, writer: asyncio.StreamWriter) -> None:
        if not isinstance(fault.steps[0], Raw | Nothing | Hang):
            _chunk(writer, wire.open())
        for step in fault.steps:
            if isinstance(step, Reset):
                writer.write(b"ffff\r\ndata: {")  # a chunk that promises more than comes
                await writer.drain()
                sock: socket.socket = writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
                return
            async for piece in self._pieces(step, wire, request):
                _chunk(writer, piece)
                await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def _pieces(self, step: Step, wire: Wire, request: Received) -> AsyncIterator[bytes]:
        match step:
            case Say(text):
                yield wire.say(text)
            case Think(text):
                yield wire.think(text)
            case Refuse(text):
                yield wire.refuse(text)
            case Finish(reason):
                yield wire.finish(reason, 4)
            case Broken(kind):
                yield wire.broken(kind, f"broken (key {request.key})")
            case Raw(content):
                yield content.replace(b"{key}", request.key.encode())
            case Nothing():
                yield wire.nothing()
            case Hang(seconds):
                await asyncio.sleep(seconds)
            case Ping(times, pause):
                for _ in range(times):
                    yield wire.ping()
                    await asyncio.sleep(pause)
            case Comment(times, pause):
                for _ in range(times):
                    yield b": still here\n\n"
                    await asyncio.sleep(pause)
            case Count(up_to, pause):
                endless = request.model.endswith("#told")
                for number in count(1) if endless else range(1, up_to + 1):
                    self.counted[request.model] += 1
                    yield wire.say(f"{number} ")
                    await asyncio.sleep(1 if endless else pause)  # each number is one more redraw for the browser
                    if endless and self.told.is_set():
                        break


async def _read(reader: asyncio.StreamReader) -> Received | None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    content = await reader.readexactly(int(headers.get("content-length", 0)))
    body = json.loads(content) if content else {}
    return Received(method, path, headers, body)


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def _whole(status: int, headers: dict[str, str], content: bytes) -> bytes:
    return _head(status, {**headers, "content-length": str(len(content))}) + content


def _chunk(writer: asyncio.StreamWriter, content: bytes) -> None:
    if content:
        writer.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")


@contextmanager
def running(port: int = 0) -> Iterator[FaultServer]:
    """The server in a thread of its own, for tests without an event loop."""
    server, ready = FaultServer(port), threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with server:
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(600)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(600)
        loop.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8123)
    with running(parser.parse_args().port) as server:
        print(f"OpenAI's protocol at {server.openai}, Anthropic's at {server.anthropic}")
        print("models:", ", ".join(FAULTS))
        threading.Event().wait()


if __name__ == "__main__":
    main()
