"""Waiting for work: each change at a bearable pace, a beat while nothing changes, and an end that lets go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import pairwise

import pytest

from playground.asking.pump import HEARTBEAT, REDRAW, beats, follow, pump
from providers.errors import InputError
from tests import virtual_time

FOUR_A_SECOND = [number / 4 for number in range(12)]


class Work:
    """Counts up `steps` times, every `seconds`; whether it was let go is in `closed`."""

    def __init__(self, steps: int, seconds: float, *, wrong: bool = False) -> None:
        self.steps, self.seconds, self.wrong = steps, seconds, wrong
        self.count, self.changed, self.closed = 0, asyncio.Event(), False

    async def run(self) -> None:
        try:
            for _ in range(self.steps):
                await asyncio.sleep(self.seconds)
                self.count += 1
                self.changed.set()
            if self.wrong:
                raise InputError("empty")
        finally:
            self.closed = True


async def watched(work: Work, stop: asyncio.Event | None = None) -> list[tuple[float, int]]:
    """When which count was seen, in seconds."""
    clock = asyncio.get_running_loop().time
    async with aclosing(pump(work.run(), lambda: work.count, work.changed, stop)) as counts:
        return [(clock(), count) async for count in counts]


class TestPump:
    def test_a_fast_work_is_seen_twenty_times_a_second(self) -> None:
        seen = virtual_time.run(watched(work := Work(1000, 0.001)))
        assert seen[0] == (0, 0)
        assert all(later[0] - earlier[0] >= REDRAW * 0.999 for earlier, later in pairwise(seen))
        assert 19 <= len(seen) <= 21
        assert work.closed

    def test_a_slow_work_is_heard_four_times_a_second(self) -> None:
        seen = virtual_time.run(watched(Work(1, 60)))
        assert max(later[0] - earlier[0] for earlier, later in pairwise(seen)) <= HEARTBEAT * 1.001
        assert 240 <= len(seen) <= 241

    def test_a_change_after_a_silence_is_seen_at_once(self) -> None:
        seen = virtual_time.run(watched(Work(2, 10.1)))
        first = next(at for at, count in seen if count == 1)
        assert first == pytest.approx(10.1)

    def test_what_is_urgent_does_not_wait_for_the_pause(self) -> None:
        async def seen() -> list[tuple[float, int]]:
            clock, urgent, work = asyncio.get_running_loop().time, asyncio.Event(), Work(5, 1)

            async def told() -> None:
                await asyncio.sleep(2.5)
                urgent.set()

            telling = asyncio.ensure_future(told())
            states = pump(work.run(), lambda: work.count, work.changed, pause=lambda: 10.0, urgent=urgent)
            async with aclosing(states):
                found = [(clock(), state) async for state in states]
            await telling
            return found

        assert virtual_time.run(seen()) == [(0, 0), (2.5, 2)]

    def test_those_who_wait_equally_long_are_drawn_at_the_same_moments(self) -> None:
        async def drawn(begins: float) -> list[float]:
            clock, work = asyncio.get_running_loop().time, Work(1000, 0.003)
            await asyncio.sleep(begins)
            async with aclosing(pump(work.run(), lambda: 0, work.changed, pause=lambda: 0.25)) as states:
                return [clock() async for _ in states]

        async def seen() -> list[list[float]]:
            return await asyncio.gather(*map(drawn, (0.0, 0.07, 0.11, 0.2)))

        for each in virtual_time.run(seen()):
            assert [at for at in each[1:] if at < 2.9] == pytest.approx(
                [at for at in FOUR_A_SECOND if at > each[0] + 0.1]
            )

    def test_what_the_work_raises_is_raised(self) -> None:
        work = Work(1, 1, wrong=True)
        with pytest.raises(InputError):
            virtual_time.run(watched(work))
        assert work.closed

    def test_stop_ends_the_work_wherever_it_waits(self) -> None:
        async def stopped() -> tuple[float, bool]:
            work, stop = Work(1, 3600), asyncio.Event()
            asyncio.get_running_loop().call_later(1, stop.set)
            await watched(work, stop)
            return asyncio.get_running_loop().time(), work.closed

        assert virtual_time.run(stopped()) == (pytest.approx(1), True)

    def test_closing_ends_the_work_too(self) -> None:
        async def closed() -> bool:
            work = Work(1, 3600)
            async with aclosing(pump(work.run(), lambda: 0, work.changed)) as counts:
                async for _ in counts:
                    if asyncio.get_running_loop().time() > 1:
                        break
            return work.closed

        assert virtual_time.run(closed())


class TestFollow:
    def test_it_beats_and_stops_at_once(self) -> None:
        async def heard() -> tuple[list[int], bool, float]:
            closed, stop, heard = asyncio.Event(), asyncio.Event(), []

            async def slow() -> AsyncGenerator[int]:
                try:
                    yield 1
                    await asyncio.sleep(60)
                    yield 2
                finally:
                    closed.set()

            async with aclosing(follow(slow(), 0, stop)) as values:
                async for value in values:
                    heard.append(value)
                    if len(heard) == 3:
                        stop.set()
            return heard, closed.is_set(), asyncio.get_running_loop().time()

        values, closed, seconds = virtual_time.run(heard())
        assert (values, closed) == ([1, 1, 1], True)
        assert seconds < 10

    async def test_errors_come_through_and_the_end_ends(self) -> None:
        async def some(wrong: bool) -> AsyncGenerator[int]:
            yield 1
            if wrong:
                raise InputError("empty")

        assert [value async for value in follow(some(False), 0, asyncio.Event())] == [1]
        with pytest.raises(InputError):
            [value async for value in follow(some(True), 0, asyncio.Event())]

    async def test_no_value_is_passed_over(self) -> None:
        async def fast() -> AsyncGenerator[int]:
            for number in range(100):
                yield number

        assert [value async for value in follow(fast(), -1, asyncio.Event())] == list(range(100))


def test_beats_until_a_task_is_done_and_closing_cancels_it() -> None:
    async def counted(seconds: float, most: int) -> tuple[int, bool]:
        task, count = asyncio.ensure_future(asyncio.sleep(seconds)), 0
        async with aclosing(beats(task)) as heard:
            async for _ in heard:
                count += 1
                if count == most:
                    break
        return count, task.cancelled()

    assert virtual_time.run(counted(0.6, 100)) == (3, False)
    assert virtual_time.run(counted(3600, 5)) == (5, True)
