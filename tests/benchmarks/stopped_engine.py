"""Does the page answer while a local engine is stopped? `python -m tests.benchmarks.stopped_engine`: half a minute.

A tiny model's process is stopped for ten seconds and asked eight prompts of 20,000 characters, more than its pipe
holds. Meanwhile `/health` is asked fifty times a second at most, in the same event loop.
"""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import threading
import time
from pathlib import Path

import httpx2
from starlette.types import Receive, Scope, Send

from playground.web.guard import Guard, Hosts
from providers.adapters.huggingface.engines.base import Job
from providers.adapters.huggingface.engines.openvino import OpenVino
from providers.adapters.huggingface.engines.openvino.engine import OpenVinoEngine
from providers.types import Sampling
from tests.providers.adapters.huggingface import tiny

STOPPED = 10.0
PROMPTS = 8
LONG = "the quick brown fox jumps over the lazy dog " * 455


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("nothing but /health is asked for")


async def answered(engine: OpenVinoEngine, job: Job) -> int:
    return len([step async for step in engine.submit(job)])


async def measure(engine: OpenVinoEngine) -> list[float]:
    """Seconds of each answer of `/health`."""
    assert engine.codec is not None
    job = Job(prompt=engine.codec.encode(LONG), sampling=Sampling(temperature=0), max_tokens=2)
    seconds: list[float] = []
    transport = httpx2.ASGITransport(Guard(nothing, Hosts(frozenset({"localhost"}))))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as visitor:
        waiting = [asyncio.create_task(answered(engine, job)) for _ in range(PROMPTS)]
        begun = time.perf_counter()
        while (start := time.perf_counter()) < begun + STOPPED:
            await asyncio.sleep(0.02)
            (await visitor.get("/health")).raise_for_status()
            seconds.append(time.perf_counter() - start - 0.02)
        await asyncio.gather(*waiting)
    return seconds


def main() -> None:
    folder = tiny.save_converted(Path(tempfile.mkdtemp()), context=32_768)
    engine = OpenVino(folder, "q8_0").load("tiny", 2**40).engine
    assert isinstance(engine, OpenVinoEngine)
    pid = engine._process.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(STOPPED, os.kill, (pid, signal.SIGCONT)).start()
    seconds = asyncio.run(measure(engine))
    print(f"{len(seconds)} answers in {STOPPED:g} s, the slowest after {max(seconds):.2f} s")
    engine.close()


if __name__ == "__main__":
    main()
