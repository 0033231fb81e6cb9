"""The waiting line: fair between owners, bounded, and open about everybody's place."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.adapters.huggingface.memory.fair_queue import LONGEST, SHARE, FairQueue
from providers.errors import Overloaded


def test_a_place_is_free_until_all_are_taken() -> None:
    line = FairQueue(2)
    assert [line.join("").position for _ in range(4)] == [0, 0, 1, 2]


def test_who_holds_least_goes_first() -> None:
    line = FairQueue(4)
    greedy = [line.join("greedy") for _ in range(10)]
    newcomer = line.join("newcomer")
    assert [place.position for place in greedy[:4]] == [0, 0, 0, 1], "one slot stays free for somebody else"
    assert newcomer.position == 0
    second = line.join("second")
    assert second.position == 1, "ahead of six that came before it"
    line.leave(greedy[0])
    assert second.position == 0
    assert greedy[3].position == 1


def test_places_move_up_when_somebody_in_front_leaves_without_being_served() -> None:
    line = FairQueue(1)
    places = [line.join(name) for name in "abcd"]
    line.leave(places[1])
    assert [place.position for place in places] == [0, 1, 1, 2]
    line.leave(places[0])
    assert [places[2].position, places[3].position] == [0, 1]


def test_a_full_line_says_so_and_forgets_who_was_turned_away() -> None:
    line = FairQueue(1)
    places = [line.join("") for _ in range(LONGEST + 1)]
    with pytest.raises(Overloaded) as caught:
        line.join("")
    assert caught.value.reason == "busy_here"
    assert line.waiting == LONGEST
    line.leave(places[0])
    line.join("")


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), max_size=60), st.integers(1, 5))
def test_whatever_happens_no_slot_is_wasted_and_nobody_is_lost(events: list[tuple[bool, int]], slots: int) -> None:
    line, places = FairQueue(slots), []
    for coming, who in events:
        if coming or not places:
            places.append(line.join(f"visitor {who}"))
        else:
            line.leave(places.pop(who % len(places)))
        served = [place for place in places if place.position == 0]
        waiting = sorted(place.position for place in places if place.position)
        assert len(served) <= slots
        assert waiting == list(range(1, len(waiting) + 1))
        held = Counter(place.owner for place in served)
        most = max(1, int(slots * SHARE))
        kept_from = all(held[place.owner] >= most for place in places if place.position)
        assert len(served) == slots or kept_from, "a slot is kept only from whoever holds the most already"
    for place in places:
        line.leave(place)
    assert line.waiting == 0
