"""What is chosen in lists that are filled in later, held for a page that is read again."""

from __future__ import annotations

import gradio as gr
import pytest

from playground.page.parts.held import held_text, held_values, hold, hold_values


def test_what_is_held_comes_back() -> None:
    assert held_values(hold_values("run", 3, None, ["a"]), 4) == ["run", 3, None, ["a"]]
    assert held_text(hold_values("run")) == "run"


@pytest.mark.parametrize("held", ["", None, "[", "{}", "3", "[1]", "[1, 2, 3]", '"ab"', ["a", "b"], {"a": 1}, "nul\0"])
def test_whatever_else_comes_from_the_browser_holds_nothing(held: object) -> None:
    assert held_values(held, 2) == [None, None]
    assert held_text(held) == ""


def test_every_change_is_held_by_the_browser_alone() -> None:
    with gr.Blocks() as blocks:
        fields = [gr.Dropdown([]), gr.Dropdown([])]
        copy = hold("held", *fields)
    (event,) = blocks.fns.values()
    assert event.targets == [(one._id, "change") for one in fields]
    assert event.fn is None and list(event.inputs) == fields and list(event.outputs) == [copy] and event.js
