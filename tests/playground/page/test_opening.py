"""What a tab fills in when the page is opened is one event, in the places it names."""

from __future__ import annotations

from typing import Any, cast

import gradio as gr
from pytest import raises

from playground.page.opening import Opening, wire_openings


async def test_one_event_fills_every_place_with_what_its_own_function_gives() -> None:
    with gr.Blocks() as blocks:
        first, second, third, given = (gr.Textbox() for _ in range(4))

        async def fill_two(_: gr.Request, value: str) -> list[object]:
            return [value, f"{value}!"]

        def fill_one(_: gr.Request) -> object:
            return gr.skip()

        wire_openings(blocks.load, [Opening(fill_two, [given], [third, first]), Opening(fill_one, [], [second])])
    (event,) = blocks.fns.values()
    assert (event.inputs, event.outputs) == ([given], [third, first, second])
    filled = await cast(Any, event.fn)(gr.Request(), "a")
    assert filled == ["a", "a!", gr.skip()]


async def test_an_input_of_two_is_sent_once_and_one_output_is_no_list() -> None:
    with gr.Blocks() as blocks:
        shown, given = gr.Textbox(), gr.Textbox()
        wire_openings(blocks.load, [Opening(lambda _, value, same: value + same, [given, given], [shown])])
    (event,) = blocks.fns.values()
    assert event.inputs == [given]
    assert await cast(Any, event.fn)(gr.Request(), "a") == "aa"


async def test_what_is_no_list_of_as_many_values_is_a_failure() -> None:
    with gr.Blocks() as blocks:
        places = [gr.Textbox(), gr.Textbox()]
        wire_openings(blocks.load, [Opening(lambda _: ["one"], [], places)])
    (event,) = blocks.fns.values()
    with raises(ValueError, match="2 places"):
        await cast(Any, event.fn)(gr.Request())
