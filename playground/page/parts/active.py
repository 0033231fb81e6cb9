"""A line of what is in force although it stands in a folded panel, in the address, or was set on another tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import gradio as gr

from playground.page.program import PRIVATE, Program
from playground.web.scripts import script_function


def wire_active(
    app: Program,
    controls: Mapping[str, gr.components.Component],
    places: Sequence[gr.HTML],
    *,
    lead: str = "page.active",
    before: Sequence[gr.components.Component] = (),
) -> None:
    """Each place says which of the controls, by the keys of their names, hold another value than at first.

    By the browser alone: a slider that is dragged is followed. `lead` is the key of what the line begins with; `before`
    are an assistant's id, the names of assistants by id, and a system prompt, where the tab has them.
    """
    texts = app.texts
    words = {
        language: {
            "lead": texts.text(language, lead),
            "assistant": texts.text(language, "chat.assistant"),
            "system": texts.text(language, "chat.system"),
            "on": [texts.text(language, key) for key in controls],
            "off": [texts.text(language, "page.off", what=texts.text(language, key)) for key in controls],
        }
        for language in texts.languages()
    }
    first = [getattr(control, "value", None) for control in controls.values()]
    handed = {"words": words, "first": first, "before": len(before), "places": len(places)}
    script, inputs = script_function("show_active", handed), [*before, *controls.values()]
    for control in inputs:
        control.change(None, inputs, list(places), js=script, **PRIVATE)  # type: ignore[attr-defined]
