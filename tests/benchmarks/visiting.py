"""A visitor as a browser's Gradio client is one: the page, its events, the queue's stream, the heartbeat.

It draws nothing: what a browser needs for that is not measured, and takes nothing from the server. It speaks HTTP by
itself and looks into messages afterwards: on one computer, what visitors compute is missing from the server.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

_CONFIG = re.compile(r"window\.gradio_config = (\{.*?\});?</script>", re.DOTALL)
_EVENT = re.compile(rb'"event_id":"([0-9a-f]+)"')
_LONGEST = 64 * 1024 * 1024
Message = dict[str, Any]


class Refused(Exception):
    """The page did not take the event; `args` are the status and what it said."""


@dataclass(frozen=True)
class PageConfig:
    """Components and events, as the page describes them to the browser."""

    components: dict[int, Message]
    events: list[Message]

    @classmethod
    def read(cls, page: str) -> Self:
        found = _CONFIG.search(page)
        assert found is not None, "a page of Gradio's describes itself"
        config = json.loads(found[1])
        return cls({one["id"]: one for one in config["components"]}, config["dependencies"])

    def component(self, elem_id: str) -> int:
        return next(n for n, one in self.components.items() if one["props"].get("elem_id") == elem_id)

    def triggered(self, component: int, name: str) -> Message:
        """The first event of that component and name that asks the server."""
        return next(one for one in self.events if [component, name] in one["targets"] and one["backend_fn"])

    def loading(self) -> list[Message]:
        return [
            one for one in self.events if any(target[1] == "load" for target in one["targets"]) and one["backend_fn"]
        ]

    def filling(self, elem_id: str) -> Message:
        """The event of the page's beginning that fills that component."""
        return next(one for one in self.loading() if self.component(elem_id) in one["outputs"])

    def after(self, event: Message) -> list[Message]:
        return [one for one in self.events if one.get("trigger_after") == event["id"] and one["backend_fn"]]

    def values(self, event: Message, given: dict[int, object]) -> list[object]:
        return [given.get(n, self.components[n]["props"].get("value")) for n in event["inputs"]]


@dataclass
class Told:
    """What one event brought: when it began and each message came (`time.perf_counter`), and the messages as sent."""

    begun: float
    times: list[float] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)

    def seconds_until(self, text: re.Pattern[str]) -> float | None:
        """From the beginning to the first message that holds it."""
        for at, message in zip(self.times, self.messages, strict=True):
            if text.search(json.dumps(message.get("output", {}).get("data"), ensure_ascii=False)):
                return at - self.begun
        return None

    @property
    def messages(self) -> list[Message]:
        return [json.loads(line) for line in self.lines]

    def redraws(self) -> int:
        return sum(b'"process_generating"' in line for line in self.lines)

    def succeeded(self) -> bool:
        last = self.messages[-1] if self.lines else {}
        return last.get("msg") == "process_completed" and bool(last["success"])

    def all_said(self) -> str:
        return json.dumps([one.get("output", {}).get("data") for one in self.messages], ensure_ascii=False)


class Visitor:
    """One tab of one visitor. `async with` closes it, as a browser closes a tab: its connections break off."""

    def __init__(self, url: str) -> None:
        self.url, self._session = url, uuid4().hex[:11]
        self._cookies: dict[str, str] = {}
        self._waiting: dict[bytes, asyncio.Queue[tuple[float, bytes]]] = {}
        self._early: list[tuple[float, bytes]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._reading: asyncio.Task[None] | None = None
        self.config = PageConfig({}, [])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def open(self, *, load: bool = True, config: PageConfig | None = None) -> float:
        """The page, its heartbeat, and with `load` all events of its beginning; how many seconds that took.

        `config` is one that is known already, so that reading it is not measured with every visitor. Without `load` the
        page itself is not asked for, where it is known.
        """
        start = time.perf_counter()
        status, page = await self._answer("GET", "" if load or config is None else "gradio_api/app_id")
        assert status == 200, page
        self.config = config or PageConfig.read(page.decode())
        self._start(self._beat())
        if load:
            await asyncio.gather(*(self._with_followers(event) for event in self.config.loading()))
        return time.perf_counter() - start

    async def tell(self, event: Message, given: dict[int, object], trigger: int | None = None) -> Told:
        """Trigger the event and follow it to its end. Raises `Refused`."""
        told = Told(time.perf_counter())
        body: dict[str, object] = {"data": self.config.values(event, given), "fn_index": event["id"]}
        body |= {"session_hash": self._session, "trigger_id": trigger, "event_data": None}
        status, said = await self._answer("POST", "gradio_api/queue/join", json.dumps(body).encode())
        if status != 200:
            raise Refused(status, said.decode())
        async for at, line in self._messages(json.loads(said)["event_id"].encode()):
            told.times.append(at)
            told.lines.append(line)
        return told

    async def _with_followers(self, event: Message) -> None:
        await self.tell(event, {})
        for one in self.config.after(event):
            await self._with_followers(one)

    def _start(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _beat(self) -> None:
        _, reader, writer = await self._ask("GET", f"gradio_api/heartbeat/{self._session}")
        try:
            while await reader.read(1000):
                pass
        finally:
            writer.close()

    async def _messages(self, number: bytes) -> AsyncIterator[tuple[float, bytes]]:
        """Of one event, out of the stream that all events of a session share while any is under way."""
        queue = self._waiting[number] = asyncio.Queue()
        early, self._early = self._early, []
        for at, line in early:
            self._hand_out(at, line)
        if self._reading is None or self._reading.done():
            self._reading = self._start(self._read())
        try:
            while True:
                at, line = await queue.get()
                yield at, line
                if b'"process_completed"' in line or b'"unexpected_error"' in line:
                    break
        finally:
            del self._waiting[number]
        if not self._waiting and not self._reading.done():
            await asyncio.wait({self._reading}, timeout=1)

    def _hand_out(self, at: float, line: bytes) -> None:
        found = _EVENT.search(line)
        if found is not None and found[1] in self._waiting:
            self._waiting[found[1]].put_nowait((at, line))
        elif found is not None:
            self._early.append((at, line))

    async def _read(self) -> None:
        _, reader, writer = await self._ask("GET", f"gradio_api/queue/data?session_hash={self._session}")
        try:
            while (line := await reader.readline()) and b'"close_stream"' not in line:
                if line.startswith(b"data: "):
                    self._hand_out(time.perf_counter(), line[6:])
        finally:
            writer.close()
            for queue in self._waiting.values():  # an event that has not ended by now gets no further message
                queue.put_nowait((time.perf_counter(), b'{"msg": "unexpected_error"}'))

    async def _answer(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        status, reader, writer = await self._ask(method, path, body)
        try:
            return status, await reader.read()
        finally:
            writer.close()

    async def _ask(
        self, method: str, path: str, body: bytes = b""
    ) -> tuple[int, asyncio.StreamReader, asyncio.StreamWriter]:
        """One request on a connection of its own, in HTTP/1.0 so that the body comes as it is; status and the rest."""
        place = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=_LONGEST)
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        lines = [f"{method} /{path} HTTP/1.0", f"host: {place.netloc}", "sec-fetch-mode: cors", "accept-language: en"]
        lines += [f"cookie: {cookies}"] * bool(cookies)
        lines += ["content-type: application/json", f"content-length: {len(body)}"] * bool(body)
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        status = int((await reader.readline()).split()[1])
        while (line := (await reader.readline()).decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            if name.lower() == "set-cookie":
                kept, _, content = value.strip().partition(";")[0].partition("=")
                self._cookies[kept] = content
        return status, reader, writer
