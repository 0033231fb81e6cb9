"""The named endpoints `metrics`, `compare` and `runs`: the Evaluation tab for a script or a notebook."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Any

import gradio as gr
import numpy as np
from gradio.events import api

from playground.asking.errors import ArgumentError
from playground.measuring.energy import EnergyUse
from playground.measuring.errors import MeasuringLimit, UnusableReferences
from playground.measuring.outcomes import Outcomes
from playground.measuring.reference import Given, Measured, Needs, Vectors
from playground.measuring.store import RunDescription, StoredRun
from playground.page.parts.endpoints import caller
from playground.page.parts.pace import throttle
from playground.page.parts.run_list import load_run
from playground.page.parts.run_prices import price_text
from playground.page.program import App, Who
from playground.tabs.evaluation.lab.comparison import ComparedLine, comparison
from playground.tabs.evaluation.lab.many import MOST, ManyMeasured, given_of, measure_many
from playground.tabs.evaluation.lab.sureness import Sureness
from playground.tabs.evaluation.page.events.exports import exports_of, run_as_file
from playground.tabs.evaluation.page.events.items import kind_of
from playground.tabs.evaluation.page.events.microscope import MOST_READ, checked_needs
from playground.tabs.evaluation.page.fields import CompareFields, checked_comparison, comparison_name
from playground.tabs.evaluation.visit.visits import EvaluationVisits
from playground.visitors.checks import checked_language, checked_models, checked_sampling, checked_text


def publish(app: App[EvaluationVisits]) -> None:
    """Name the endpoints; call it inside the page's Blocks."""
    _publish_metrics(app)
    _publish_compare(app)
    _publish_runs(app)


def _publish_metrics(app: App[EvaluationVisits]) -> None:
    async def metrics(
        said: list[str] | None = None,
        right: list[Any] | None = None,
        needs: str = "texts",
        language: str = "en",
        model: str = "",
        request: gr.Request | None = None,
    ) -> dict[str, Any]:
        """Every metric that takes such answers: {"metrics", "failed"}; one that fails leaves the others standing.

        `needs` says what they are: "texts" (a list of references for each, or one), "labels", "probabilities" (`right`
        0 or 1), "plain" (texts alone), "vectors" (similarity of meaning, of texts as in "texts") or
        "likelihoods" (texts alone, as `model` on this computer foresees them: perplexity and its kin).
        """
        with caller(app, request) as who:
            return await _metrics_json(app, who, (said, right), (needs, language, model or app.settings.model))

    api(metrics, api_name="metrics")


async def _metrics_json(
    app: App[EvaluationVisits],
    who: Who,
    given: tuple[list[str] | None, list[Any] | None],
    how: tuple[str, str, str],
) -> dict[str, Any]:
    """`how`: what the answers are, their language, and the model that reads them."""
    chosen, spoken = checked_needs(how[0]), checked_language(how[1])
    said = [checked_text(str(one), app.bounds, empty=True) for one in given[0] or []]
    lines = [_line(one, chosen) for one in given[1] or []]
    if max(len(said), len(lines)) > MOST:
        raise MeasuringLimit("rows", limit=MOST)
    if chosen == "vectors":
        found = await _meaning(app, said, lines)
    elif chosen == "likelihoods":
        if len(said) > MOST_READ:
            raise MeasuringLimit("rows", limit=MOST_READ)
        foreseen = await app.visits.likelihoods(who.visitor, how[2], said)
        found = await asyncio.to_thread(measure_many, foreseen, chosen)
    else:
        found = await asyncio.to_thread(lambda: measure_many(given_of(chosen, said, lines, spoken), chosen))
    show = app.show(who)
    failed = {name: show.message(failure) for name, failure in found.failed.items()}
    return {"metrics": {name: _measured_json(one) for name, one in found.found.items()}, "failed": failed}


async def _meaning(app: App[EvaluationVisits], said: list[str], lines: list[str]) -> ManyMeasured:
    """Similarity of meaning: every text's vector by the embedding model on this computer."""
    if len(said) != len(lines):
        raise UnusableReferences("unequal", said=len(said), right=len(lines))
    if not said:
        raise UnusableReferences("items")
    several = [[part.strip() for part in line.split("|") if part.strip()] for line in lines]
    for place, one in enumerate(several, start=1):
        if not one:
            raise UnusableReferences("references", item=place)
    vectors = [await app.visits.near([text, *refs]) for text, refs in zip(said, several, strict=True)]
    given: Given = Vectors(
        candidates=np.stack([one[0] for one in vectors]), references=tuple(one[1:] for one in vectors)
    )
    return measure_many(given, "vectors")


def _line(value: object, needs: Needs) -> str:
    if isinstance(value, list | tuple):
        return " | ".join(str(one) for one in value)
    return str(int(value)) if isinstance(value, bool) else str(value)


def _measured_json(it: Measured) -> dict[str, Any]:
    values = asdict(it)
    return {name: value for name, value in values.items() if value or name == "value"}


def _publish_compare(app: App[EvaluationVisits]) -> None:
    default = app.settings.model

    async def compare(
        models: list[str] | None = None,
        task_set: str = "sentiment",
        language: str = "en",
        n: int = 10,
        repeats: int = 1,
        seed: int = 0,
        measure: str = "written",
        metric: str = "",
        temperature: float | None = 0.0,
        max_tokens: int | None = 512,
        confirm_cost: bool = False,
        request: gr.Request | None = None,
    ) -> AsyncGenerator[dict[str, Any]]:
        """Compare models on a task set. Yields {"run", "state", "done", "total", "models"}; the run is kept.

        Models that are not on this computer are asked only with `confirm_cost`; without it the estimate is the error's
        text.
        """
        fields = CompareFields(
            tasks=task_set, language=language, count=n, repeats=repeats, seed=seed, mode=measure, metric=metric
        )
        with caller(app, request) as who:
            sampling = checked_sampling({"temperature": temperature, "max_tokens": max_tokens}, app.bounds)
            wanted = checked_comparison(app, who, fields, checked_models(models or [default]), sampling)
            description, estimate = await app.visits.propose(who.visitor, wanted)
            if not (estimate.free or confirm_cost):
                raise gr.Error(price_text(app.show(who), estimate), print_exception=False)
            name = comparison_name(who, description)
            run = await asyncio.to_thread(app.visits.create, who.visitor, name, description)
            async with aclosing(_report_comparison(app, who, run, description)) as reports:
                async for report in reports:
                    yield report

    api(compare, api_name="compare")


async def _report_comparison(
    app: App[EvaluationVisits], who: Who, run: str, description: RunDescription
) -> AsyncGenerator[dict[str, Any]]:
    """How far it is, and in the end every model's numbers."""
    place, state, done = secrets.token_hex(4), "running", 0
    async with aclosing(throttle(app.visits.compare(who.visitor, run, place))) as snapshots:
        async for snapshot in snapshots:
            state, done = snapshot.state, len(snapshot.outcomes)
            if state not in ("stopped", "done"):
                yield {"run": run, "state": state, "done": done, "total": snapshot.total, "models": []}
    lines = await asyncio.to_thread(_lines, app, who, run)
    yield {"run": run, "state": state, "done": done, "total": description.total, "models": lines}


def _lines(app: App[EvaluationVisits], who: Who, run: str) -> list[dict[str, Any]]:
    stored, outcomes = load_run(app, who, run)
    return [line_json(line) for line in comparison(stored.description, outcomes)]


def line_json(line: ComparedLine) -> dict[str, Any]:
    """A model's numbers as plain JSON values."""
    values = asdict(line.found)
    del values["key"]
    return {
        "model": line.column.model,
        "local": line.place.local,
        **values,
        "p_holm": line.corrected,
        "items_to_tell": line.needed,
        "sure": _sure_json(line.sure),
        "energy": _energy_json(line.energy),
        "sent": {"requests": line.requests, "tokens": line.sent},
    }


def _sure_json(it: Sureness | None) -> dict[str, Any] | None:
    """How far off a model's own probabilities were, of answers chosen by their likelihood."""
    if it is None:
        return None
    return {"calibration_error": it.error, "auc": it.auc, "answers": it.answers, "options": it.options}


def _energy_json(it: EnergyUse | None) -> dict[str, Any] | None:
    return asdict(it) if it is not None else None


def _publish_runs(app: App[EvaluationVisits]) -> None:
    def runs(run: str = "", file: str = "", request: gr.Request | None = None) -> Any:
        """The kept runs of every tab, newest first; with `run` its description and outcomes; with `file` besides
        ("csv", "jsonl", …) that file's text."""
        with caller(app, request) as who:
            if not run:
                return [run_json(app, who, one) for one in app.visits.kept.list_runs(who.visitor)]
            stored, outcomes = load_run(app, who, run)
            if file:
                return _file_text(app, who, stored, outcomes, file)
            return {**run_json(app, who, stored), "outcomes": _outcomes_json(outcomes)}

    api(runs, api_name="runs")


def run_json(app: App[EvaluationVisits], who: Who, run: StoredRun) -> dict[str, Any]:
    """A run as plain JSON values."""
    kind = kind_of(app, run)
    return {
        "run": run.id,
        "name": run.name,
        "measurement": run.description.measurement,
        "created": run.created,
        "described": kind.describe(app.show(who), run),
        "done": run.done,
        "total": run.description.total,
        "failed": run.failed,
        "files": list(exports_of(app, run)),
    }


def _file_text(app: App[EvaluationVisits], who: Who, run: StoredRun, outcomes: Outcomes, file: str) -> str:
    found = run_as_file(app, who, run, outcomes, file)
    if found is None:
        raise ArgumentError("choice", name="file", choices=", ".join(exports_of(app, run)))
    return found.content


def _outcomes_json(outcomes: Outcomes) -> list[dict[str, Any]]:
    return [
        {
            **asdict(cell),
            "text": one.text,
            "answer": one.extraction.value if one.extraction else None,
            "score": one.score,
            "seconds": round(one.seconds, 3),
            "cost": one.cost,
            "failure": one.failure.key if one.failure else None,
        }
        for cell, one in sorted(outcomes.items())
    ]
