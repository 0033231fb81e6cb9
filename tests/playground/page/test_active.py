"""The line of what is in force stands in every tab whose models follow the sidebar."""

from __future__ import annotations

import gradio as gr
import pytest


@pytest.mark.parametrize("tab", ["chat", "sampling", "prompting", "rag", "vision"])
def test_a_slider_changes_the_line_of_every_tab_that_follows_it(blocks: gr.Blocks, tab: str) -> None:
    slider = next(one for one in blocks.blocks.values() if one.elem_id == "max-tokens")
    events = [one for one in blocks.fns.values() if (slider._id, "change") in one.targets]
    assert f"{tab}-active" in {str(one.elem_id) for event in events for one in event.outputs}


def test_how_is_searched_is_said_where_it_is_asked(blocks: gr.Blocks) -> None:
    switches = {one._id for one in blocks.blocks.values() if str(one.elem_id) in {"rag-k", "rag-dense", "rag-tokens"}}
    told = [one for one in blocks.fns.values() if "rag-asking-active" in {str(place.elem_id) for place in one.outputs}]
    assert switches <= {id for one in told for id, _ in one.targets}
