"""What a visitor chose or wrote is not in the log, whatever goes wrong with it."""

from __future__ import annotations

import logging

import gradio as gr
import pytest

from playground.text import texts
from playground.web.discreet import DiscreetBlocks

SECRET = "what-a-visitor-wrote"


def built() -> DiscreetBlocks:
    def fail(value: str) -> str:
        raise ValueError(f"cannot make anything of {value}")

    with DiscreetBlocks(texts(), analytics_enabled=False) as blocks:
        choice, text = gr.Radio(["a", "b"]), gr.Textbox()
        choice.change(lambda value: value, choice, text, api_name="choose")
        text.change(fail, text, text, api_name="fail")
    return blocks


async def failed(name: str) -> gr.Error:
    blocks = built()
    function = next(one for one in blocks.fns.values() if one.api_name == name)
    with pytest.raises(gr.Error) as raised:
        await blocks.process_api(function, [SECRET])
    return raised.value


async def test_an_invalid_choice_is_told_to_the_visitor_alone(caplog: pytest.LogCaptureFixture) -> None:
    error = await failed("choose")
    assert SECRET in str(error) and not error.print_exception
    assert SECRET not in caplog.text


async def test_a_defect_is_logged_by_its_class_and_its_place(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        error = await failed("fail")
    assert not error.print_exception and "inside Aula" in str(error)
    assert "The event fail failed: ValueError" in caplog.text and "test_discreet.py" in caplog.text
    assert SECRET not in caplog.text
