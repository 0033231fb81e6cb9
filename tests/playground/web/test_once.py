"""What Gradio does again and again is done once, and says the same."""

from __future__ import annotations

import inspect

import gradio as gr
from gradio.routes import App

from playground.web.lean import LeanBlocks
from playground.web.once import keep_parameters, without_application


def test_no_application_is_made_before_the_page_is_launched(monkeypatch):
    made = []
    monkeypatch.setattr(App, "create_app", staticmethod(lambda *given, **named: made.append(given)))
    with LeanBlocks() as page:
        gr.Textbox(elem_id="one")
    page.queue()
    assert made == []
    with gr.Blocks():
        gr.Textbox()
    assert made, "Gradio makes one as a page is laid out: there is something to leave out"


def test_it_is_made_again_afterwards():
    before = App.create_app
    with without_application():
        assert App.create_app(gr.Blocks()) is None
    assert App.create_app is before


def test_parameters_are_kept_as_they_are():
    keep_parameters()
    for kind in (gr.Textbox, gr.HTML, gr.Chatbot, gr.Blocks):
        kept = vars(kind)["__init__"].__signature__
        assert inspect.signature(kind.__init__) is kept
        assert list(kept.parameters) == list(inspect.signature(inspect.unwrap(kind.__init__)).parameters)
