"""Work whose page is read again in another language: it goes on, and is drawn there from where it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from playground.asking.going_on import GRACE, GoingOn
from providers.errors import InputError
from tests import virtual_time


@dataclass(eq=False)
class Reader:
    page: str
    language: str = "en"
    visitor: str = "vera"


@dataclass
class Counting:
    """Counts to `most`, a number a second. How often it was begun, and whether it was let go before its end."""

    most: int = 5
    begun: int = 0
    counted: int = 0
    ended: int = 0
    wrong: bool = False
    going: GoingOn = field(default_factory=GoingOn)

    async def count(self) -> AsyncGenerator[int]:
        self.begun += 1
        try:
            while self.counted < self.most:
                await asyncio.sleep(1)
                self.counted += 1
                yield self.counted
            if self.wrong:
                raise InputError("empty")
        finally:
            self.ended += 1

    async def draw(self, reader: Reader) -> AsyncGenerator[str]:
        yield f"{reader.language}: begins"
        async with aclosing(self.going.keep(reader, self.count())) as numbers:
            async for number in numbers:
                yield f"{reader.language}: {number}"
        yield f"{reader.language}: done"


async def seen(drawn: AsyncGenerator[str], until: str = "") -> list[str]:
    """Each thing that is drawn, once, up to one of them: then the page is closed."""
    found: list[str] = []
    async with aclosing(drawn):
        async for one in drawn:
            if not found or found[-1] != one:
                found.append(one)
            if one == until:
                break
    return found


async def left(work: Counting, until: str = "en: 2") -> None:
    """The page is left for another language while that is on it."""
    assert (await seen(leaving(work), until))[-1] == until


async def leaving(work: Counting) -> AsyncGenerator[str]:
    work.going.leave("vera", "one")
    async with aclosing(work.going.show(Reader("one"), "part", work.draw)) as drawn:
        async for one in drawn:
            yield one


def test_it_goes_on_and_is_drawn_anew_from_where_it_is() -> None:
    async def told() -> tuple[list[str], Counting]:
        work = Counting()
        await left(work)
        await asyncio.sleep(1.5)  # the other page opens
        other = Reader("two", "es")
        assert not work.going.awaits(other, "part")
        work.going.come_back("vera", "one", "two")
        assert work.going.awaits(other, "part") and not work.going.awaits(other, "another part")
        assert not work.going.awaits(Reader("two", visitor="ben"), "part")
        drawn = await seen(work.going.back(other, "part"))
        assert not work.going.awaits(other, "part"), "once"
        return drawn, work

    drawn, work = virtual_time.run(told())
    assert drawn == ["es: begins", "es: 3", "es: 4", "es: 5", "es: done"]
    assert (work.begun, work.ended) == (1, 1)


def test_what_ended_while_its_page_was_away_is_drawn_as_it_ended() -> None:
    async def told(wrong: bool) -> list[str]:
        work = Counting(wrong=wrong)
        await left(work)
        await asyncio.sleep(10)
        work.going.come_back("vera", "one", "two")
        return await seen(work.going.back(Reader("two", "es"), "part"))

    assert virtual_time.run(told(False)) == ["es: begins", "es: 5", "es: done"]
    with pytest.raises(InputError):
        virtual_time.run(told(True))


def test_a_page_that_was_closed_ends_it_at_once() -> None:
    async def closed() -> Counting:
        work = Counting()
        await seen(work.going.show(Reader("one"), "part", work.draw), "en: 2")
        work.going.leave("vera", "one")
        work.going.come_back("vera", "one", "two")
        assert not work.going.awaits(Reader("two"), "part")
        return work

    work = virtual_time.run(closed())
    assert (work.counted, work.ended) == (2, 1)


def test_a_page_that_never_comes_ends_it_after_a_while() -> None:
    async def waited(seconds: float) -> tuple[int, bool]:
        work = Counting(most=10_000)
        await left(work)
        await asyncio.sleep(seconds)
        work.going.come_back("vera", "one", "two")
        return work.ended, work.going.awaits(Reader("two"), "part")

    assert virtual_time.run(waited(GRACE - 3)) == (0, True)
    assert virtual_time.run(waited(GRACE + 1)) == (1, False)


def test_what_was_not_begun_yet_begins_on_the_other_page() -> None:
    async def told() -> tuple[list[str], int]:
        work = Counting(most=1)
        await left(work, "en: begins")
        work.going.come_back("vera", "one", "two")
        return await seen(work.going.back(Reader("two", "es"), "part")), work.begun

    assert virtual_time.run(told()) == (["es: begins", "es: 1", "es: done"], 1)


def test_steps_after_one_another_are_each_gone_on_with() -> None:
    """As an example that adds documents and then asks about them."""

    async def told() -> tuple[list[str], int, int]:
        first, second = Counting(most=2), Counting(most=3)
        second.going = first.going

        async def both(reader: Reader) -> AsyncGenerator[str]:
            for one in (first, second):
                async with aclosing(one.draw(reader)) as drawn:
                    async for said in drawn:
                        yield said

        going = first.going
        going.leave("vera", "one")
        await seen(going.show(Reader("one"), "part", both), "en: done")
        await seen_two(going, both)
        return [], first.begun, second.begun

    async def seen_two(going: GoingOn, both: object) -> None:
        going.come_back("vera", "one", "two")
        drawn = await seen(going.back(Reader("two", "es"), "part"))
        assert drawn == [
            *("es: begins", "es: 2", "es: done"),
            *("es: begins", "es: 1", "es: 2", "es: 3", "es: done"),
        ]

    assert virtual_time.run(told()) == ([], 1, 1)


def test_something_else_that_begins_in_its_place_takes_it() -> None:
    async def told() -> tuple[list[str], Counting]:
        work = Counting(most=100)
        first = asyncio.ensure_future(seen(work.going.show(Reader("one"), "part", work.draw)))
        await asyncio.sleep(2.5)
        other = Counting(going=work.going)
        second = asyncio.ensure_future(seen(work.going.show(Reader("one"), "part", other.draw), "en: 1"))
        await second
        first.cancel()
        await asyncio.wait({first})
        return [], work

    assert virtual_time.run(told())[1].ended == 1


def test_the_page_may_be_there_before_the_server_has_noticed_that_it_was_left() -> None:
    async def told() -> tuple[list[str], list[str], Counting]:
        work = Counting()
        before: list[str] = []

        async def watch() -> None:
            async with aclosing(work.going.show(Reader("one"), "part", work.draw)) as drawn:
                async for one in drawn:
                    before.append(one)

        watching = asyncio.ensure_future(watch())
        await asyncio.sleep(2.5)
        work.going.leave("vera", "one")
        work.going.come_back("vera", "one", "two")
        after = asyncio.ensure_future(seen(work.going.back(Reader("two", "es"), "part")))
        await asyncio.sleep(1)
        watching.cancel()
        await asyncio.wait({watching})
        return before, await after, work

    before, after, work = virtual_time.run(told())
    assert before[-1] == "en: 3" and after == ["es: begins", "es: 2", "es: 3", "es: 4", "es: 5", "es: done"]
    assert (work.begun, work.ended) == (1, 1)


def test_whoever_deletes_everything_is_not_waited_for() -> None:
    async def forgotten() -> int:
        work = Counting(most=10_000)
        await left(work)
        work.going.forget("ben")
        await asyncio.sleep(1)
        assert work.ended == 0
        work.going.forget("vera")
        await asyncio.sleep(1)
        return work.ended

    assert virtual_time.run(forgotten()) == 1


def test_without_a_page_the_values_are_given_as_they_are() -> None:
    async def told() -> tuple[list[str], int]:
        work = Counting(most=2)
        work.going.leave("vera", "")
        drawn = await seen(work.going.show(Reader(""), "part", work.draw), "en: 1")
        return drawn, work.ended

    assert virtual_time.run(told()) == (["en: begins", "en: 1"], 1)
