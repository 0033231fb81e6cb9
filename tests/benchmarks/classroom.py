"""A class that asks at the same moment, and what each of it waited for: the parts of `tests.benchmarks.load`."""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import openai
import psutil

from tests.benchmarks.visiting import Message, PageConfig, Refused, Told, Visitor
from tests.faults.script import STEADY_SECONDS

MODEL = "custom/ok"
VENDOR = "fault/steady/v1"
FIRST = re.compile(r'"1[ "]')
"""The vendor's first word, at the beginning of a text."""
LEFT = 20.0
"""Seconds after the last visitor has left, until memory is looked at."""


@dataclass
class Row:
    """What one way to be answered came to. Seconds; redraws of each visitor a second; MB."""

    name: str
    firsts: list[float] = field(default_factory=list)
    redraws: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    processor: float | None = None
    """Seconds of the serving process while all are answered: what a busy machine does not change."""
    memory: tuple[float, float, float] | None = None
    tokens: int = 0
    """Of the local model, in all."""

    def line(self) -> str:
        first = f"{quantile(self.firsts, 50):.2f} · {quantile(self.firsts, 95):.2f} s" if self.firsts else "–"
        redraws = f"{statistics.mean(self.redraws):.1f} (least {min(self.redraws):.1f})" if self.redraws else "–"
        pages = f"{quantile(self.pages, 95):.2f} s of {len(self.pages)}" if self.pages else "–"
        memory = " → ".join(f"{value:.0f}" for value in self.memory) if self.memory else "–"
        processor = f"{self.processor:.1f} s" if self.processor is not None else "–"
        return f"| {self.name} | {first} | {redraws} | {processor} | {len(self.errors)} | {pages} | {memory} |"

    def add(self, told: Sequence[Told | BaseException], first: re.Pattern[str], last: str = "") -> None:
        """What visitors were told; an error is what was raised, did not end well, or does not hold `last`."""
        for one in told:
            if isinstance(one, BaseException):
                self.errors.append(repr(one))
                continue
            found = one.seconds_until(first)
            if found is None or not one.succeeded() or last not in one.all_said():
                self.errors.append(one.all_said()[-300:])
            if found is not None:
                self.firsts.append(found)
                self.redraws.append(one.redraws() / max(one.times[-1] - one.begun, 0.001))


HEADS = (
    "",
    "first token p50 · p95",
    "redraws/s each",
    "processor",
    "errors",
    "a further page p95",
    "MB before → most → after",
)


def quantile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def serving_process(url: str) -> psutil.Process:
    """The one that listens there."""
    port = urlsplit(url).port
    owner = next(one.pid for one in psutil.net_connections("tcp") if one.laddr.port == port and one.status == "LISTEN")
    return psutil.Process(owner or 0)


def processor(url: str) -> float:
    """Seconds that it has computed."""
    return float(sum(serving_process(url).cpu_times()[:2]))


def memory(url: str) -> float:
    """Resident, in MB, of the process that listens there and those that it has started."""
    process = serving_process(url)
    return float(sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 1e6)


async def measure_sdk(vendor: str, count: int) -> Row:
    """The vendor asked directly, as a script does."""
    row = Row(f"{count}: the vendor by the SDK")
    async with openai.AsyncOpenAI(api_key="none", base_url=vendor + VENDOR, max_retries=0) as sdk:

        async def one() -> None:
            start, first, said = time.perf_counter(), None, ""
            stream = await sdk.chat.completions.create(
                model="ok", messages=[{"role": "user", "content": "Count."}], stream=True
            )
            async for chunk in stream:
                text = (chunk.choices[0].delta.content or "") if chunk.choices else ""
                first = first or (time.perf_counter() - start if text else None)
                said += text
            row.firsts.append(first or 0.0)
            if not said:
                row.errors.append("nothing said")

        await asyncio.gather(*(one() for _ in range(count)))
    return row


async def measure_smallest(url: str, count: int, more: str = "") -> Row:
    """Gradio's smallest page; `more` says what it has beside its box."""
    row = Row(f"{count}: Gradio's smallest page{more}")
    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(Visitor(url)) for _ in range(count)]
        for one in visitors:
            await one.open(load=False)
        config = visitors[0].config
        box = config.component("message")
        given: dict[int, object] = {box: "Count.", config.component("seconds"): STEADY_SECONDS}
        before = processor(url)
        asking = (one.tell(config.triggered(box, "submit"), given) for one in visitors)
        told = await asyncio.gather(*asking, return_exceptions=True)
        row.processor = processor(url) - before
        row.add(told, FIRST)
    return row


@dataclass(frozen=True)
class Class:
    """Visitors of the page who know the vendor."""

    url: str
    vendor: str
    config: PageConfig

    @asynccontextmanager
    async def visitor(self, *, load: bool = True) -> AsyncIterator[Visitor]:
        """One with a page open and the vendor's address entered."""
        place = self.config.component
        entered: dict[int, object] = {
            place("key-provider"): "custom",
            place("key"): "sk-of-a-class",
            place("address"): self.vendor + VENDOR,
            place("models"): [MODEL],
        }
        async with Visitor(self.url) as one:
            await one.open(load=load, config=self.config)
            if not load:  # at least the list of vendors
                await one.tell(self.config.filling("key-provider"), {})
            await one.tell(self.config.triggered(place("save-key"), "click"), entered)
            yield one

    async def send(self, visitor: Visitor, text: str, model: str = MODEL, **values: object) -> Told:
        """Through the message box; `values` by the ids of their components."""
        box = self.config.component("message")
        given: dict[int, object] = {box: text, self.config.component("models"): [model]}
        given |= {self.config.component(name.replace("_", "-")): value for name, value in values.items()}
        return await visitor.tell(self.config.triggered(box, "submit"), given, box)

    @property
    def endpoint(self) -> Message:
        return next(one for one in self.config.events if one["api_name"] == "chat")

    async def call(self, visitor: Visitor) -> Told:
        """Through the endpoint `chat`, of which a visitor may have several under way."""
        message, _, model, *_ = self.endpoint["inputs"]
        return await visitor.tell(self.endpoint, {message: "Count.", model: MODEL})


async def opened(url: str, vendor: str = "") -> Class:
    async with Visitor(url) as first:
        await first.open()
    return Class(url, vendor, first.config)


async def warm_up(url: str, vendor: str) -> None:
    """One visitor, so that what is loaded once is not counted as a visitor's."""
    group = await opened(url, vendor)
    async with group.visitor() as one:
        await group.send(one, "Count.")


async def measure_page(url: str, vendor: str, count: int, name: str = "Aula") -> Row:
    """The page, with a further visitor now and then while all are answered."""
    row, group = Row(f"{count}: {name}"), await opened(url, vendor)
    async with AsyncExitStack() as stack:
        before = most = memory(url)
        visitors = [await stack.enter_async_context(group.visitor()) for _ in range(count)]
        spent = processor(url)
        sending = asyncio.gather(*(group.send(one, "Count.") for one in visitors), return_exceptions=True)
        while not sending.done():
            await asyncio.wait({sending}, timeout=1)
            if not sending.done():
                async with Visitor(url) as further:
                    row.pages.append(await further.open(config=group.config))
            most = max(most, memory(url))
        row.processor = processor(url) - spent
        row.add(sending.result(), FIRST, str(int(STEADY_SECONDS * 10)))
    await asyncio.sleep(LEFT)
    row.memory = (before, most, memory(url))
    return row


async def measure_crowd(url: str, vendor: str, count: int) -> str:
    """How soon those are told who find no place."""
    group = await opened(url, vendor)
    refused: list[float] = []
    words: set[str] = set()

    async def one(visitor: Visitor) -> Told | None:
        start = time.perf_counter()
        try:
            return await group.send(visitor, "Count.")
        except Refused as refusal:
            refused.append(time.perf_counter() - start)
            words.add(f"{refusal.args[0]} {json.loads(refusal.args[1])['detail']}")
            return None

    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(group.visitor(load=False)) for _ in range(count)]
        told = [one for one in await asyncio.gather(*map(one, visitors)) if one is not None]
    failed = sum(not one.succeeded() or one.seconds_until(FIRST) is None for one in told)
    waited = f"p50 {quantile(refused, 50):.2f} s, last {max(refused):.2f} s" if refused else "–"
    said = "; ".join(sorted(words))
    return f"{count} at once: {len(refused)} refused ({waited}): {said}\n{len(told)} taken, {failed} of them failed"


async def measure_limit(url: str, vendor: str) -> str:
    """How soon a visitor learns that no further reply of theirs may run."""
    group = await opened(url, vendor)
    async with group.visitor() as visitor:
        holding = [asyncio.ensure_future(group.call(visitor)) for _ in range(4)]
        await asyncio.sleep(3)
        start = time.perf_counter()
        beyond = await group.call(visitor)
        took = time.perf_counter() - start
        await asyncio.gather(*holding)
    return f"a fifth reply of one visitor: told after {took:.2f} s: {beyond.messages[-1]['output'].get('error')}"
