"""The components of the section Architectures."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.held import hold
from playground.page.parts.places import hidden_text, place
from playground.page.program import Page
from playground.tabs.models.lab.architectures import LENGTHS
from playground.tabs.models.lab.ngram import LONGEST_ORDER
from playground.tabs.models.visit.visits import ModelsVisits


@dataclass(frozen=True, slots=True)
class ArchitecturesSettings:
    """How the sentence is put to each architecture."""

    order: gr.Radio
    smoothing: gr.Radio
    training: gr.Textbox
    fill_mask: gr.Dropdown
    seq2seq: gr.Dropdown
    instruction: gr.Dropdown
    length: gr.Radio
    fetch: gr.Checkbox

    @property
    def fields(self) -> list[gr.components.Component]:
        """In the order of the fields of `ArchitecturesChoice`."""
        return [
            *(self.order, self.smoothing, self.training, self.fill_mask, self.seq2seq, self.instruction),
            *(self.length, self.fetch),
        ]

    @property
    def lists(self) -> list[gr.components.Component]:
        """Those that are filled in when the section is opened."""
        return [self.fill_mask, self.seq2seq, self.instruction]


@dataclass(frozen=True, slots=True)
class ModelsArchitecturesLayout:
    """The section's components."""

    sentence: gr.Textbox
    compare: gr.Button
    example: gr.Button
    stop: gr.Button
    settings: ArchitecturesSettings
    shown: gr.HTML
    looked_at: gr.Textbox
    """Hidden: the sentence and the models that are shown."""
    held: gr.Textbox
    """Hidden: what is chosen in the lists of models made for a task, and the instruction."""

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `ModelsArchitecturesScreen`, in its order."""
        return [self.shown, self.looked_at, self.compare, self.stop]


def lay_out_architectures(page: Page[ModelsVisits]) -> ModelsArchitecturesLayout:
    label = page.app.label
    sentence = gr.Textbox(
        label=label("models.architectures_text"),
        info=label("models.architectures_text_info"),
        lines=1,
        max_lines=8,
        elem_id="architectures-sentence",
    )
    with gr.Row(elem_classes="doing"):
        compare = button(label("models.architectures_compare"), "architectures-compare", variant="primary")
        stop = button(label("models.stop"), "architectures-stop", visible=False, stops=True)
        example = button(label("models.architectures_example"), "architectures-example")
    with gr.Accordion(label("models.architectures_settings"), open=False, elem_id="architectures-settings"):
        settings = _lay_out_settings(page)
    shown, looked_at = place("architectures-shown"), hidden_text("architectures-looked-at")
    with gr.Accordion(label("models.becoming"), open=False, elem_id="architectures-becoming"):
        gr.Markdown(label("models.becoming_text"))
    held = hold("architectures-held", settings.fill_mask, settings.seq2seq, settings.instruction)
    return ModelsArchitecturesLayout(sentence, compare, example, stop, settings, shown, looked_at, held)


def _lay_out_settings(page: Page[ModelsVisits]) -> ArchitecturesSettings:
    label = page.app.label
    with gr.Row():
        order, smoothing, length = _lay_out_numbers(page)
    training = gr.Textbox(
        label=label("models.ngram_training"),
        info=label("models.ngram_training_info"),
        lines=2,
        max_lines=10,
        elem_id="architectures-training",
    )
    with gr.Row():
        fill_mask, seq2seq = (_heads(page, name) for name in ("fill_mask", "seq2seq"))
        instruction = gr.Dropdown(
            [],
            allow_custom_value=True,
            label=label("models.architectures_instruction"),
            info=label("models.architectures_instruction_info"),
            min_width=240,
            elem_id="architectures-instruction",
        )
    fetch = gr.Checkbox(
        label=label("models.architectures_fetch"),
        info=label("models.architectures_fetch_info"),
        visible=not page.app.settings.offline,
        elem_id="architectures-fetch",
    )
    return ArchitecturesSettings(order, smoothing, training, fill_mask, seq2seq, instruction, length, fetch)


def _lay_out_numbers(page: Page[ModelsVisits]) -> tuple[gr.Radio, gr.Radio, gr.Radio]:
    """Order and smoothing of the n-gram model, and how many tokens each writes."""
    label = page.app.label
    order = gr.Radio(
        list(range(1, LONGEST_ORDER + 1)),
        value=3,
        label=label("models.ngram_order"),
        info=label("models.ngram_order_info"),
        min_width=240,
        elem_id="architectures-order",
    )
    smoothing = gr.Radio(
        [(label(f"models.smoothing_{name}"), name) for name in ("kneser_ney", "add_k")],
        value="kneser_ney",
        label=label("models.smoothing"),
        info=label("models.smoothing_info"),
        min_width=240,
        elem_id="architectures-smoothing",
    )
    length = gr.Radio(
        list(LENGTHS),
        value=LENGTHS[1],
        label=label("models.architectures_length"),
        info=label("models.architectures_length_info"),
        min_width=240,
        elem_id="architectures-length",
    )
    return order, smoothing, length


def _heads(page: Page[ModelsVisits], name: str) -> gr.Dropdown:
    """A model made for one task: of the catalogue, or by its name."""
    return gr.Dropdown(
        [],
        allow_custom_value=True,
        label=page.app.label(f"models.architectures_{name}"),
        info=page.app.label(f"models.architectures_{name}_info"),
        min_width=240,
        elem_id=f"architectures-{name.replace('_', '-')}",
    )
