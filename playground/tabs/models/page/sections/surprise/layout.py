"""The components of the section Surprise."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.places import hidden_text, place
from playground.page.program import Page
from playground.tabs.models.visit.visits import ModelsVisits
from playground.web.scripts import script_body


@dataclass(frozen=True, slots=True)
class ModelsSurpriseLayout:
    """The section's components."""

    text: gr.Textbox
    look: gr.Button
    example: gr.Button
    stop: gr.Button
    shown: gr.HTML
    looked_at: gr.Textbox
    """Hidden: the text and the models that are shown."""
    begin: gr.Button
    word: gr.Textbox
    guess: gr.Button
    game: gr.HTML

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `ModelsSurpriseScreen`, in its order."""
        return [self.shown, self.looked_at, self.look, self.stop]

    @property
    def game_outputs(self) -> list[gr.blocks.Block]:
        """Of a `GuessingScreen`, in its order."""
        return [self.game, self.word, self.guess]


def lay_out_surprise(page: Page[ModelsVisits]) -> ModelsSurpriseLayout:
    label = page.app.label
    text = gr.Textbox(label=label("models.surprise_text"), lines=2, max_lines=10, elem_id="surprise-text")
    with gr.Row(elem_classes="doing"):
        look = button(label("models.surprise_look"), "surprise-look", variant="primary")
        stop = button(label("models.stop"), "surprise-stop", visible=False, stops=True)
        example = button(label("models.surprise_example"), "surprise-example")
    shown = place("surprise-shown", script_body("models/show_result"))
    looked_at = hidden_text("surprise-looked-at")
    gr.Markdown(label("models.game_intro"), elem_classes="quiet", elem_id="guess-intro")
    with gr.Row(elem_classes="doing"):
        begin = button(label("models.game_begin"), "guess-begin")
    game = place("guess-shown", script_body("models/show_answer"), kept=True)
    with gr.Row(elem_classes="doing"):
        word = gr.Textbox(
            label=label("models.game_word"), max_lines=1, visible=False, scale=0, min_width=220, elem_id="guess-word"
        )
        guess = button(label("models.game_guess"), "guess-go", variant="primary", visible=False)
    return ModelsSurpriseLayout(text, look, example, stop, shown, looked_at, begin, word, guess, game)
