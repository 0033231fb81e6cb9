"""What is remembered for a while; what holds for everybody is found once, however many ask at once."""

import asyncio

import pytest

from playground.visitors.expiring import Expiring, FoundOnce


def test_the_least_recently_used_goes_first(clock):
    entries: Expiring[int] = Expiring(60, most=2, clock=clock)
    entries.put("a", 1)
    entries.put("b", 2)
    assert entries.get("a") == 1
    entries.put("c", 3)
    assert [entries.get(name) for name in "abc"] == [1, None, 3]
    clock.now += 60
    assert entries.get("a") is None
    assert entries.pop("nobody") is None


class Finding:
    """Goes on until it is let; gives how often it has been begun."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> int:
        self.begun += 1
        number = self.begun
        await self.may_end.wait()
        return number


async def ask(entries: FoundOnce[int], finding: Finding, times: int, *, anew: bool = False) -> list[asyncio.Task[int]]:
    """So many at once, as far as they get."""
    asking = [asyncio.create_task(entries.find("a", finding, anew=anew)) for _ in range(times)]
    for _ in range(5):
        await asyncio.sleep(0)
    return asking


async def test_a_class_that_asks_at_once_finds_it_once(clock):
    entries, finding = FoundOnce[int](60, clock=clock), Finding()
    asking = await ask(entries, finding, 30)
    finding.may_end.set()
    assert await asyncio.gather(*asking) == [1] * 30
    assert await entries.find("a", finding) == 1 and await entries.find("b", finding) == 2
    clock.now += 60
    assert await entries.find("a", finding) == 3


async def test_where_one_is_stopped_the_next_begins(clock):
    entries, finding = FoundOnce[int](60, clock=clock), Finding()
    first, second = await ask(entries, finding, 2)
    first.cancel()
    finding.may_end.set()
    assert await second == 2
    assert first.cancelled()


async def test_where_one_fails_the_next_begins(clock):
    async def fail() -> int:
        raise ZeroDivisionError

    entries = FoundOnce[int](60, clock=clock)
    with pytest.raises(ZeroDivisionError):
        await entries.find("a", fail)
    assert await entries.find("a", lambda: asyncio.sleep(0, 7)) == 7


async def test_anew_is_once_for_those_who_ask_meanwhile(clock):
    entries, finding = FoundOnce[int](60, clock=clock), Finding()
    entries.put("a", 0)
    asking = await ask(entries, finding, 30, anew=True)
    assert await entries.find("a", finding) == 0, "who wants nothing new waits for nothing"
    finding.may_end.set()
    assert await asyncio.gather(*asking) == [1] * 30
    assert await entries.find("a", finding, anew=True) == 2
