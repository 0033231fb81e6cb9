"""One piece of work a visitor at each place."""

from __future__ import annotations

import asyncio

import pytest

from playground.visitors.limits import Limits
from playground.visitors.work import Work
from providers.errors import LimitExceeded


def work(messages: int = 10, streams: int = 2) -> Work:
    return Work(Limits(messages, streams, 100))


async def test_a_new_piece_stops_the_one_before_and_waits_for_its_stream() -> None:
    pieces, order = work(streams=1), list[str]()

    async def first() -> None:
        async with pieces.at("ana", "ask") as control:
            await control.until_stopped()
            order.append("first let go")

    going = asyncio.create_task(first())
    await asyncio.sleep(0)
    async with pieces.at("ana", "ask") as control:
        order.append("second began")
        assert pieces.control("ana", "ask") is control
    await going
    assert order == ["first let go", "second began"]
    assert pieces.control("ana", "ask") is None


async def test_places_and_visitors_do_not_disturb_each_other() -> None:
    pieces = work()
    async with (
        pieces.at("ana", "ask") as asking,
        pieces.at("ana", "add") as adding,
        pieces.at("ben", "ask") as other,
    ):
        pieces.stop("ana", "add")
        assert (asking.stopped, adding.stopped, other.stopped) == (False, True, False)
        pieces.stop("eva", "ask")


async def test_limits_hold_and_a_refused_piece_leaves_nothing_behind() -> None:
    pieces = work(messages=2, streams=1)
    async with pieces.at("ana", "ask"):
        with pytest.raises(LimitExceeded, match="streams"):
            async with pieces.at("ana", "add"):
                pass
        assert pieces.control("ana", "add") is None
    with pytest.raises(LimitExceeded, match="rate"):
        async with pieces.at("ana", "ask"):
            pass
    async with pieces.at("ana", "ask", counted=False):
        pass
