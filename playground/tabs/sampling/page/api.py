"""The named endpoints `next_tokens` and `sweep`: the Sampling tab for a script, a notebook or another program."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import Any

import gradio as gr
from gradio.events import api

from playground.page.parts.endpoints import caller, dropped_json, system_messages
from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.tabs.sampling.lab import Grid, Group, SweepCell, SweepSetting, groups, look, next_tokens, sweep
from playground.tabs.sampling.visit.checks import BAR_RANGES, checked_grid, checked_rows
from playground.tabs.sampling.visit.visits import SamplingVisits
from playground.visitors.checks import checked_models, checked_sampling, checked_text
from providers.types import Message, Request, Sampling
from providers.whitebox import inside

_TEMPERATURES = (0.0, 0.7, 1.2)
_SEEDS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class _NextTokensCall:
    model: str
    prompt: str
    chat: bool
    sampling: Sampling
    k: int


@dataclass(frozen=True, slots=True)
class _SweepCall:
    model: str
    messages: tuple[Message, ...]
    grid: Grid
    sampling: Sampling


def publish(app: App[SamplingVisits]) -> None:
    """Name the endpoints; call it inside the page's Blocks."""
    _publish_next_tokens(app)
    _publish_sweep(app)


def _publish_next_tokens(app: App[SamplingVisits]) -> None:
    default = app.settings.model

    async def next_tokens(
        prompt: str = "",
        model: str = default,
        k: int = 25,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        chat: bool = False,
        request: gr.Request | None = None,
    ) -> list[dict[str, Any]]:
        """The k likeliest next tokens of a local model: its own probability, and the one after the sliders.

        `chat` puts the prompt through the model's chat template; otherwise it is continued as it stands.
        """
        given: dict[str, object] = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "min_p": min_p}
        with caller(app, request) as who:
            sampling = checked_sampling(given, app.bounds, BAR_RANGES)
            text, name = checked_text(prompt, app.bounds), checked_models(model)[0]
            return await _next_tokens(app, who, _NextTokensCall(name, text, chat, sampling, checked_rows(k)))

    api(next_tokens, api_name="next_tokens")


def _publish_sweep(app: App[SamplingVisits]) -> None:
    default = app.settings.model

    async def sweep(
        prompt: str = "",
        model: str = default,
        temperatures: list[float] | None = None,
        seeds: list[int] | None = None,
        top_ks: list[int] | None = None,
        top_ps: list[float] | None = None,
        system: str = "",
        min_p: float | None = None,
        max_tokens: int | None = 64,
        stop: list[str] | None = None,
        request: gr.Request | None = None,
    ) -> AsyncGenerator[dict[str, Any]]:
        """The same prompt at every combination of temperatures, top_ks, top_ps and seeds, at most 64 of them.

        Yields {"cells", "groups"} as the texts grow; a group is all runs of one setting together. Without lists:
        temperatures 0, 0.7 and 1.2 with seeds 1, 2 and 3; an empty list of seeds draws once at random.
        """
        lists: dict[str, object] = {
            "temperatures": _TEMPERATURES if temperatures is None else temperatures,
            "seeds": _SEEDS if seeds is None else seeds,
            "top_ks": top_ks,
            "top_ps": top_ps,
        }
        given: dict[str, object] = {"min_p": min_p, "max_tokens": max_tokens, "stop": stop}
        with caller(app, request) as who:
            messages = (*system_messages(system, app.bounds), Message.of("user", checked_text(prompt, app.bounds)))
            sampling = checked_sampling(given, app.bounds)
            wanted = _SweepCall(checked_models(model)[0], messages, checked_grid(lists), sampling)
            async with aclosing(_sweep(app, who, wanted)) as snapshots:
                async for snapshot in snapshots:
                    yield snapshot

    api(sweep, api_name="sweep")


async def _next_tokens(app: App[SamplingVisits], who: Who, wanted: _NextTokensCall) -> list[dict[str, Any]]:
    app.sessions.limits.message(who.visitor)
    async with (
        app.sessions.limits.stream(who.visitor),
        app.reach.open(who.visitor, wanted.model) as (provider, model),
    ):
        box = await inside(provider, model)
        if wanted.chat:
            tokens = await box.encode_chat(model, [Message.of("user", wanted.prompt)])
        else:
            tokens = await box.encode(model, wanted.prompt, begin=True)
        position = await look(box, model, [token.id for token in tokens])
        found = await next_tokens(box, model, position, wanted.sampling, wanted.k)
    shown = ("token", "id", "logit", "probability", "reshaped", "kept")
    return [{name: getattr(row, name) for name in shown} for row in found.rows]


async def _sweep(app: App[SamplingVisits], who: Who, wanted: _SweepCall) -> AsyncGenerator[dict[str, Any]]:
    """The cells as they grow, within the visitor's limits."""
    show = app.show(who)
    app.sessions.limits.message(who.visitor)
    async with (
        app.sessions.limits.stream(who.visitor),
        app.reach.open(who.visitor, wanted.model) as (provider, model),
    ):
        request = Request(model=model, messages=wanted.messages, sampling=wanted.sampling, owner=who.visitor)
        async with aclosing(sweep(provider, request, wanted.grid, asyncio.Event())) as snapshots:
            async for cells in snapshots:
                yield {
                    "cells": [_cell_json(cell, show) for cell in cells],
                    "groups": [_group_json(group) for group in groups(cells)],
                }


def _cell_json(cell: SweepCell, show: Renderer) -> dict[str, Any]:
    """A cell as plain JSON values."""
    return {
        **_setting_json(cell.setting),
        "seed": cell.seed,
        "text": cell.text,
        "state": cell.state,
        "tokens": cell.tokens,
        "distinct_1": cell.distinct_1,
        "distinct_2": cell.distinct_2,
        "mean_logprob": cell.mean_logprob,
        "finish": cell.finish,
        "error": show.message(cell.failure) if cell.failure else None,
        "dropped": dropped_json(show, cell.changes),
    }


def _group_json(group: Group) -> dict[str, Any]:
    values = asdict(group)
    del values["setting"]
    return {**_setting_json(group.setting), **values}


def _setting_json(setting: SweepSetting) -> dict[str, Any]:
    return {"temperature": setting.temperature, "top_k": None, "top_p": None, **dict(setting.others)}
