"""The judge: a model gives its verdicts in both orders, and a person votes beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import gradio as gr

from playground.languages import closest
from playground.measuring.errors import MeasuringError, UnusableReferences
from playground.measuring.metrics.judge import default_rubric
from playground.measuring.tasks import languages
from playground.page.parts.fields import checked_within
from playground.page.parts.held import held_text
from playground.page.parts.pace import throttle
from playground.page.parts.run_list import load_run
from playground.page.parts.run_tables import run_line
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.stops import wire_stop
from playground.page.parts.under_way import goes_on
from playground.page.program import EACH, PRIVATE, App, Page, Who
from playground.tabs.evaluation.lab.judging import MOST, JudgedRun, judged_run, read_vote
from playground.tabs.evaluation.page.drawing.judge import draw_judged, draw_judging, draw_pairs
from playground.tabs.evaluation.page.drawing.pieces import draw_alert, draw_sentence, say
from playground.tabs.evaluation.page.layout.tab import EvaluationLayout
from playground.tabs.evaluation.visit.visits import JUDGE, EvaluationVisits, Judging
from playground.visitors.checks import checked_models, checked_text
from providers.errors import InputError, PlaygroundError

_WRITTEN = ("comparison", "strategies")
"""Kinds of measurement whose columns answer in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationJudgeScreen(Screen):
    """What judging redraws."""

    BUTTONS = ("judge", "confirm", "cancel", "stop")

    result: object = no_change()
    pairs: object = no_change()
    judge: object = no_change()
    confirm: object = no_change()
    cancel: object = no_change()
    stop: object = no_change()


def wire_judge(page: Page[EvaluationVisits], layout: EvaluationLayout) -> None:
    """Everything of "Judge"."""
    app, parts = page.app, layout.judge
    inputs = [page.sidebar.models, *parts.fields]

    def on_open(request: gr.Request, run: str | None, held: str, rubric: str, seen: str) -> list[object]:
        """A run that has been made since the last time is the chosen one."""
        who = app.who(request)
        choices, chosen = list_judged(app, who, run or held_text(held))
        newest = choices[0][1] if choices else ""
        chosen = newest if seen and newest != seen else chosen
        spoken = closest(who.language, languages())
        return [
            newest,
            gr.update(choices=choices, value=chosen),
            rubric or default_rubric(spoken),
            *show_pairs(app, who, chosen).outputs(),
        ]

    def on_choose(request: gr.Request, run: str | None) -> list[object]:
        return show_pairs(app, app.who(request), run).outputs()

    async def on_judge(request: gr.Request, *values: object) -> AsyncGenerator[list[object]]:
        async for screen in going.show(app.who(request), lambda who: judge_pairs(app, who, values, sure=False)):
            yield screen.outputs()

    async def on_confirm(request: gr.Request, *values: object) -> AsyncGenerator[list[object]]:
        async for screen in going.show(app.who(request), lambda who: judge_pairs(app, who, values, sure=True)):
            yield screen.outputs()

    def on_cancel() -> list[object]:
        return EvaluationJudgeScreen.showing("judge", result="").outputs()

    def on_vote(request: gr.Request, event: gr.EventData, run: str | None) -> list[object]:
        return vote(app, app.who(request), run, event.item, event.vote).outputs()

    going = goes_on(page, "evaluation-judge", parts.outputs)
    seen = gr.State("")
    opened = [seen, parts.run, parts.rubric, *parts.outputs]
    layout.judge_tab.select(on_open, [parts.run, parts.held, parts.rubric, seen], opened, **PRIVATE)
    parts.run.input(on_choose, parts.run, parts.outputs, **PRIVATE)
    parts.judge.click(on_judge, inputs, parts.outputs, **PRIVATE)
    parts.confirm.click(on_confirm, inputs, parts.outputs, **PRIVATE)
    parts.cancel.click(on_cancel, None, parts.outputs, queue=False, **PRIVATE)
    parts.pairs.vote(on_vote, parts.run, parts.outputs, **EACH)
    wire_stop(app, parts.stop, app.visits.stop, JUDGE)


def list_judged(app: App[EvaluationVisits], who: Who, chosen: str | None) -> tuple[list[tuple[str, str]], str | None]:
    """The runs with two columns that answer in words, newest first, and which of them is the chosen one."""
    show = app.show(who)
    try:
        runs = [one for one in app.visits.kept.list_runs(who.visitor, _WRITTEN) if len(one.description.columns) > 1]
    except PlaygroundError:  # the list of runs tells it
        runs = []
    known = [run.id for run in runs]
    return [(run_line(show, run, kinds=True), run.id) for run in runs], chosen if chosen in known else next(
        iter(known), None
    )


def show_pairs(app: App[EvaluationVisits], who: Who, run: str | None) -> EvaluationJudgeScreen:
    """A run's pairs with what has been said of them."""
    show = app.show(who)
    if not run:
        return EvaluationJudgeScreen.showing("judge", result=draw_sentence(show, "judge_empty"), pairs="")
    try:
        found = _load_judged(app, who, run)
    except UnusableReferences as error:  # its own sentence speaks of metrics
        none = f'<div class="notice" role="alert" data-cause="{error.key}">{say(show, "judge_none")}</div>'
        return EvaluationJudgeScreen.showing("judge", result=none, pairs="")
    except PlaygroundError as error:
        return EvaluationJudgeScreen.showing("judge", result=draw_alert(show, error), pairs="")
    return EvaluationJudgeScreen.showing("judge", result=draw_judged(show, found), pairs=draw_pairs(show, found))


async def judge_pairs(
    app: App[EvaluationVisits], who: Who, values: tuple[object, ...], *, sure: bool
) -> AsyncGenerator[EvaluationJudgeScreen]:
    """Ask a judge that costs nothing at once, and about one that may cost something first."""
    show = app.show(who)
    try:
        refs, run, rubric, count = values
        asked = Judging(
            judge=checked_models(refs)[0],
            rubric=checked_text(rubric, app.bounds, empty=True),
            count=int(checked_within("count", count, 1, MOST, whole=True)),
        )
        if not isinstance(run, str) or not run:
            raise InputError("empty")
        model = (await app.models(who)).get(asked.judge)
        if not sure and (model is None or not model.local):
            told = say(show, "judge_asks", count=2 * asked.count, model=model.name if model else asked.judge)
            said = f'<div class="notice" role="alert">{told}</div>'
            yield EvaluationJudgeScreen.showing("confirm", "cancel", result=said)
            return
        yield EvaluationJudgeScreen.showing("stop", result=draw_sentence(show, "loading"))
        async with aclosing(throttle(app.going.keep(who, app.visits.judge(who.visitor, run, asked)))) as states:
            async for state in states:
                yield EvaluationJudgeScreen(result=draw_judging(show, state))
        yield await asyncio.to_thread(show_pairs, app, who, run)
    except PlaygroundError as error:
        yield EvaluationJudgeScreen.showing("judge", result=draw_alert(show, error, "judge_empty"))


def vote(app: App[EvaluationVisits], who: Who, run: str | None, item: object, value: object) -> EvaluationJudgeScreen:
    """A person's own verdict: kept, and the pair says whose answers they were."""
    show = app.show(who)
    try:
        if (chosen := read_vote(value)) is None:
            raise MeasuringError("run")
        app.visits.vote(who.visitor, run or "", str(item), chosen)
    except PlaygroundError as error:
        return EvaluationJudgeScreen.showing("judge", result=draw_alert(show, error))
    return show_pairs(app, who, run)


def _load_judged(app: App[EvaluationVisits], who: Who, run: str) -> JudgedRun:
    stored, outcomes = load_run(app, who, run)
    return judged_run(stored.description, outcomes)
