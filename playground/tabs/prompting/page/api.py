"""The named endpoints `prompting` and `evaluate`: the Prompting tab for a script, a notebook or another program."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import asdict
from typing import Any

import gradio as gr
from gradio.events import api

from playground.asking.errors import ArgumentError
from playground.measuring import Snapshot
from playground.measuring.store import RunDescription
from playground.page.parts.endpoints import caller
from playground.page.parts.pace import throttle
from playground.page.parts.render import Renderer
from playground.page.parts.run_prices import price_text
from playground.page.program import App, Who
from playground.strategies.solving.strategy import strategies as every_strategy
from playground.tabs.prompting.page.drawing.lines import ResultLine, partial_lines, result_lines
from playground.tabs.prompting.page.fields import (
    StrategyChoice,
    TaskSetFields,
    checked_question,
    checked_run,
    run_name,
)
from playground.tabs.prompting.visit.cards import Card
from playground.tabs.prompting.visit.posed import Posed
from playground.tabs.prompting.visit.visits import PromptingVisits
from playground.visitors.checks import checked_models, checked_sampling
from providers.types import Scalar

_FIRST = ("zero_shot", "few_shot")


def publish(app: App[PromptingVisits]) -> None:
    """Name the endpoints; call it inside the page's Blocks."""
    _publish_prompting(app)
    _publish_evaluate(app)


def _publish_prompting(app: App[PromptingVisits]) -> None:
    default = app.settings.model

    async def prompting(
        question: str = "",
        models: list[str] | None = None,
        strategies: list[str] | None = None,
        truth: str = "",
        kind: str = "text",
        choices: list[str] | None = None,
        language: str = "en",
        context: str = "",
        passages: str = "",
        options: dict[str, Any] | None = None,
        temperature: float | None = 0.7,
        max_tokens: int | None = 512,
        seed: int | None = None,
        request: gr.Request | None = None,
    ) -> AsyncGenerator[dict[str, Any]]:
        """Ask one question with several strategies on several models. Yields {"cards"} as they grow.

        `options` by strategy, such as {"self_consistency": {"samples": 7}}. Without lists: zero-shot and few-shot on
        the page's model.
        """
        sampling: dict[str, object] = {"temperature": temperature, "max_tokens": max_tokens, "seed": seed}
        with caller(app, request) as who:
            posed = Posed(
                question=question,
                kind=kind,
                choices="\n".join(map(str, choices or [])),
                truth=truth,
                context=context,
                language=language,
            )
            choice = _choice(app, (models or [default], strategies), passages, options, sampling)
            asked = await asyncio.to_thread(checked_question, app, posed, choice)
            async with aclosing(throttle(app.visits.ask(who.visitor, asked, secrets.token_hex(4)))) as snapshots:
                async for cards in snapshots:
                    yield {"cards": [_card_json(app.show(who), card) for card in cards]}

    api(prompting, api_name="prompting")


def _publish_evaluate(app: App[PromptingVisits]) -> None:
    default = app.settings.model

    async def evaluate(
        task_set: str = "sentiment",
        language: str = "en",
        n: int = 10,
        models: list[str] | None = None,
        strategies: list[str] | None = None,
        repeats: int = 1,
        seed: int = 0,
        measure: str = "written",
        normalise: str = "characters",
        passages: str = "",
        options: dict[str, Any] | None = None,
        temperature: float | None = 0.7,
        max_tokens: int | None = 512,
        confirm_cost: bool = False,
        request: gr.Request | None = None,
    ) -> AsyncGenerator[dict[str, Any]]:
        """Measure strategies on a task set. Yields {"run", "state", "done", "total", "summary"}; the run is kept.

        `measure` is "written" or "likelihood". Models that are not on this computer are asked only with `confirm_cost`;
        without it the estimate is the error's text.
        """
        sampling: dict[str, object] = {"temperature": temperature, "max_tokens": max_tokens}
        fields = TaskSetFields(
            tasks=task_set, count=n, repeats=repeats, seed=seed, mode=measure, normalise=normalise, language=language
        )
        with caller(app, request) as who:
            choice = _choice(app, (models or [default], strategies), passages, options, sampling)
            async with aclosing(_measure(app, who, fields, choice, confirmed=bool(confirm_cost))) as reports:
                async for report in reports:
                    yield report

    api(evaluate, api_name="evaluate")


async def _measure(
    app: App[PromptingVisits], who: Who, fields: TaskSetFields, choice: StrategyChoice, *, confirmed: bool
) -> AsyncGenerator[dict[str, Any]]:
    """How far it is, and in the end the whole summary."""
    description, estimate = await app.visits.propose(who.visitor, checked_run(app, who, fields, choice))
    if not (estimate.free or confirmed):
        raise gr.Error(price_text(app.show(who), estimate), print_exception=False)
    run = await asyncio.to_thread(app.visits.create, who.visitor, run_name(who, description), description)
    async with aclosing(throttle(app.visits.measure(who.visitor, run, secrets.token_hex(4)))) as snapshots:
        async for snapshot in snapshots:
            ended = snapshot.state in ("stopped", "done")
            summed = result_lines if ended else partial_lines
            summary = await asyncio.to_thread(summed, description, snapshot.outcomes)
            yield _report_json(run, description, snapshot, summary)


def _report_json(
    run: str, description: RunDescription, snapshot: Snapshot, summary: tuple[ResultLine, ...]
) -> dict[str, Any]:
    return {
        "run": run,
        "state": snapshot.state,
        "done": len(snapshot.outcomes),
        "total": snapshot.total,
        "failed": snapshot.failed,
        "task_set": description.tasks,
        "metric": description.metric,
        "summary": [line_json(line) for line in summary],
    }


def line_json(line: ResultLine) -> dict[str, Any]:
    """A column's numbers as plain JSON values: `wrong` and `unread`, without a readable answer, are counted apart."""
    values = asdict(line.found)
    del values["key"], values["computing"]
    return {"strategy": line.column.strategy, "model": line.column.model, **values}


def _card_json(show: Renderer, card: Card) -> dict[str, Any]:
    """A card as plain JSON values."""
    return {
        "strategy": card.strategy,
        "model": card.ref,
        "state": card.state,
        "text": card.trace.answer_text,
        "answer": card.extraction.value if card.extraction else None,
        "rule": card.extraction.rule if card.extraction else None,
        "score": card.score,
        "calls": card.trace.calls,
        "usage": asdict(card.trace.usage),
        "seconds": round(card.seconds, 3),
        "cost": card.trace.cost,
        "error": show.message(card.failure) if card.failure else None,
        "trace": card.trace.to_json()["steps"] if card.state != "running" else [],
    }


def _choice(
    app: App[PromptingVisits],
    chosen: tuple[list[str], list[str] | None],
    passages: str,
    options: Mapping[str, Any] | None,
    sampling: Mapping[str, object],
) -> StrategyChoice:
    models, strategies = chosen
    return StrategyChoice(
        strategies=list(_FIRST) if strategies is None else strategies,
        passages=passages if isinstance(passages, str) else "",
        options=_options(options),
        models=checked_models(models),
        sampling=checked_sampling(sampling, app.bounds),
    )


def _options(options: Mapping[str, Any] | None) -> dict[str, dict[str, Scalar]]:
    """By strategy. Raises `ArgumentError("choice")` for a strategy that is none, "not_text" for what are no options."""
    names = [one.name for one in every_strategy()]
    if options is not None and not isinstance(options, Mapping):
        raise ArgumentError("not_text")
    found: dict[str, dict[str, Scalar]] = {}
    for name, values in (options or {}).items():
        if name not in names:
            raise ArgumentError("choice", name="options", choices=", ".join(names))
        if not isinstance(values, Mapping):
            raise ArgumentError("not_text")
        found[name] = {str(knob): value for knob, value in values.items()}
    return found
