"""The components of the section Attention."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.places import hidden_text, place
from playground.page.program import Page
from playground.tabs.models.visit.visits import ModelsVisits
from playground.web.scripts import script_body


@dataclass(frozen=True, slots=True)
class ModelsAttentionLayout:
    """The section's components. `asked` is where the answers about one model stand: by layer, and what counted."""

    sentence: gr.Textbox
    look: gr.Button
    example: gr.Button
    stop: gr.Button
    effect: gr.HTML
    asked: gr.HTML
    shown: gr.HTML
    looked_at: gr.Textbox
    """Hidden: the sentence and the models that are shown."""

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `ModelsAttentionScreen`, in its order."""
        return [self.shown, self.effect, self.asked, self.looked_at, self.look, self.stop]


def lay_out_attention(page: Page[ModelsVisits]) -> ModelsAttentionLayout:
    label = page.app.label
    sentence = gr.Textbox(
        label=label("models.sentence"), info=label("models.sentence_info"), max_lines=3, elem_id="attention-sentence"
    )
    with gr.Row(elem_classes="doing"):
        look = button(label("models.look"), "attention-look", variant="primary")
        stop = button(label("models.stop"), "attention-stop", visible=False, stops=True)
        example = button(label("models.attention_example"), "attention-example")
    shown = place("attention-shown", script_body("models/attention"))
    effect = place("attention-effect", script_body("models/show_answer"), kept=True)
    asked = place("attention-asked", script_body("models/show_answer"), kept=True)
    looked_at = hidden_text("attention-looked-at")
    return ModelsAttentionLayout(sentence, look, example, stop, effect, asked, shown, looked_at)
