"""What the browser is given only when it is first seen."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest

from playground.page.late import LateBlocks
from playground.page.shell import find_tabs
from playground.text import LocaleTexts
from providers.catalog import ASSETS
from tests.playground.page.test_layout_sent import numbers


def begun_by(events: Any) -> set[tuple[int, str]]:
    """What on the screen begins these events: none of those after others, or when the page is opened."""
    return {(target, kind) for event in events for target, kind in event["targets"] if kind not in {"then", "load"}}


async def brought(blocks: LateBlocks, number: int) -> Any:
    answer: Any = await blocks.process_api(blocks.fns[number], [], request=None, state=None)
    return answer["render_config"]


async def test_a_page_and_its_late_parts_are_the_whole_and_nothing_twice(blocks: gr.Blocks) -> None:
    assert isinstance(blocks, LateBlocks) and blocks.late
    config: Any = blocks.get_config_file()
    components, events = ({one["id"] for one in config[kind]} for kind in ("components", "dependencies"))
    (page,), laid_out = config["page"].values(), set(numbers(config["layout"]))
    assert components == set(page["components"]) and events == set(page["dependencies"])
    for number, part in blocks.late.items():
        assert number in events and {part.frame._id, part.sign._id} <= components
        late = await brought(blocks, number)
        came = {one["id"] for one in late["components"]}
        assert not part.blocks.keys() & laid_out
        assert set(numbers(late["layout"])) == came, "the sign that it is coming goes"
        assert not events & {one["id"] for one in late["dependencies"]}
        assert not begun_by(late["dependencies"]) & begun_by(config["dependencies"]), "the browser would forget those"
        components |= came
        events |= {one["id"] for one in late["dependencies"]}
    assert components == set(blocks.blocks) - {blocks._id} and events == set(blocks.fns)


def test_whatever_an_event_of_the_page_names_is_described_and_not_waited_for(blocks: gr.Blocks) -> None:
    """gradio_client looks each of them up."""
    assert isinstance(blocks, LateBlocks)
    config: Any = blocks.get_config_file()
    described = {one["id"]: one for one in config["components"]}
    named = {number for event in config["dependencies"] for number in (*event["inputs"], *event["outputs"])}
    assert named <= described.keys()
    late = {number for part in blocks.late.values() for number in part.blocks}
    assert late & described.keys(), "what a language switch keeps"
    assert all(described[number]["props"]["visible"] is False for number in late & described.keys())


def test_the_page_is_given_its_first_tab_alone(blocks: gr.Blocks) -> None:
    assert isinstance(blocks, LateBlocks)
    assert {part.name for part in blocks.late.values()} == {tab.NAME for tab in find_tabs()} - {"chat"}
    config: Any = blocks.get_config_file()
    names = {one["props"].get("elem_id") for one in config["components"] if one["props"].get("visible") is not False}
    assert {"message", "models", "rag-late", "rag-coming", "rag-active"} <= names
    theirs = {name for name in names if name and name.startswith(("card-", "rag-", "sampling-", "vision-", "measure-"))}
    assert theirs <= {f"{tab.NAME}-{what}" for tab in find_tabs() for what in ("late", "coming", "active")}


@pytest.fixture
def small() -> LateBlocks:
    """A page with a text that is there and one that comes late, and events between them."""
    blocks: LateBlocks
    with LateBlocks(LocaleTexts(ASSETS / "locale")) as blocks:
        here = gr.Textbox()
        with blocks.late_part("later") as part:
            there = gr.Textbox()
        here.change(str, here, there, api_name="here_to_there")
        there.change(str, there, here, api_name="there_to_here").then(str, here, there, api_name="after_that")
        gr.on([here.input, there.input], str, here, here, api_name="from_both")
        blocks.load(str, here, there, api_name="on_coming")
        blocks.load(str, here, here, api_name="on_opening")
    assert {there._id, part.came._id, part.restored._id, part.parts.place._id} <= set(part.blocks)
    return blocks


async def test_an_event_comes_with_what_begins_it(small: LateBlocks) -> None:
    config: Any = small.get_config_file()
    (number,) = small.late
    late = await brought(small, number)
    named = [{one["api_name"] for one in part["dependencies"]} for part in (config, late)]
    assert {"here_to_there", "from_both", "on_opening"} <= named[0]
    assert named[1] == {"there_to_here", "after_that", "on_coming"}


async def test_it_is_brought_into_its_frame_and_told_apart_from_other_parts(small: LateBlocks) -> None:
    ((number, part),) = small.late.items()
    late = await brought(small, number)
    assert late["layout"]["id"] == part.frame._id
    assert late["render_id"] < 0, "what Gradio renders itself counts from 0 up"
    other: Any = await small.process_api(next(one for one in small.fns.values() if one.api_name == "on_opening"), [""])
    assert other["render_config"] is None
