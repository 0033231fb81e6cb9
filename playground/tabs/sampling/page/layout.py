"""The Sampling tab's components, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.buttons import button
from playground.page.parts.places import place
from playground.page.parts.question_box import lay_out_question
from playground.page.parts.setup_line import lay_out_setup
from playground.page.program import Page
from playground.tabs.sampling.page.fields import sweepable
from playground.tabs.sampling.visit.visits import SamplingVisits
from playground.web.scripts import script_body


@dataclass(frozen=True, slots=True)
class SamplingLayout:
    """The tab's components."""

    prompt: gr.Textbox
    form: gr.Radio
    look: gr.Button
    example: gr.Button
    sliders: gr.HTML
    """Beside the bars that they move, for as long as bars are shown."""
    modes: gr.Tabs
    read: gr.HTML
    choice: gr.HTML
    beside: SamplingBesideLayout
    steps: SamplingStepsLayout
    sweep: SamplingSweepLayout
    file: gr.JSON

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `SamplingScreen`, in its order."""
        steps = self.steps
        return [self.read, self.choice, steps.path, steps.leaf, steps.forks, steps.stop, steps.more]


@dataclass(frozen=True, slots=True)
class SamplingBesideLayout:
    """Another prompt beside the first, and a token that is looked up."""

    other: gr.Textbox
    compare: gr.Button
    token: gr.Textbox
    seek: gr.Button
    told: gr.HTML


@dataclass(frozen=True, slots=True)
class SamplingStepsLayout:
    """Step by step."""

    greedy: gr.Button
    sampled: gr.Button
    more: gr.Button
    stop: gr.Button
    exports: dict[str, gr.Button]
    path: gr.HTML
    legend: gr.HTML
    leaf: gr.HTML
    forks: gr.HTML


@dataclass(frozen=True, slots=True)
class SamplingSweepLayout:
    """The sweep: its fields, in the order of `SweepFields`, and what it shows."""

    fields: list[gr.components.Component]
    varied: gr.Dropdown
    values: gr.Textbox
    example: gr.Button
    run: gr.Button
    stop: gr.Button
    grid: gr.HTML
    plot: gr.Plot
    exports: dict[str, gr.Button]
    kept: gr.Row
    setup: gr.Accordion

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Of a `SweepScreen`, in its order."""
        return [self.grid, self.plot, self.run, self.stop, self.kept, self.setup]


def lay_out_sampling(page: Page[SamplingVisits]) -> SamplingLayout:
    label = page.app.label
    gr.Markdown(label("sampling.intro"), elem_classes="intro")
    with gr.Row(elem_id="sampling-ask", equal_height=False):
        with gr.Column(scale=3, min_width=280):
            box = lay_out_question(label, "sampling", "prompt", buttons=("look", "example"))
        with gr.Column(scale=2, min_width=280):
            form = gr.Radio(
                [(label("sampling.form_raw"), "raw"), (label("sampling.form_chat"), "chat")],
                value="raw",
                label=label("sampling.form"),
                info=label("sampling.form_info"),
                elem_id="sampling-form",
            )
    sliders = place("sampling-sliders", script_body("sampling/sliders"))
    with gr.Tabs(elem_id="sampling-modes", overflow_behavior="wrap") as modes:
        with gr.Tab(label("sampling.mode_next"), id="next"):
            read = place("sampling-read")
            choice = place("sampling-choice", script_body("keep_open", "sampling/pick_token"))
            beside = _lay_out_beside(page)
        with gr.Tab(label("sampling.mode_steps"), id="steps"):
            steps = _lay_out_steps(page)
        with gr.Tab(label("sampling.mode_sweep"), id="sweep"):
            sweeping = _lay_out_sweep(page)
    return SamplingLayout(
        prompt=box.question,
        form=form,
        **box.buttons,
        sliders=sliders,
        modes=modes,
        read=read,
        choice=choice,
        beside=beside,
        steps=steps,
        sweep=sweeping,
        file=gr.JSON(visible=False),
    )


def _lay_out_beside(page: Page[SamplingVisits]) -> SamplingBesideLayout:
    label = page.app.label
    with gr.Accordion(label("sampling.beside"), open=False, elem_id="sampling-beside"):
        with gr.Row():
            other = gr.Textbox(
                label=label("sampling.other"),
                info=label("sampling.other_info"),
                max_lines=4,
                min_width=260,
                elem_id="sampling-other",
            )
            token = gr.Textbox(
                label=label("sampling.token"),
                info=label("sampling.token_info"),
                max_lines=1,
                min_width=200,
                elem_id="sampling-token",
            )
        with gr.Row(elem_classes="doing"):
            compare = button(label("sampling.compare"), "sampling-compare")
            seek = button(label("sampling.seek"), "sampling-seek")
        told = place("sampling-beside-told")
    return SamplingBesideLayout(other, compare, token, seek, told)


def _lay_out_steps(page: Page[SamplingVisits]) -> SamplingStepsLayout:
    label = page.app.label
    with gr.Row(elem_classes="doing"):
        buttons = {
            name: button(label(f"sampling.{name}"), f"sampling-{name}") for name in ("greedy", "sampled", "more")
        }
        stop = button(label("sampling.stop"), "sampling-stop", visible=False, stops=True)
        exports = {
            kind: button(label(f"sampling.export_{kind}"), f"sampling-export-{kind}", quiet=True, sign="download")
            for kind in ("json", "text")
        }
    legends = gr.HTML(container=False, apply_default_css=False)
    with gr.Row(elem_classes="stepping"):
        with gr.Column(scale=3, min_width=280):
            path = place("sampling-path", script_body("sampling/token_path"))
            forks = place("sampling-forks", script_body("sampling/go_to_branch"))
        with gr.Column(scale=2, min_width=280):
            leaf = place("sampling-leaf", script_body("keep_open", "sampling/pick_token"))
    return SamplingStepsLayout(**buttons, stop=stop, exports=exports, path=path, legend=legends, leaf=leaf, forks=forks)


def _lay_out_sweep(page: Page[SamplingVisits]) -> SamplingSweepLayout:
    label = page.app.label
    with lay_out_setup(label, "sweep-setup", title="sampling.sweep_setup") as setup:
        gr.Markdown(label("sampling.sweep_intro"), elem_classes="quiet")
        with gr.Row(elem_id="sweep-plan"):
            temperatures = _field(label, "temperatures")
            varied = gr.Dropdown(
                [
                    (label("sampling.varied_none"), "none"),
                    *((label(f"parameter.{one}.label"), one) for one in sweepable()),
                ],
                value="none",
                label=label("sampling.varied"),
                info=label("sampling.varied_info"),
                min_width=180,
                elem_id="sweep-varied",
            )
            values = _field(label, "values", visible=False)
            seeds = _field(label, "seeds")
            longest = gr.Slider(
                4,
                min(200, page.app.settings.max_tokens_per_reply),
                value=min(32, page.app.settings.max_tokens_per_reply),
                step=1,
                label=label("sampling.cell_tokens"),
                info=label("sampling.cell_tokens_info"),
                min_width=240,
                elem_id="sweep-tokens",
            )
    with gr.Row(elem_classes="doing"):
        run = button(label("sampling.run"), "sweep-run", variant="primary")
        stop = button(label("sampling.stop"), "sweep-stop", visible=False, stops=True)
        example = button(label("sampling.sweep_example"), "sweep-example")
    grid = place("sweep-grid", kept=True)
    plot = gr.Plot(show_label=False, label=label("sampling.plot"), visible=False, elem_id="sweep-plot")
    with gr.Row(elem_classes="doing", visible=False) as kept:
        exports = {
            kind: button(label(f"sampling.export_sweep_{kind}"), f"sweep-export-{kind}", quiet=True, sign="download")
            for kind in ("csv", "json")
        }
    fields: list[gr.components.Component] = [temperatures, varied, values, seeds, longest]
    return SamplingSweepLayout(fields, varied, values, example, run, stop, grid, plot, exports, kept, setup)


def _field(label: gr.I18n, name: str, *, visible: bool = True) -> gr.Textbox:
    return gr.Textbox(
        label=label(f"sampling.{name}"),
        info=label(f"sampling.{name}_info"),
        max_lines=1,
        min_width=180,
        visible=visible,
        elem_id=f"sweep-{name}",
    )


FIRST = ("0, 0.5, 1, 1.5", "5, 50", "1, 2, 3")
"""What the fields for temperatures, values and seeds hold at first."""
