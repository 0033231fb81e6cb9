"""A class at once: `python -m tests.benchmarks.load [--visitors 10 30 50] [--home FOLDER] [--only vendor|crowd|local]`.

A vendor of our own says ten tokens a second for 15 seconds; so many visitors ask it at the same moment through the
page's own event, as a browser's client does. Beside it in the same run: the vendor asked directly by the SDK, and
Gradio's smallest page. Then 300 visitors at once, one visitor beyond the limit, and 30 on the local model beside the
bare engine. All of it runs on this machine, the visitors too: compare within one run. About five minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import openai
import psutil
from platformdirs import user_cache_path

from playground.settings import DEFAULT_MODEL
from tests.benchmarks.engines import question
from tests.benchmarks.visiting import PageConfig, Refused, Told, Visitor
from tests.browser.serving import ROOT, serving
from tests.faults.script import STEADY_SECONDS
from tests.ports import free_port

MODEL = "custom/ok"
FIRST = re.compile(r'"1[ "]')
"""The vendor's first word, at the beginning of a text."""
GROWS = re.compile(r'"append"')
"""A text that goes on: on the local model, whose first word is not known."""
CROWD = 300
LOCAL = 30
TOKENS = 64
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
    memory: tuple[float, float, float] | None = None

    def line(self) -> str:
        first = f"{quantile(self.firsts, 50):.2f} · {quantile(self.firsts, 95):.2f} s" if self.firsts else "–"
        redraws = f"{statistics.mean(self.redraws):.1f} (least {min(self.redraws):.1f})" if self.redraws else "–"
        pages = f"{quantile(self.pages, 95):.2f} s of {len(self.pages)}" if self.pages else "–"
        memory = " → ".join(f"{value:.0f}" for value in self.memory) if self.memory else "–"
        return f"| {self.name} | {first} | {redraws} | {len(self.errors)} | {pages} | {memory} |"


HEADS = ("", "first token p50 · p95", "redraws/s each", "errors", "a further page p95", "MB before → most → after")


def quantile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


@contextmanager
def running(module: str) -> Iterator[str]:
    """A module that serves at `--port`, in a process of its own; its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    process = subprocess.Popen([sys.executable, "-m", module, "--port", str(port)], stdout=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            try:
                httpx2.get(f"{url}v1/models", timeout=2)
                break
            except httpx2.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(60)


def memory(port: int) -> float:
    """Resident, in MB, of the process that listens there and those that it has started."""
    owner = next(one.pid for one in psutil.net_connections("tcp") if one.laddr.port == port and one.status == "LISTEN")
    process = psutil.Process(owner or 0)
    return float(sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 1e6)


async def measure_sdk(vendor: str, count: int) -> Row:
    """The vendor asked directly, as a script does."""
    row = Row(f"{count}: the vendor by the SDK")
    async with openai.AsyncOpenAI(api_key="none", base_url=f"{vendor}v1", max_retries=0) as sdk:

        async def one() -> None:
            start, first, said = time.perf_counter(), None, ""
            stream = await sdk.chat.completions.create(
                model="steady", messages=[{"role": "user", "content": "Count."}], stream=True
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


async def measure_smallest(url: str, count: int) -> Row:
    """Gradio's smallest page."""
    row = Row(f"{count}: Gradio's smallest page")
    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(Visitor(url)) for _ in range(count)]
        for one in visitors:
            await one.open(load=False)
        config = visitors[0].config
        box = config.component("message")
        submit = config.triggered(box, "submit")
        given: dict[int, object] = {box: "Count.", config.component("seconds"): STEADY_SECONDS}
        told = await asyncio.gather(*(one.tell(submit, given) for one in visitors), return_exceptions=True)
    add_told(row, told, FIRST)
    return row


def add_told(row: Row, told: Sequence[Told | BaseException], first: re.Pattern[str], last: str = "") -> None:
    for one in told:
        if isinstance(one, BaseException):
            row.errors.append(repr(one))
            continue
        found = one.seconds_until(first)
        if found is None or not one.succeeded() or last not in one.all_said():
            row.errors.append(one.all_said()[-300:])
        if found is not None:
            row.firsts.append(found)
            row.redraws.append(one.redraws() / max(one.times[-1] - one.begun, 0.001))


@dataclass(frozen=True)
class Class:
    """Visitors of the page who know the vendor."""

    url: str
    vendor: str
    config: PageConfig

    @asynccontextmanager
    async def visitor(self, *, load: bool = True) -> AsyncIterator[Visitor]:
        """One with a page open and the vendor's address entered."""
        async with Visitor(self.url) as one:
            await one.open(load=load, config=self.config)
            if not load:  # at least the list of vendors
                await one.tell(self.config.filling("key-provider"), {})
            await one.tell(self.config.triggered(self.config.component("save-key"), "click"), self._address())
            yield one

    def _address(self) -> dict[int, object]:
        place = self.config.component
        return {
            place("key-provider"): "custom",
            place("key"): "sk-of-a-class",
            place("address"): f"{self.vendor}fault/steady/v1",
            place("models"): [MODEL],
        }

    async def send(self, visitor: Visitor, text: str, models: Sequence[str] = (MODEL,)) -> Told:
        box = self.config.component("message")
        given: dict[int, object] = {box: text, self.config.component("models"): list(models)}
        return await visitor.tell(self.config.triggered(box, "submit"), given, box)


@asynccontextmanager
async def opened(url: str, vendor: str) -> AsyncIterator[Class]:
    async with Visitor(url) as first:
        await first.open()
    yield Class(url, vendor, first.config)


async def measure_page(url: str, vendor: str, count: int) -> Row:
    """The page, with a further visitor now and then while all are answered."""
    row, port = Row(f"{count}: Aula"), httpx2.URL(url).port or 80
    async with opened(url, vendor) as group, AsyncExitStack() as stack:
        before = most = memory(port)
        visitors = [await stack.enter_async_context(group.visitor()) for _ in range(count)]
        sending = asyncio.gather(*(group.send(one, "Count.") for one in visitors), return_exceptions=True)
        while not sending.done():
            await asyncio.wait({sending}, timeout=1)
            if not sending.done():
                async with Visitor(url) as further:
                    row.pages.append(await further.open(config=group.config))
            most = max(most, memory(port))
        add_told(row, sending.result(), FIRST, str(int(STEADY_SECONDS * 10)))
        del visitors
    await asyncio.sleep(LEFT)
    row.memory = (before, most, memory(port))
    return row


async def measure_crowd(url: str, vendor: str) -> None:
    """How soon those are told who find no place, and one who is beyond the limit."""
    async with opened(url, vendor) as group, AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(group.visitor(load=False)) for _ in range(CROWD)]
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

        told = [one for one in await asyncio.gather(*map(one, visitors)) if one is not None]
        failed = sum(not one.succeeded() or one.seconds_until(FIRST) is None for one in told)
        print(f"{CROWD} at once: {len(refused)} refused, p50 {quantile(refused, 50):.2f} s, last {max(refused):.2f} s;")
        print(f"  {len(told)} taken, {failed} of them failed; in these words: {'; '.join(sorted(words))}", flush=True)
    async with opened(url, vendor) as group, group.visitor() as visitor:
        event = next(one for one in group.config.events if one["api_name"] == "chat")
        message, model = event["inputs"][0], event["inputs"][2]
        holding = [asyncio.ensure_future(visitor.tell(event, {message: "Count.", model: MODEL})) for _ in range(4)]
        await asyncio.sleep(3)
        start = time.perf_counter()
        beyond = await visitor.tell(event, {message: "Count.", model: MODEL})
        took = time.perf_counter() - start
        await asyncio.gather(*holding)
        print(f"a fifth reply of one visitor: told after {took:.2f} s, {beyond.messages[-1].get('output')}", flush=True)


def bare_rate(home: Path) -> float:
    command = [sys.executable, "-m", "tests.benchmarks.engines", "--row", "bare-q8_0", "--home", str(home)]
    command += ["--tokens", str(TOKENS), "--rounds", "3"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(json.loads(said.splitlines()[-1])["rates"][str(LOCAL)])


async def page_rate(url: str, rounds: int = 3) -> tuple[list[float], Row]:
    """Tokens a second of all visitors together, on the local model."""
    row, rates = Row(f"{LOCAL} on the local model"), []
    async with opened(url, "") as group, AsyncExitStack() as stack:
        visitors = []
        for _ in range(LOCAL):
            visitors.append(await stack.enter_async_context(Visitor(url)))
            await visitors[-1].open(config=group.config)
        submit_values = group.config.component("max-tokens")
        for turn in range(rounds):
            start = time.perf_counter()
            box = group.config.component("message")
            submit = group.config.triggered(box, "submit")
            told = await asyncio.gather(
                *(
                    one.tell(
                        submit,
                        {
                            box: question(number + turn),
                            submit_values: TOKENS,
                            group.config.component("models"): [DEFAULT_MODEL],
                        },
                        box,
                    )
                    for number, one in enumerate(visitors)
                ),
                return_exceptions=True,
            )
            took = time.perf_counter() - start
            counts = [re.findall(r"(\d+) tokens", one.all_said()) for one in told if isinstance(one, Told)]
            print(counts[:1])
            rates.append(sum(int(found[-1]) for found in counts if found) / took)
            add_told(row, told, GROWS)
    return rates, row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=user_cache_path("aula", appauthor=False))
    parser.add_argument("--visitors", type=int, nargs="+", default=[10, 30, 50])
    parser.add_argument("--only", choices=("vendor", "crowd", "local"))
    parser.add_argument("--root", type=Path, default=ROOT, help="the program, where it is another copy")
    given = parser.parse_args()
    many = {"messages_per_minute": 1000}
    if given.only in (None, "vendor"):
        print(f"| {' | '.join(HEADS)} |\n|{'---|' * len(HEADS)}", flush=True)
        with (
            running("tests.faults.server") as vendor,
            running("tests.benchmarks.smallest") as smallest,
            serving(Path(tempfile.mkdtemp()), given.root, **many) as served,
        ):
            asyncio.run(warm(served.url, vendor))
            for count in given.visitors:
                for measuring in (
                    measure_sdk(vendor, count),
                    measure_smallest(smallest, count),
                    measure_page(served.url, vendor, count),
                ):
                    row = asyncio.run(measuring)
                    print(row.line(), *row.errors[:1], flush=True)
    if given.only in (None, "crowd"):
        with running("tests.faults.server") as vendor, serving(Path(tempfile.mkdtemp()), given.root, **many) as served:
            asyncio.run(measure_crowd(served.url, vendor))
    if given.only in (None, "local"):
        folder = Path(tempfile.mkdtemp())
        (folder / "home").mkdir()
        (folder / "home" / "models").symlink_to(given.home / "models")
        with serving(folder, given.root, **many) as served:
            before = bare_rate(given.home)
            rates, row = asyncio.run(page_rate(served.url))
        print(row.line(), f"{statistics.median(rates):.0f} tokens/s; bare {before:.0f}", flush=True)


async def warm(url: str, vendor: str) -> None:
    """One visitor, so that what is loaded once is not counted as a visitor's."""
    async with opened(url, vendor) as group, group.visitor() as one:
        await group.send(one, "Count.")


if __name__ == "__main__":
    main()
