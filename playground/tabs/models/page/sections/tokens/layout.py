"""The components of the section Tokens."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.places import hidden_text, place
from playground.page.program import Page
from playground.tabs.models.visit.visits import ModelsVisits
from playground.web.scripts import script_body

ODD_CASES = ("strawberry", "numbers", "accents", "emoji", "code")
"""Each with a button `models.odd_<name>` and a text `models.odd_<name>_text`."""


@dataclass(frozen=True, slots=True)
class ModelsTokensLayout:
    """The section's components."""

    text: gr.Textbox
    cut: gr.Button
    example: gr.Button
    odd: dict[str, gr.Button]
    shown: gr.HTML
    looked_at: gr.Textbox
    """Hidden: the text and the models that are shown."""
    first: gr.Textbox
    second: gr.Textbox
    compare: gr.Button
    compared: gr.HTML
    query: gr.Textbox
    found: gr.HTML
    word: gr.Textbox
    merged: gr.HTML


def lay_out_tokens(page: Page[ModelsVisits]) -> ModelsTokensLayout:
    label = page.app.label
    text = gr.Textbox(label=label("models.cut_text"), lines=2, max_lines=8, elem_id="tokens-text")
    with gr.Row(elem_classes="doing"):
        cut = button(label("models.cut"), "tokens-cut", variant="primary")
        example = button(label("models.cut_example"), "tokens-example")
        odd = {name: button(label(f"models.odd_{name}"), f"tokens-odd-{name}", quiet=True) for name in ODD_CASES}
    shown = place("tokens-shown", script_body("models/show_result"))
    looked_at = hidden_text("tokens-looked-at")
    with gr.Accordion(label("models.two_languages"), open=False, elem_id="tokens-languages"):
        with gr.Row():
            first = gr.Textbox(label=label("models.first_text"), max_lines=6, min_width=260, elem_id="tokens-first")
            second = gr.Textbox(label=label("models.second_text"), max_lines=6, min_width=260, elem_id="tokens-second")
        with gr.Row(elem_classes="doing"):
            compare = button(label("models.compare"), "tokens-compare", variant="primary")
        compared = place("tokens-compared", kept=True)
    with gr.Accordion(label("models.vocabulary_search"), open=False, elem_id="tokens-vocabulary"):
        query = gr.Textbox(
            label=label("models.query"), info=label("models.query_info"), max_lines=1, elem_id="tokens-query"
        )
        found = place("tokens-found", kept=True)
    with gr.Accordion(label("models.merging"), open=False, elem_id="tokens-merging"):
        word = gr.Textbox(
            label=label("models.word"), info=label("models.word_info"), max_lines=1, elem_id="tokens-word"
        )
        merged = place("tokens-merged", kept=True)
    return ModelsTokensLayout(
        text, cut, example, odd, shown, looked_at, first, second, compare, compared, query, found, word, merged
    )
