"""The hook of the benchmarks that tells what keeps an event loop busy."""

from __future__ import annotations

import asyncio

from tests.benchmarks.slow_callbacks import SlowCallback, counted, read, report


def test_every_callback_that_takes_as_long_is_told_with_its_place() -> None:
    async def busy() -> None:
        asyncio.get_running_loop().call_soon(len, "")
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    with counted(seconds=0) as slow:
        asyncio.run(busy())
    known = len(slow)
    asyncio.run(busy())
    assert len(slow) == known, "nothing is counted any more"
    names = [one.what for one in slow]
    assert "builtins.len" in names
    assert len([name for name in names if "busy (" in name and "test_slow_callbacks.py" in name]) == 3


def test_a_log_is_read_back_and_summed_up() -> None:
    told = [SlowCallback(0.25, "one (a.py:1)"), SlowCallback(1.5, "two"), SlowCallback(0.5, "one (a.py:1)")]
    log = "\n".join(["something else", *(one.line() for one in told), "slow callback: never"])
    assert read(log) == told
    assert report(log).splitlines() == [
        "callbacks of 50 ms and more: 3",
        "  1 × two: 1.50 s in all, longest 1.50 s",
        "  2 × one (a.py:1): 0.75 s in all, longest 0.50 s",
    ]
