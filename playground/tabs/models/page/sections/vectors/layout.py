"""The components of the section Meaning as vectors."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.places import hidden_text, place
from playground.page.program import Page
from playground.tabs.models.visit.visits import ModelsVisits
from playground.web.scripts import script_body

ANALOGIES = ("royal", "capitals", "verbs", "doctor")
"""Each with a button `models.analogy_<name>` and its words `models.analogy_<name>_plus` and `_minus`."""


@dataclass(frozen=True, slots=True)
class ModelsVectorsLayout:
    """The section's components."""

    texts: gr.Textbox
    compare: gr.Button
    example: gr.Button
    stop: gr.Button
    shown: gr.HTML
    looked_at: gr.Textbox
    """Hidden: the texts and the models that are shown."""
    plus: gr.Textbox
    minus: gr.Textbox
    solve: gr.Button
    analogies: dict[str, gr.Button]
    solved: gr.HTML
    word: gr.Textbox
    sentences: gr.Textbox
    look: gr.Button
    word_example: gr.Button
    seen: gr.HTML

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `ModelsVectorsScreen`, in its order."""
        return [self.shown, self.looked_at, self.compare, self.stop]


def lay_out_vectors(page: Page[ModelsVisits]) -> ModelsVectorsLayout:
    label = page.app.label
    texts = gr.Textbox(
        label=label("models.vectors_texts"),
        info=label("models.vectors_texts_info"),
        lines=3,
        max_lines=3,  # more of them scroll: the result stays on the first screen
        elem_id="vectors-texts",
    )
    with gr.Row(elem_classes="doing"):
        compare = button(label("models.vectors_compare"), "vectors-compare", variant="primary")
        stop = button(label("models.stop"), "vectors-stop", visible=False, stops=True)
        example = button(label("models.vectors_example"), "vectors-example")
    shown, looked_at = place("vectors-shown"), hidden_text("vectors-looked-at")
    with gr.Accordion(label("models.analogy"), open=False, elem_id="vectors-analogy"):
        gr.Markdown(label("models.analogy_intro"), elem_classes="quiet")
        with gr.Row():
            plus = gr.Textbox(label=label("models.analogy_plus"), max_lines=1, min_width=220, elem_id="vectors-plus")
            minus = gr.Textbox(label=label("models.analogy_minus"), max_lines=1, min_width=220, elem_id="vectors-minus")
        with gr.Row(elem_classes="doing"):
            solve = button(label("models.analogy_solve"), "vectors-solve", variant="primary")
            analogies = {
                name: button(label(f"models.analogy_{name}"), f"vectors-{name}", quiet=True) for name in ANALOGIES
            }
        solved = place("vectors-solved", script_body("models/show_answer"), kept=True)
    with gr.Accordion(label("models.contexts"), open=False, elem_id="vectors-contexts"):
        gr.Markdown(label("models.contexts_intro"), elem_classes="quiet")
        word = gr.Textbox(label=label("models.contexts_word"), max_lines=1, elem_id="vectors-word")
        sentences = gr.Textbox(
            label=label("models.contexts_sentences"), lines=4, max_lines=8, elem_id="vectors-sentences"
        )
        with gr.Row(elem_classes="doing"):
            look = button(label("models.contexts_look"), "vectors-look", variant="primary")
            word_example = button(label("models.vectors_example"), "vectors-word-example")
        seen = place("vectors-seen", script_body("models/show_answer"), kept=True)
    return ModelsVectorsLayout(
        texts, compare, example, stop, shown, looked_at, plus, minus, solve, analogies, solved, word, sentences, look,
        word_example, seen,
    )  # fmt: skip
