"""Where a question is written: a box, and below it what is done with what stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button

STOP = "stop"
BUTTONS = ("ask", STOP, "example")


@dataclass(frozen=True, slots=True)
class QuestionBox:
    """`buttons`: by their names."""

    question: gr.Textbox
    buttons: dict[str, gr.Button]
    doing: gr.Row
    """What the buttons stand in, for whatever a tab sets beside them."""


def lay_out_question(
    label: gr.I18n, tab: str, box: str = "question", *, buttons: Sequence[str] = BUTTONS
) -> QuestionBox:
    """The box `box` of a tab and its buttons, with the tab's texts and ids of these names.

    The text `BOX_hint` stands in it while it is empty. The first button is the one that asks; one that is called `STOP`
    is hidden until something runs.
    """
    question = gr.Textbox(
        label=label(f"{tab}.{box}"),
        placeholder=label(f"{tab}.{box}_hint"),
        lines=1,
        max_lines=8,
        elem_id=f"{tab}-{box}",
    )
    with gr.Row(elem_classes="doing") as doing:
        made = {
            name: button(
                label(f"{tab}.{name}"),
                f"{tab}-{name}",
                variant="secondary" if place else "primary",
                visible=name != STOP,
                stops=name == STOP,
            )
            for place, name in enumerate(buttons)
        }
    return QuestionBox(question, made, doing)
