"""The components of the section Tasks of understanding."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.measuring.tasks import languages
from playground.page.parts.buttons import button
from playground.page.parts.places import hidden_text, place
from playground.page.parts.setup_line import lay_out_setup
from playground.page.program import Page
from playground.tabs.models.lab.understanding import APPROACHES, SETS, Approach, Kind
from playground.tabs.models.visit.visits import ModelsVisits
from playground.web.scripts import script_body

OWN = "own"
"""The visitor's own texts, in the place of a task set."""
_OWN_NAMES = ("approach_words_entities", "approach_words_passages", "approach_labels_passages")
"""Ways that do something else in these tasks."""


def way_key(approach: Approach, kind: Kind) -> str:
    """The text that names a way in such a task."""
    own = f"approach_{approach}_{kind}"
    return own if own in _OWN_NAMES else f"approach_{approach}"


@dataclass(frozen=True, slots=True)
class ModelsUnderstandingLayout:
    """The section's components."""

    tasks: gr.Dropdown
    language: gr.Dropdown
    own: gr.Textbox
    approaches: gr.CheckboxGroup
    offered: gr.Textbox
    """Hidden: the ways that there are of the task that was chosen last."""
    head: gr.Textbox
    run: gr.Button
    stop: gr.Button
    shown: gr.HTML
    looked_at: gr.Textbox
    """Hidden: that a task is shown."""
    chosen: gr.HTML
    """Tells when the section is first on the screen."""
    text: gr.Textbox
    classify: gr.Button
    said: gr.HTML
    setup: gr.Accordion

    @property
    def fields(self) -> list[gr.components.Component]:
        """What is to be done, and how."""
        return [self.tasks, self.language, self.own, self.approaches, self.head]

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `ModelsUnderstandingScreen`, in its order."""
        return [self.shown, self.looked_at, self.run, self.stop, self.setup]


def lay_out_understanding(page: Page[ModelsVisits]) -> ModelsUnderstandingLayout:
    label = page.app.label
    chosen = place("understanding-chosen", script_body("seen"))
    gr.Markdown(label("models.understanding_intro"), elem_classes=["intro", "quiet"], padding=True)
    with lay_out_setup(label, "understanding-setup", title="models.understanding_setup") as setup:
        tasks, language, own, approaches, head = _lay_out_fields(page)
    with gr.Row(elem_classes="doing"):
        run = button(label("models.understanding_run"), "understanding-run", variant="primary")
        stop = button(label("models.stop"), "understanding-stop", visible=False, stops=True)
    shown = place("understanding-shown")
    looked_at, offered = hidden_text("understanding-looked-at"), hidden_text()
    with gr.Accordion(label("models.understanding_one"), open=False, elem_id="understanding-one"):
        text = gr.Textbox(
            label=label("models.understanding_text"),
            info=label("models.understanding_text_info"),
            lines=2,
            max_lines=6,
            elem_id="understanding-text",
        )
        with gr.Row(elem_classes="doing"):
            classify = button(label("models.understanding_classify"), "understanding-classify", variant="primary")
        said = place("understanding-said", script_body("models/show_answer"))
    return ModelsUnderstandingLayout(
        tasks,
        language,
        own,
        approaches,
        offered,
        head,
        run,
        stop,
        shown,
        looked_at,
        chosen,
        text,
        classify,
        said,
        setup,
    )


def _lay_out_fields(
    page: Page[ModelsVisits],
) -> tuple[gr.Dropdown, gr.Dropdown, gr.Textbox, gr.CheckboxGroup, gr.Textbox]:
    """What is to be done, and how."""
    label = page.app.label
    with gr.Row():
        tasks = gr.Dropdown(
            [(label(f"models.task_{one}"), one) for one in (*SETS, OWN)],
            value=SETS[0],
            label=label("models.understanding_task"),
            min_width=200,
            elem_id="understanding-task",
        )
        language = gr.Dropdown(
            [(page.app.texts.text(one, "page.language"), one) for one in languages()],
            value=languages()[0],
            label=label("models.understanding_language"),
            min_width=150,
            elem_id="understanding-language",
        )
    own = gr.Textbox(
        label=label("models.understanding_own"),
        info=label("models.understanding_own_info"),
        lines=5,
        max_lines=12,
        visible=False,
        elem_id="understanding-own",
    )
    approaches = gr.CheckboxGroup(
        [(label(f"models.{way_key(one, 'classes')}"), one) for one in APPROACHES],
        value=list(APPROACHES),
        label=label("models.understanding_approaches"),
        elem_id="understanding-approaches",
    )
    head = gr.Textbox(
        label=label("models.understanding_head"),
        info=label("models.understanding_head_info"),
        max_lines=1,
        elem_id="understanding-head",
    )
    return tasks, language, own, approaches, head
