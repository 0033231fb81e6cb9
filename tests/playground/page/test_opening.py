"""What a tab fills in when the page is opened is one event, in the places it names."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any, cast

import gradio as gr
from pytest import raises

from playground.page.opening import Opening, wire_openings


async def shown_by(event: Any, *values: object) -> list[Any]:
    async with aclosing(cast(Any, event.fn)(gr.Request(), *values)) as shown:
        return [one async for one in shown]


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
    assert ["a", "a!", gr.skip()] in await shown_by(event, "a")


async def test_what_is_there_is_shown_at_once_and_not_again_with_what_comes_later() -> None:
    """Else a slow one would hold it back, and lay it over what the visitor did meanwhile."""
    asked_for = asyncio.Event()
    with gr.Blocks() as blocks:
        first, second = gr.Textbox(), gr.Textbox()

        async def fill_slowly(_: gr.Request) -> str:
            await asked_for.wait()
            return "slow"

        async def fill_at_once(_: gr.Request) -> str:
            return "quick"

        wire_openings(blocks.load, [Opening(fill_slowly, [], [first]), Opening(fill_at_once, [], [second])])
    (event,) = blocks.fns.values()
    async with aclosing(cast(Any, event.fn)(gr.Request())) as shown:
        assert await anext(shown) == [gr.skip(), "quick"]
        asked_for.set()
        assert await anext(shown) == ["slow", gr.skip()]


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
