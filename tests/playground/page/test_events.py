"""What the page's events may do to one another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import gradio as gr


def written(blocks: gr.Blocks, event: int) -> set[int]:
    """The components that an event changes, and the events that follow it."""
    after = [number for number, one in blocks.fns.items() if one.trigger_after == event]
    return {one._id for one in blocks.fns[event].outputs}.union(*(written(blocks, number) for number in after))


def races(blocks: gr.Blocks) -> Iterator[tuple[str, str, str]]:
    """Two events that begin at one moment, and a place that both change: the slower of the two is what stays."""
    begun: dict[object, list[int]] = {}
    for number, one in blocks.fns.items():
        if one.trigger_after is None:
            for target in one.targets:
                begun.setdefault(target, []).append(number)
    for numbers in begun.values():
        for one, two in combinations(numbers, 2):
            for place in written(blocks, one) & written(blocks, two):
                yield blocks.fns[one].name, blocks.fns[two].name, str(blocks.blocks[place].elem_id)


def test_no_two_events_of_one_moment_change_one_place(blocks: gr.Blocks) -> None:
    assert list(races(blocks)) == []


def test_a_race_is_seen_although_an_event_between_hides_it() -> None:
    def hide() -> str:
        return ""

    def run() -> str:
        return "running"

    def show() -> str:
        return "done"

    with gr.Blocks() as page:
        progress, results, button = gr.HTML(), gr.HTML(elem_id="results"), gr.Button()
        button.click(run, None, progress).then(show, None, results)
        button.click(hide, None, results)
    assert list(races(page)) == [("run", "hide", "results")]


def test_what_shows_a_conversation_is_told_which(blocks: gr.Blocks) -> None:
    """Each browser tab names its own: an event without the id would show or change another one."""
    places = {"pictures", "waiting", "entries"}
    shows, told = set(), set()
    for number, one in blocks.fns.items():
        names = {str(place.elem_id) for place in one.outputs}
        if one.fn is not None and any(name in places or name.startswith("chat-") for name in names):
            shows.add(number)
        if any(place.elem_id == "conversation" for place in one.inputs):
            told.add(number)
    assert len(shows) > 20 and {blocks.fns[number].name for number in shows - told} == set()


def test_what_is_ticked_while_the_tick_before_is_answered_is_heard(blocks: gr.Blocks) -> None:
    modes = {
        str(blocks.blocks[one].elem_id): event.trigger_mode
        for event in blocks.fns.values()
        for one, kind in event.targets
        if kind == "input" and one is not None
    }
    assert modes["models"] == "always_last" and modes["preset"] == "once"
    assert modes["vision-ocr"] == "always_last"


def test_what_is_clicked_while_the_click_before_is_answered_is_kept(blocks: gr.Blocks) -> None:
    keeping = {"arrange", "mark", "remove", "vote"}
    found = {(kind, event.trigger_mode) for event in blocks.fns.values() for _, kind in event.targets}
    assert {one for one in found if one[0] in keeping} == {(kind, "multiple") for kind in keeping}
