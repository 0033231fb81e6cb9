"""The microscope: a key's stroke, and the scores move; and many answers at once."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.languages import closest
from playground.measuring import metrics
from playground.measuring.errors import MeasuringLimit
from playground.measuring.reference import NEEDS, Given, Needs, Vectors
from playground.measuring.tasks import languages
from playground.page.parts.held import held_text
from playground.page.parts.redrawn import ask_again
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.evaluation.lab import many, microscope
from playground.tabs.evaluation.page.drawing.microscope import draw_examined, draw_many, draw_meaning
from playground.tabs.evaluation.page.drawing.pieces import draw_alert
from playground.tabs.evaluation.page.layout.tab import EvaluationLayout
from playground.tabs.evaluation.visit.visits import EvaluationVisits
from playground.visitors.checks import InputBounds, checked_language, checked_models, checked_text
from providers.errors import InputError, PlaygroundError

MOST_READ = 100
"""Texts that a model reads at a time."""
_EXAMPLES: dict[str, tuple[str, str]] = {
    "labels": (
        "positive\nnegative\npositive\nnegative\nneutral\npositive",
        "positive\nnegative\nnegative\nnegative\nnegative\npositive",
    ),
    "probabilities": ("0.9\n0.8\n0.7\n0.6\n0.4\n0.3\n0.2\n0.9", "1\n1\n0\n1\n0\n1\n0\n0"),
    "texts": ("The cat sat on the mat.\nIt rains.", "A cat sat on the mat. | The cat sits on a mat.\nIt is raining."),
    "likelihoods": ("The capital of France is Paris.\nParis France of is the capital.", ""),
    "plain": ("the dog and the dog and the dog and the dog\nOnce upon a time there was a lighthouse.", ""),
}


def wire_microscope(page: Page[EvaluationVisits], layout: EvaluationLayout) -> None:
    """Everything of the microscope."""
    app, parts = page.app, layout.microscope

    async def on_open(request: gr.Request, held: str, *values: object) -> list[object]:
        """The first example where nothing is written; the metrics are imported now, so that no key's stroke waits."""
        await asyncio.to_thread(microscope.warm_up)
        written = any(str(value or "").strip() for value in values[:2])
        found = go_on(app.who(request), held_text(held), values[2]) if written else begin(app.who(request))
        return [*found, found[0]["value"]]

    async def on_change(request: gr.Request, *values: object) -> str:
        return await look(app, app.who(request), *values)

    async def on_meaning(request: gr.Request, *values: object) -> str:
        return await compare_meaning(app, app.who(request), *values)

    def on_example(request: gr.Request, name: str, language: str, before: str | None) -> list[object]:
        """A list says that something was chosen whenever it is left: what is written stays then."""
        return [gr.skip()] * 4 if name == before else [*show_example(app.who(request), name, language), name]

    shown = gr.State(None)  # the example
    filled = [parts.candidate, parts.references, parts.notice, shown]
    opened = [parts.example, parts.language, *filled]
    layout.microscope_tab.select(on_open, [parts.held, *parts.fields], opened, **PRIVATE)
    parts.example.input(on_example, [parts.example, parts.language, shown], filled, **PRIVATE)
    heard: tuple[gr.Textbox | gr.Dropdown, ...] = (parts.candidate, parts.references, parts.language)
    for field in heard:  # `input` does not hear what is pasted
        field.change(on_change, parts.fields, parts.result, trigger_mode="always_last", queue=False, **PRIVATE)
        field.change(on_meaning, parts.fields, parts.meaning, trigger_mode="always_last", **PRIVATE)


def wire_many(page: Page[EvaluationVisits], layout: EvaluationLayout) -> None:
    """Many answers at once."""
    app, parts = page.app, layout.many

    async def on_measure(request: gr.Request, refs: object, *values: object) -> str:
        return await measure(app, app.who(request), values, refs)

    asked = ask_again(page, parts.result, on_measure)

    async def on_example(request: gr.Request, refs: object, needs: str, language: str) -> list[object]:
        said, right = _EXAMPLES.get(needs, ("", ""))
        return [said, right, await asked(request, refs, needs, said, right, language)]

    models, language = page.sidebar.models, layout.microscope.language
    parts.measure.click(asked, [models, parts.needs, parts.said, parts.right, language], parts.result, **PRIVATE)
    parts.example.click(on_example, [models, parts.needs, language], [parts.said, parts.right, parts.result], **PRIVATE)


def begin(who: Who) -> list[Any]:
    """The list of examples, and the first one, in the visitor's language."""
    language = closest(who.language, languages())
    every = microscope.microscope_examples(language)
    choices = [(one.title, one.name) for one in every]
    first = show_example(who, every[0].name, language)
    return [gr.update(choices=choices, value=every[0].name), language, *first]


def go_on(who: Who, example: str, language: object) -> list[Any]:
    """The list of examples, and what there is to notice in the one that was chosen; what is written stays."""
    every = microscope.microscope_examples(str(language))
    choices = [(one.title, one.name) for one in every]
    chosen = next((name for _, name in choices if name == example), None)
    notice = show_example(who, chosen, language)[2] if chosen is not None else gr.skip()
    return [gr.update(choices=choices, value=chosen), gr.skip(), gr.skip(), gr.skip(), notice]


def show_example(who: Who, name: object, language: object) -> list[str]:
    """Candidate, references, and what there is to notice."""
    every = microscope.microscope_examples(str(language))
    one = next((it for it in every if it.name == name), every[0])
    lead = html.escape(who.text("evaluation.notice"))
    notice = f'<p class="noticing"><strong>{lead}</strong> {html.escape(one.notice)}</p>'
    return [one.candidate, "\n".join(one.references), notice]


async def look(app: App[EvaluationVisits], who: Who, *values: object) -> str:
    """Every metric but the similarity of meaning. An error stands where the scores would."""
    show = app.show(who)
    try:
        candidate, references, language = checked_texts(values, app.bounds)
        return draw_examined(show, await asyncio.to_thread(microscope.examine, candidate, references, language))
    except PlaygroundError as error:
        return draw_alert(show, error)


async def compare_meaning(app: App[EvaluationVisits], who: Who, *values: object) -> str:
    """The similarity of meaning; nothing where there is nothing to compare."""
    show = app.show(who)
    try:
        candidate, references, _ = checked_texts(values, app.bounds)
        if not candidate.strip() or not references:
            return ""
        vectors, model = await app.visits.similarity(candidate, references)
        given = Vectors(candidates=vectors[:1], references=(vectors[1:],))
        return draw_meaning(show, metrics.apply_metric("semantic", given), model)
    except PlaygroundError as error:
        return draw_alert(show, error)


def checked_texts(values: tuple[object, ...], bounds: InputBounds) -> tuple[str, tuple[str, ...], str]:
    """Candidate, references (a line each), language. Raises `InputError`s, `MeasuringLimit("text")`."""
    candidate, references, language = values
    said = checked_text(candidate, bounds, empty=True)
    right = checked_text(references, bounds, empty=True)
    if max(len(said), len(right)) > microscope.LONGEST:
        raise MeasuringLimit("text", limit=microscope.LONGEST)
    lines = tuple(line.strip() for line in right.splitlines() if line.strip())
    return said, lines, checked_language(language)


async def measure(app: App[EvaluationVisits], who: Who, values: Sequence[object], refs: object = ()) -> str:
    """Every metric of many answers, drawn. Of `refs` the first model reads texts that are to be foreseen."""
    show = app.show(who)
    try:
        return draw_many(show, await measured_many(app, who, values, refs))
    except PlaygroundError as error:
        return draw_alert(show, error)


async def measured_many(
    app: App[EvaluationVisits], who: Who, values: Sequence[object], refs: object
) -> many.ManyMeasured:
    """Worked out from what was typed. Raises `InputError`s, `UnusableReferences`, and what the model raises."""
    chosen, typed, wanted, language = values
    needs = checked_needs(chosen)
    said, right = _lines(typed, app.bounds), _lines(wanted, app.bounds)
    if len(said) > many.MOST:
        raise MeasuringLimit("rows", limit=many.MOST)
    if needs == "likelihoods":
        if len(said) > MOST_READ:
            raise MeasuringLimit("rows", limit=MOST_READ)
        given: Given = await app.visits.likelihoods(who.visitor, checked_models(refs)[0], said)
    else:
        given = many.given_of(needs, said, right, checked_language(language))
    return await asyncio.to_thread(many.measure_many, given, needs)


def checked_needs(value: object) -> Needs:
    """Raises `InputError("empty")` for what no metric takes."""
    for needs in NEEDS:
        if needs == value:
            return needs
    raise InputError("empty")


def _lines(value: object, bounds: InputBounds) -> list[str]:
    return checked_text(value, bounds, empty=True).rstrip("\n").split("\n") if str(value or "").strip() else []
