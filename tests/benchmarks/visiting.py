"""A visitor as a browser's Gradio client is one: the page, its events, the queue's stream, the heartbeat.

It draws nothing: what a browser needs for that is not measured, and takes nothing from the server.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

import httpx2

_CONFIG = re.compile(r"window\.gradio_config = (\{.*?\});?</script>", re.DOTALL)
BROWSER = {"sec-fetch-mode": "cors", "accept-language": "en"}
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

    def triggered(self, component: int | None, name: str) -> list[Message]:
        """The events of that component and name that ask the server."""
        return [one for one in self.events if [component, name] in one["targets"] and one["backend_fn"]]

    def loading(self) -> list[Message]:
        return [one for one in self.events if any(target[1] == "load" for target in one["targets"])]

    def filling(self, elem_id: str) -> Message:
        """The event of the page's beginning that fills that component."""
        return next(one for one in self.loading() if self.component(elem_id) in one["outputs"])

    def after(self, event: Message) -> list[Message]:
        return [one for one in self.events if one.get("trigger_after") == event["id"] and one["backend_fn"]]

    def values(self, event: Message, given: dict[int, object]) -> list[object]:
        return [given.get(n, self.components[n]["props"].get("value")) for n in event["inputs"]]


@dataclass
class Told:
    """What one event brought: when (`time.perf_counter`), and the bytes of each message in its order."""

    begun: float
    times: list[float] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    def seconds_until(self, text: re.Pattern[str]) -> float | None:
        """From the beginning to the first message that holds it."""
        for at, message in zip(self.times, self.messages, strict=True):
            if text.search(json.dumps(message.get("output", {}).get("data"), ensure_ascii=False)):
                return at - self.begun
        return None

    def redraws(self) -> int:
        return sum(one["msg"] == "process_generating" for one in self.messages)

    def succeeded(self) -> bool:
        return bool(self.messages) and self.messages[-1]["msg"] == "process_completed" and self.messages[-1]["success"]

    def all_said(self) -> str:
        return json.dumps([one.get("output", {}).get("data") for one in self.messages], ensure_ascii=False)


class Visitor:
    """One tab of one visitor. `async with` closes it, as a browser closes a tab: its connections break off."""

    def __init__(self, client: httpx2.AsyncClient, url: str) -> None:
        self._client, self.url, self._session = client, url, uuid4().hex[:11]
        self._cookies: dict[str, str] = {}
        self._stream = _Stream(client, f"{url}gradio_api/queue/data?session_hash={self._session}")
        self._alive: asyncio.Task[None] | None = None
        self.config = PageConfig({}, [])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._alive is not None:
            self._alive.cancel()
            await asyncio.wait({self._alive})

    @property
    def headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return BROWSER | ({"cookie": cookies} if cookies else {})

    async def open(self, *, load: bool = True, config: PageConfig | None = None) -> float:
        """The page, its heartbeat, and with `load` all events of its beginning; how many seconds that took.

        `config` is one that is known already, so that reading it is not measured with every visitor.
        """
        start = time.perf_counter()
        answer = await self._client.get(self.url, headers=self.headers)
        answer.raise_for_status()
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        self.config = config or PageConfig.read(answer.text)
        self._alive = asyncio.ensure_future(self._beat())
        if load:
            await asyncio.gather(*(self._with_followers(event) for event in self.config.loading()))
        return time.perf_counter() - start

    async def _with_followers(self, event: Message) -> None:
        if not event["backend_fn"]:
            return
        await self.tell(event, {})
        for one in self.config.after(event):
            await self._with_followers(one)

    async def _beat(self) -> None:
        address = f"{self.url}gradio_api/heartbeat/{self._session}"
        async with self._client.stream("GET", address, headers=self.headers) as answer:
            async for _ in answer.aiter_bytes():
                pass

    async def tell(self, event: Message, given: dict[int, object], trigger: int | None = None) -> Told:
        """Trigger the event and follow it to its end. Raises `Refused`."""
        told, session = Told(time.perf_counter()), self._session
        body = {
            "data": self.config.values(event, given),
            "fn_index": event["id"],
            "session_hash": session,
            "trigger_id": trigger,
            "event_data": None,
        }
        answer = await self._client.post(f"{self.url}gradio_api/queue/join", json=body, headers=self.headers)
        if answer.status_code != 200:
            raise Refused(answer.status_code, answer.text)
        number = answer.json()["event_id"]
        async for message in self._stream.messages(number, self.headers):
            told.times.append(time.perf_counter())
            told.messages.append(message)
        return told

    async def at_once(self, event: Message, given: dict[int, object]) -> None:
        """Trigger an event that waits in no queue, such as Stop."""
        body = {"data": self.config.values(event, given), "fn_index": event["id"], "session_hash": self._session}
        await self._client.post(f"{self.url}gradio_api/run/predict", json=body, headers=self.headers)


class _Stream:
    """The one stream of a session: it is opened with the first event and ends with the last one that is under way."""

    def __init__(self, client: httpx2.AsyncClient, address: str) -> None:
        self._client, self._address = client, address
        self._waiting: dict[str, asyncio.Queue[Message]] = {}
        self._early: dict[str, list[Message]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def messages(self, number: str, headers: dict[str, str]) -> AsyncIterator[Message]:
        queue: asyncio.Queue[Message] = asyncio.Queue()
        self._waiting[number] = queue
        for early in self._early.pop(number, ()):
            queue.put_nowait(early)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(self._read(headers))
        try:
            while True:
                message = await queue.get()
                yield message
                if message["msg"] in ("process_completed", "unexpected_error", "broken"):
                    return
        finally:
            del self._waiting[number]
            if not self._waiting and self._reading is not None and not self._reading.done():
                await asyncio.wait({self._reading}, timeout=1)

    async def _read(self, headers: dict[str, str]) -> None:
        async with self._client.stream("GET", self._address, headers=headers) as answer:
            async for line in answer.aiter_lines():
                if not line.startswith("data: "):
                    continue
                message = json.loads(line[6:])
                if message["msg"] == "close_stream":
                    break
                number = message.get("event_id")
                if number in self._waiting:
                    self._waiting[number].put_nowait(message)
                elif number is not None:
                    self._early.setdefault(number, []).append(message)
        for queue in self._waiting.values():  # what has not ended by now gets no further message
            queue.put_nowait({"msg": "broken", "success": False})
