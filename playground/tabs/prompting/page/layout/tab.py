"""The Prompting tab's components, laid out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.measuring.tasks import KINDS, languages
from playground.page.parts.places import place
from playground.page.parts.question_box import lay_out_question
from playground.page.parts.setup_line import lay_out_setup
from playground.page.program import PRIVATE, Page
from playground.strategies.solving.strategy import strategies
from playground.tabs.prompting.page.fields import StrategyChoice
from playground.tabs.prompting.page.layout.knobs import PromptingKnobsLayout, lay_out_knobs
from playground.tabs.prompting.page.layout.measure import PromptingMeasureLayout, lay_out_measure
from playground.tabs.prompting.page.layout.runs import PromptingRunsLayout, lay_out_runs
from playground.tabs.prompting.visit.visits import PromptingVisits
from playground.visitors.checks import checked_models
from playground.web.scripts import script_body

CHOSEN = ("zero_shot", "few_shot")
"""Strategies that are chosen at first."""
_WITH_CHOICES = {"label", "choice"}


@dataclass(frozen=True, slots=True)
class PromptingLayout:
    """The tab's components."""

    strategies: gr.CheckboxGroup
    language: gr.Radio
    knobs: PromptingKnobsLayout
    explained: gr.HTML
    modes: gr.Tabs
    runs: gr.Tab
    asking: PromptingAskLayout
    measuring: PromptingMeasureLayout
    kept: PromptingRunsLayout
    file: gr.JSON

    def choice(self, page: Page[PromptingVisits]) -> list[gr.components.Component]:
        """What both modes start from: the prompts' language, strategies, passages, knobs, models, sampling."""
        return [self.language, self.strategies, *self.knobs.inputs, *page.sidebar.inputs]

    def checked_choice(self, page: Page[PromptingVisits], values: Sequence[Any]) -> StrategyChoice:
        """The values of `choice` without the language, checked. Raises `InputError`s."""
        names, passages, *rest = values
        count = len(self.knobs.fields)
        knobs, models, sampling = rest[:count], rest[count], rest[count + 1 :]
        return StrategyChoice(
            strategies=[str(one) for one in names or ()],
            passages=str(passages or ""),
            options=self.knobs.options(knobs),
            models=checked_models(models),
            sampling=page.sampling(sampling),
        )


@dataclass(frozen=True, slots=True)
class PromptingAskLayout:
    """One question: its fields, and what it shows."""

    question: gr.Textbox
    kind: gr.Dropdown
    choices: gr.Textbox
    truth: gr.Textbox
    context: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    example: gr.Button
    cards: gr.HTML
    ways: gr.Accordion
    """What both modes start from; folded when one is asked."""

    @property
    def fields(self) -> list[gr.components.Component]:
        return [self.question, self.kind, self.choices, self.truth, self.context]

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `PromptingAskScreen`, in its order."""
        return [self.cards, self.ask, self.stop, self.ways]


def lay_out_prompting(page: Page[PromptingVisits]) -> PromptingLayout:
    label = page.app.label
    gr.Markdown(label("prompting.intro"), elem_classes="intro")
    with lay_out_setup(label, "prompting-setup", title="prompting.setup_ways") as ways:
        with gr.Row(elem_id="prompting-ways", equal_height=False):
            chosen = gr.CheckboxGroup(
                [(label(one.title), one.name) for one in strategies()],
                value=list(CHOSEN),
                label=label("prompting.strategies"),
                info=label("prompting.strategies_info"),
                min_width=280,
                scale=4,
                elem_id="prompting-strategies",
            )
            language = gr.Radio(
                [(page.app.texts.text(one, "page.language"), one) for one in languages()],
                value=languages()[0],
                label=label("prompting.language"),
                info=label("prompting.language_info"),
                min_width=200,
                scale=1,
                elem_id="prompting-language",
            )
        explained = place("prompting-explained", script_body("prompting/explain_strategy"))
        with gr.Accordion(label("prompting.knobs"), open=False, elem_id="prompting-knobs"):
            knobs = lay_out_knobs(page, CHOSEN)
            gr.Markdown(label("prompting.knobs_info"), elem_classes="quiet")
    with gr.Tabs(elem_id="prompting-modes", overflow_behavior="wrap") as modes:
        with gr.Tab(label("prompting.mode_question"), id="question"):
            asking = _lay_out_ask(page, ways)
        with gr.Tab(label("prompting.mode_set"), id="set"):
            measuring = lay_out_measure(page, ways)
        with gr.Tab(label("prompting.mode_runs"), id="runs") as runs:
            kept = lay_out_runs(page)
    return PromptingLayout(
        chosen, language, knobs, explained, modes, runs, asking, measuring, kept, gr.JSON(visible=False)
    )


def _lay_out_ask(page: Page[PromptingVisits], ways: gr.Accordion) -> PromptingAskLayout:
    label = page.app.label
    with gr.Row(elem_id="prompting-pose", equal_height=False):
        with gr.Column(scale=3, min_width=280):
            box = lay_out_question(label, "prompting")
        with gr.Column(scale=2, min_width=280):
            with gr.Row():
                kind = gr.Dropdown(
                    [(label(f"prompting.kind_{one}"), one) for one in KINDS],
                    value="number",
                    label=label("prompting.kind"),
                    info=label("prompting.kind_info"),
                    min_width=150,
                    elem_id="prompting-kind",
                )
                truth = gr.Textbox(
                    label=label("prompting.truth"),
                    info=label("prompting.truth_info"),
                    max_lines=3,
                    min_width=150,
                    elem_id="prompting-truth",
                )
            choices = gr.Textbox(
                label=label("prompting.choices"),
                info=label("prompting.choices_info"),
                lines=3,
                max_lines=8,
                visible=False,
                elem_id="prompting-choices",
            )
            with gr.Accordion(label("prompting.context"), open=False, elem_id="prompting-context-panel"):
                context = gr.Textbox(
                    show_label=False,
                    label=label("prompting.context"),
                    lines=3,
                    max_lines=10,
                    elem_id="prompting-context",
                )
    cards = place("prompting-cards", script_body("keep_open"), kept=True)
    kind.change(lambda one: gr.update(visible=one in _WITH_CHOICES), kind, choices, queue=False, **PRIVATE)
    return PromptingAskLayout(box.question, kind, choices, truth, context, **box.buttons, cards=cards, ways=ways)
