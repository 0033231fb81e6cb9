"""The components of the section Smaller models."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.places import place
from playground.page.program import Page
from playground.tabs.models.visit.visits import ModelsVisits
from playground.web.scripts import script_body
from providers.shrinking import FORMATS, PRUNINGS

AGAINST = (*FORMATS[2:], *PRUNINGS)
"""What the whole model is voted against: those whose answers may differ."""
_SHARE = 30


@dataclass(frozen=True, slots=True)
class ModelsPruningLayout:
    """What leaves parts of a model out."""

    kind: gr.Radio
    share: gr.Slider
    timed: gr.Button
    stop: gr.Button
    pruned: gr.HTML

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `PruningScreen`, in its order."""
        return [self.pruned, self.timed, self.stop]


@dataclass(frozen=True, slots=True)
class ModelsBlindLayout:
    """A vote on two answers."""

    against: gr.Dropdown
    question: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    pair: gr.HTML
    better_a: gr.Button
    better_b: gr.Button
    neither: gr.Button
    verdict: gr.HTML

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `BlindScreen`, in its order."""
        return [self.pair, self.verdict, self.ask, self.stop, self.better_a, self.better_b, self.neither]


@dataclass(frozen=True, slots=True)
class ModelsSmallerLayout:
    """The section's components."""

    compare: gr.Button
    stop: gr.Button
    shown: gr.HTML
    pruning: ModelsPruningLayout
    blind: ModelsBlindLayout

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `ModelsSmallerScreen`, in its order."""
        return [self.shown, self.compare, self.stop]


def lay_out_smaller(page: Page[ModelsVisits]) -> ModelsSmallerLayout:
    label = page.app.label
    gr.Markdown(label("models.smaller_intro"), elem_classes=["intro", "quiet"], padding=True)
    with gr.Row(elem_classes="doing"):
        compare = button(label("models.smaller_compare"), "smaller-compare", variant="primary")
        stop = button(label("models.stop"), "smaller-stop", visible=False, stops=True)
    shown = place("smaller-shown", kept=True)
    with gr.Accordion(label("models.pruning"), open=False, elem_id="smaller-pruning"):
        pruning = _lay_out_pruning(page)
    with gr.Accordion(label("models.blind"), open=False, elem_id="smaller-blind"):
        blind = _lay_out_blind(page)
    return ModelsSmallerLayout(compare, stop, shown, pruning, blind)


def _lay_out_pruning(page: Page[ModelsVisits]) -> ModelsPruningLayout:
    label = page.app.label
    gr.Markdown(label("models.pruning_intro"), elem_classes="quiet")
    kind = gr.Radio(
        [(label(f"models.pruning_{one}"), one) for one in PRUNINGS],
        value=PRUNINGS[0],
        label=label("models.pruning_kind"),
        elem_id="smaller-kind",
    )
    share = gr.Slider(
        0,
        100,
        value=_SHARE,
        step=1,
        label=label("models.pruning_share"),
        info=label("models.pruning_share_info"),
        elem_id="smaller-share",
    )
    with gr.Row(elem_classes="doing"):
        timed = button(label("models.pruning_time"), "smaller-time")
        stop = button(label("models.stop"), "smaller-pruning-stop", visible=False, stops=True)
    return ModelsPruningLayout(kind, share, timed, stop, place("smaller-pruned", kept=True))


def _lay_out_blind(page: Page[ModelsVisits]) -> ModelsBlindLayout:
    label = page.app.label
    gr.Markdown(label("models.blind_intro"), elem_classes="quiet")
    with gr.Row():
        against = gr.Dropdown(
            [(label(f"models.form_{one}"), one) for one in AGAINST],
            value="q4_0",
            label=label("models.blind_against"),
            min_width=220,
            elem_id="smaller-against",
        )
        question = gr.Textbox(
            label=label("models.blind_question"), max_lines=2, min_width=260, elem_id="smaller-question"
        )
    with gr.Row(elem_classes="doing"):
        ask = button(label("models.blind_ask"), "smaller-ask", variant="primary")
        stop = button(label("models.stop"), "smaller-blind-stop", visible=False, stops=True)
    pair = place("smaller-pair", script_body("models/show_answer"), kept=True)
    with gr.Row(elem_classes="doing"):
        better_a, better_b, neither = (
            button(label(f"models.blind_{one}"), f"smaller-better-{one}", visible=False)
            for one in ("a", "b", "neither")
        )
    verdict = place("smaller-verdict")
    return ModelsBlindLayout(against, question, ask, stop, pair, better_a, better_b, neither, verdict)
