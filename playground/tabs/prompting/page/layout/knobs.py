"""What can be set on the strategies, as components; what they hold, as options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

import gradio as gr

from playground.page.program import Page
from playground.strategies.solving.knobs import ChoiceKnob, IntegerKnob, Knob, NumberKnob, TextKnob
from playground.strategies.solving.strategy import Strategy, strategies
from playground.tabs.prompting.visit.visits import PromptingVisits
from providers.types import Scalar

_LONGEST_SLIDER = 1000


@dataclass(frozen=True, slots=True)
class PromptingKnobsLayout:
    """`fields` by strategy and knob; a strategy's group is shown while it is chosen. `passages` belong to ReAct."""

    groups: Mapping[str, gr.Group]
    fields: Mapping[tuple[str, str], gr.components.Component]
    passages: gr.Textbox

    @property
    def inputs(self) -> list[gr.components.Component]:
        """The passages, then every knob in order."""
        return [self.passages, *self.fields.values()]

    @property
    def template(self) -> gr.components.Component:
        """Where a visitor writes a strategy."""
        return self.fields["template", "template"]

    def options(self, values: Sequence[object]) -> dict[str, dict[str, Scalar]]:
        """The values of `fields` by strategy."""
        options: dict[str, dict[str, Scalar]] = {}
        for (strategy, knob), value in zip(self.fields, values, strict=True):
            if isinstance(value, str | int | float):  # a field that was never unfolded may hold None
                options.setdefault(strategy, {})[knob] = value
        return options


def lay_out_knobs(page: Page[PromptingVisits], chosen: Sequence[str]) -> PromptingKnobsLayout:
    """A group for each strategy that has something to set."""
    groups: dict[str, gr.Group] = {}
    fields: dict[tuple[str, str], gr.components.Component] = {}
    passages: gr.Textbox | None = None
    for strategy in strategies():
        if not strategy.options:
            continue
        with gr.Group(visible=strategy.name in chosen, elem_classes="knobs") as group:
            gr.Markdown(page.app.label(strategy.title), elem_classes="knobs-title")
            with gr.Row():
                for knob in strategy.options:
                    fields[strategy.name, knob.name] = _field(page, strategy, knob)
            if strategy.name == "react":
                passages = gr.Textbox(
                    label=page.app.label("prompting.passages"),
                    info=page.app.label("prompting.passages_info"),
                    lines=4,
                    max_lines=10,
                    elem_id="prompting-passages",
                )
        groups[strategy.name] = group
    assert passages is not None  # the strategy `react` has options
    return PromptingKnobsLayout(groups, fields, passages)


def _field(page: Page[PromptingVisits], strategy: Strategy, knob: Knob) -> gr.components.Component:
    label, name = page.app.label(f"strategy.knob.{knob.name}"), f"knob-{strategy.name}-{knob.name}".replace("_", "-")
    match knob:
        case IntegerKnob() if knob.high - knob.low > _LONGEST_SLIDER:
            return gr.Number(
                knob.default,
                minimum=knob.low,
                maximum=knob.high,
                precision=0,
                label=label,
                min_width=180,
                elem_id=name,
            )
        case IntegerKnob():
            return gr.Slider(knob.low, knob.high, value=knob.default, step=1, label=label, min_width=180, elem_id=name)
        case NumberKnob():
            return gr.Slider(
                knob.low, knob.high, value=knob.default, step=0.1, label=label, min_width=180, elem_id=name
            )
        case ChoiceKnob():
            choices = [(page.app.label(f"strategy.choice.{one}"), one) for one in knob.choices]
            return gr.Dropdown(choices, value=knob.default, label=label, min_width=180, elem_id=name)
        case TextKnob():
            return gr.Textbox(
                label=label,
                info=page.app.label("prompting.template_info"),
                lines=5,
                max_lines=12,
                min_width=320,
                elem_id=name,
            )
        case _:
            assert_never(knob)
