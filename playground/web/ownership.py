"""Whose upload, and whose page: neither is given to a visitor who merely knows its name.

Gradio serves any file of its upload folder to any client, takes the path of any of them as an input, and gives a page's
messages and state to whoever names its session.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.sqlite import failures
from playground.visitors.expiring import Clock, Expiring

_DAY = 86_400.0
_API = "/gradio_api"
_MOST_EVENTS = 50_000
"""Calls whose owners are remembered: a busy class makes some thousands a day."""
_LONG = 65_536
"""Bytes of a body from which a thread reads it: an event loop would stand still over megabytes of JSON."""
_RESULTS = tuple(f"{_API}/{route}" for route in ("upload", "queue/data", "call/", "run/", "api/", "component_server"))
"""Routes whose answers name files. Not the files themselves: their contents are the visitors'."""
_FILE = re.compile(rf"{_API}/file=(.*)", re.DOTALL)
_CALLS = (f"{_API}/call/", f"{_API}/queue/join")
"""Routes that begin work and answer with the name of the call."""
_CALL = re.compile(rf"{_API}/call/(?:v2/)?[^/]+/([^/]+)/?")
_EVENT_IN_REPLY = re.compile(rb'\s*\{\s*"event_id"\s*:\s*"([\w-]+)"\s*\}\s*\Z')
_PATH_IN_REPLY = re.compile(rb'"path":\s*("(?:[^"\\]|\\.)*")')
"""A key of an object. Inside a text its quotes would be escaped, so that nobody is granted a path by echoing it."""


@dataclass(slots=True)
class Ownership:
    """Which files of the upload folder a visitor may read, and whose the open pages are. Kept for a day in memory."""

    folder: Path
    seconds: float = _DAY
    clock: Clock = time.monotonic
    _files: Expiring[set[str]] = field(init=False, repr=False)
    _pages: Expiring[str] = field(init=False, repr=False)
    _events: Expiring[str] = field(init=False, repr=False)
    _public: set[str] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        self.folder = Path(os.path.realpath(self.folder))
        self._files = Expiring(self.seconds, clock=self.clock)
        self._pages = Expiring(self.seconds, clock=self.clock)
        self._events = Expiring(self.seconds, _MOST_EVENTS, self.clock)

    def publish(self, paths: Iterable[str]) -> None:
        """Files that belong to the page itself: everybody may read them."""
        self._public.update(os.path.realpath(path) for path in paths)

    def grant(self, visitor: str, paths: Iterable[str]) -> None:
        """The visitor uploaded these files, or was sent them."""
        real = {os.path.realpath(path) for path in paths}
        if real:
            self._files.put(visitor, (self._files.get(visitor) or set()) | real)

    def files(self, visitor: str) -> set[str]:
        """The paths of what the visitor uploaded or was sent; some are deleted by now."""
        return set(self._files.get(visitor) or ())

    def owns(self, visitor: str, path: str) -> bool:
        """The visitor may read that file of the upload folder."""
        real = os.path.realpath(path)
        return real in self._public or real in (self._files.get(visitor) or ())

    def closed_to(self, visitor: str, path: str) -> bool:
        """It lies in the upload folder and is somebody else's, or is an address that the server would have to fetch."""
        if "\0" in path or re.match(r"\s*[a-zA-Z][a-zA-Z0-9+.\-]+:/", path):
            return True
        return Path(os.path.realpath(path)).is_relative_to(self.folder) and not self.owns(visitor, path)

    def claim(self, visitor: str, page: str) -> None:
        """The visitor opened a page, if nobody did before."""
        if self._pages.get(page) is None:
            self._pages.put(page, visitor)

    def begin(self, visitor: str, event: str) -> None:
        """The visitor has made a call, which is named like this."""
        self._events.put(event, visitor)

    def page_is_closed_to(self, visitor: str, page: str) -> bool:
        """Somebody else opened it. A call that names no page is one by itself, of its own name."""
        return self._pages.get(page) not in (None, visitor) or self._events.get(page) not in (None, visitor)

    def forget(self, visitor: str) -> None:
        """Delete the visitor's uploads, but for those that another one has too, and forget whose they were."""
        files = self._files.pop(visitor) or set()
        others = set[str]().union(*(self._files.get(other) or () for other in self._files.names()))
        with failures():
            for path in files - others - self._public:
                if Path(path).is_relative_to(self.folder):
                    Path(path).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Private:
    """Middleware: enforces `Ownership` and learns from the answers what belongs to whom. Stands inside `Identify`."""

    app: ASGIApp
    ownership: Ownership

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(f"{_API}/"):
            await self.app(scope, receive, send)
            return
        visitor = scope["state"]["visitor"]
        body: bytes | None = None
        asked = _named_by_address(scope)
        if scope["method"] == "POST" and _is_json(scope):
            body = await _read(receive)
            if body is None:
                return
            receive = _again(body, receive)
            if len(body) > _LONG:
                asked = asked.join(await asyncio.to_thread(_named_by_body, body))
            else:
                asked = asked.join(_named_by_body(body))
        if any(self.ownership.closed_to(visitor, file) for file in asked.files) or any(
            self.ownership.page_is_closed_to(visitor, page) for page in asked.pages + asked.calls
        ):
            await JSONResponse({"detail": "This belongs to another visitor."}, 403)(scope, receive, send)
            return
        if scope["state"]["returning"]:  # a client without cookies is a new visitor each time, and could claim nothing
            for page in asked.pages:
                self.ownership.claim(visitor, page)
            if scope["method"] == "POST" and path.startswith(_CALLS):
                send = self._noting(send, visitor)
        if path.startswith(_RESULTS):
            send = self._learning(send, visitor, upload=path.startswith(f"{_API}/upload"))
        await self.app(scope, receive, send)

    def _noting(self, send: Send, visitor: str) -> Send:
        async def send_and_note(message: Message) -> None:
            if found := _EVENT_IN_REPLY.match(message.get("body", b"")):
                self.ownership.begin(visitor, found[1].decode())
            await send(message)

        return send_and_note

    def _learning(self, send: Send, visitor: str, *, upload: bool) -> Send:
        folder = json.dumps(str(self.ownership.folder))[1:-1].encode()
        plain = str(self.ownership.folder).encode()

        async def send_and_learn(message: Message) -> None:
            content = message.get("body", b"")
            if message["type"] == "http.response.body" and (plain in content or folder in content):
                self.ownership.grant(visitor, _uploaded_paths(content) if upload else _sent_paths(content))
            await send(message)

        return send_and_learn


@dataclass(frozen=True, slots=True)
class _NamedParts:
    files: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()

    def join(self, other: _NamedParts) -> _NamedParts:
        return _NamedParts(self.files + other.files, self.pages + other.pages, self.calls + other.calls)


def _named_by_address(scope: Scope) -> _NamedParts:
    """The file or page that the address names."""
    path = scope["path"]
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    pages = tuple(query.get("session_hash", ()))
    if path.startswith(f"{_API}/heartbeat/"):
        pages += (path.removeprefix(f"{_API}/heartbeat/").strip("/"),)
    call = _CALL.fullmatch(path) if scope["method"] == "GET" else None
    found = _FILE.fullmatch(path)
    return _NamedParts((found[1],) if found else (), pages, (call[1],) if call else ())


def _named_by_body(body: bytes) -> _NamedParts:
    """The files and the page that a JSON body names; none where it is not JSON, which Gradio refuses by itself."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return _NamedParts()
    table = value if isinstance(value, dict) else {}
    page, call = table.get("session_hash"), table.get("event_id")
    return _NamedParts(
        tuple(_paths(value)),
        (page,) if isinstance(page, str) else (),
        (call,) if isinstance(call, str) else (),
    )


def _paths(value: object) -> Iterator[str]:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case dict() as table:
                if isinstance(path := table.get("path"), str):
                    yield path
                waiting.extend(table.values())
            case list() as row:
                waiting.extend(row)


def _is_json(scope: Scope) -> bool:
    """Everything but a form: Gradio parses a body without a content type as JSON, too."""
    return not Headers(scope=scope).get("content-type", "").startswith("multipart/form-data")


async def _read(receive: Receive) -> bytes | None:
    """The whole body, whose size is bounded further out; `None` where the client left."""
    pieces = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once more, then waits for the disconnect as the first one does."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return pending.pop() if pending else await receive()

    return receive_again


def _uploaded_paths(content: bytes) -> list[str]:
    """Gradio answers an upload with the list of its paths."""
    try:
        paths = json.loads(content)
    except ValueError:
        return []
    return [path for path in paths if isinstance(path, str)] if isinstance(paths, list) else []


def _sent_paths(content: bytes) -> list[str]:
    return [str(json.loads(found)) for found in _PATH_IN_REPLY.findall(content)]
