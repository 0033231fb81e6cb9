"""A class at once: `python -m tests.benchmarks.load [--visitors 10 30 50] [--home FOLDER] [--only vendor|crowd|local]`.

A vendor of our own says ten tokens a second for 15 seconds; so many visitors ask it at the same moment through the
page's own event, as a browser's client does. Beside it in the same run: the vendor asked directly by the SDK, and
Gradio's smallest page, as it is and with as many inputs and outputs as a message has here. Then 300 visitors at once,
one visitor beyond the limit, and 30 on the local model beside Gradio's smallest page and the bare engine. All of it
runs on this machine, the visitors too: compare within one run. About eight minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import httpx2
from platformdirs import user_cache_path

from tests.benchmarks import classroom, engines, local_class, slow_callbacks
from tests.browser.serving import ROOT, serving
from tests.ports import free_port

CROWD = 300
BESIDE = (14, 7)
"""What the event of a message has of inputs and outputs, beyond those of Gradio's smallest page."""
LOCAL, TOKENS, ROUNDS = 30, 64, 3
APP = ("app.py",)
MANY = {"messages_per_minute": 1000}


@contextmanager
def running(module: str, *arguments: object) -> Iterator[str]:
    """A module that serves at `--port`, in a process of its own; its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", module, "--port", str(port), *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
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


def print_vendor(root: Path, beside: Path | None, visitors: list[int]) -> None:
    """The table: so many visitors, answered in three ways, and by another copy of the program where there is one."""
    print(f"| {' | '.join(classroom.HEADS)} |\n|{'---|' * len(classroom.HEADS)}", flush=True)
    with ExitStack() as stack:
        vendor = stack.enter_context(running("tests.faults.server"))
        smallest = stack.enter_context(running("tests.benchmarks.smallest"))
        as_wide = stack.enter_context(running("tests.benchmarks.smallest", "--beside", *BESIDE))
        pages = {"Aula": root} | ({"the other copy": beside} if beside else {})
        urls = {
            name: stack.enter_context(serving(Path(tempfile.mkdtemp()), place, APP, **MANY)).url
            for name, place in pages.items()
        }
        for url in urls.values():
            asyncio.run(classroom.warm_up(url, vendor))
        for count in visitors:
            measuring = [classroom.measure_sdk(vendor, count), classroom.measure_smallest(smallest, count)]
            measuring.append(classroom.measure_smallest(as_wide, count, f" with {BESIDE} more inputs and outputs"))
            measuring += [classroom.measure_page(url, vendor, count, name) for name, url in urls.items()]
            for one in measuring:
                row = asyncio.run(one)
                print(row.line(), *row.errors[:1], flush=True)


def print_crowd(root: Path) -> None:
    """What happens to those for whom there is no room."""
    program = slow_callbacks.PROGRAM if root == ROOT else APP
    with running("tests.faults.server") as vendor, serving(Path(tempfile.mkdtemp()), root, program, **MANY) as served:
        print(asyncio.run(classroom.measure_crowd(served.url, vendor, CROWD)), flush=True)
        print(asyncio.run(classroom.measure_limit(served.url, vendor)), flush=True)
        print(slow_callbacks.report(served.log.read_text("utf-8", "replace")), flush=True)


def print_local(root: Path, beside: Path | None, home: Path) -> None:
    """The local model through as many pages as a class has, and through Gradio's smallest page, between two
    measurements of the bare engine."""
    before = bare_rate(home)
    print(f"the bare engine: {before:.0f} tokens/s", flush=True)
    with running("tests.benchmarks.smallest", "--home", home) as url:
        found = [tell_local(asyncio.run(local_class.measure_smallest_local(url, LOCAL, TOKENS, ROUNDS)))]
    for name, place in ({"Aula": root} | ({"the other copy": beside} if beside else {})).items():
        folder = Path(tempfile.mkdtemp())
        (folder / "home").mkdir()
        (folder / "home" / "models").symlink_to(home / "models")
        with serving(folder, place, APP, **MANY) as served:
            told = asyncio.run(local_class.measure_local(served.url, LOCAL, TOKENS, ROUNDS, name))
            found.append(tell_local(told))
    after = bare_rate(home)
    bare = (before + after) / 2
    print(f"the bare engine again: {after:.0f} tokens/s; of both {' · '.join(f'{rate / bare:.2f}' for rate in found)}")


def tell_local(measured: tuple[list[float], classroom.Row]) -> float:
    """A line of the table and what it does not show; tokens a second, the median of the rounds."""
    rates, row = measured
    rate, each = statistics.median(rates), 1000 * (row.processor or 0.0) / max(row.tokens, 1)
    print(row.line(), *row.errors[:1])
    print(f"{rate:.0f} tokens/s in all; the page's processor {each:.2f} s per 1,000 tokens", flush=True)
    return rate


def bare_rate(home: Path) -> float:
    """Tokens a second of the engine's own library, so many streams at once, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.load", "--only", "bare", "--home", str(home)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])


def print_bare(home: Path) -> None:
    folder = home / "models" / engines.MODEL.partition("/")[2].replace("/", "--")
    with patch.object(engines, "STREAMS", (LOCAL,)):
        print(engines.measure_bare(folder, "q8_0", TOKENS, ROUNDS)["rates"][str(LOCAL)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=user_cache_path("aula", appauthor=False))
    parser.add_argument("--visitors", type=int, nargs="+", default=[10, 30, 50])
    parser.add_argument("--only", choices=("vendor", "crowd", "local", "bare"))
    parser.add_argument("--root", type=Path, default=ROOT, help="the program, where it is another copy")
    parser.add_argument("--beside", type=Path, help="another copy of the program, measured in the same run")
    given = parser.parse_args()
    if given.only in (None, "vendor"):
        print_vendor(given.root, given.beside, given.visitors)
    if given.only in (None, "crowd"):
        print_crowd(given.root)
    if given.only in (None, "local"):
        print_local(given.root, given.beside, given.home)
    if given.only == "bare":
        print_bare(given.home)


if __name__ == "__main__":
    main()
