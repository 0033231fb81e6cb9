"""Step by step: tokens are appended by the model or by hand, the path is forked, and saved as a file."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, Literal

import gradio as gr

from playground.page.parts.downloads import File, wire_downloads
from playground.page.parts.stops import wire_stop
from playground.page.parts.under_way import UnderWay
from playground.page.program import EACH, PRIVATE, App, Page, Who
from playground.tabs.sampling.lab import TokenTree
from playground.tabs.sampling.lab.errors import NodeError
from playground.tabs.sampling.page.drawing.tokens import draw_forks, draw_path
from playground.tabs.sampling.page.events.tree import SamplingScreen, redraw, show_error_beside
from playground.tabs.sampling.page.layout import SamplingLayout
from playground.tabs.sampling.visit.visits import SamplingVisits
from providers.errors import InputError, PlaygroundError
from providers.types import Sampling

AT_ONCE = 20
"""Tokens that "go on" appends."""


def wire_steps(page: Page[SamplingVisits], layout: SamplingLayout, going: UnderWay) -> None:
    """Everything of "Step by step", and the bars of "Next token", which append as well."""
    app, steps, outputs = page.app, layout.steps, layout.outputs
    sliders = list(page.sidebar.sampling.values())

    async def on_pick(request: gr.Request, event: gr.EventData, *values: object) -> list[object]:
        token = event.token
        shown = await _step(page, request, values, lambda who, sampling: choose(app, who, token, sampling))
        return [*shown, gr.Tabs(selected="steps")]

    async def on_fork(request: gr.Request, event: gr.EventData, *values: object) -> list[object]:
        token, node = event.token, event.node
        return await _step(page, request, values, lambda who, sampling: choose(app, who, token, sampling, node))

    async def on_go(request: gr.Request, event: gr.EventData, *values: object) -> list[object]:
        node = event.node
        return await _step(page, request, values, lambda who, sampling: go(app, who, node, sampling))

    steps.greedy.click(_grower(page, going, "greedy", 1), sliders, outputs, **EACH)
    steps.sampled.click(_grower(page, going, "sampled", 1), sliders, outputs, **EACH)
    steps.more.click(_grower(page, going, "sampled", AT_ONCE), sliders, outputs, **PRIVATE)
    steps.path.fork(on_fork, sliders, outputs, **EACH)
    for place in (layout.choice, steps.leaf):
        place.pick(on_pick, sliders, [*outputs, layout.modes], **PRIVATE)
    for place in (steps.path, steps.forks):
        place.go(on_go, sliders, outputs, **EACH)
    wire_stop(app, steps.stop, app.visits.stop)
    wire_downloads(app, steps.exports, layout.file, lambda who, kind: export_tree(app, who, kind))


def _grower(page: Page[SamplingVisits], going: UnderWay, how: Literal["greedy", "sampled"], count: int) -> Any:
    app = page.app

    async def on_grow(request: gr.Request, *values: object) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        try:
            sampling = page.sampling(values)
        except PlaygroundError as error:
            yield show_error_beside(app.show(who), error).outputs()
            return
        async for screen in going.show(who, lambda reader: grow(app, reader, how, count, sampling)):
            yield screen.outputs()

    return on_grow


async def _step(
    page: Page[SamplingVisits],
    request: gr.Request,
    values: Sequence[object],
    step: Callable[[Who, Sampling], Awaitable[SamplingScreen]],
) -> list[object]:
    who = page.app.who(request)
    try:
        sampling = page.sampling(values)
    except PlaygroundError as error:
        return show_error_beside(page.app.show(who), error).outputs()
    return (await step(who, sampling)).outputs()


async def grow(
    app: App[SamplingVisits], who: Who, how: Literal["greedy", "sampled"], steps: int, sampling: Sampling
) -> AsyncGenerator[SamplingScreen]:
    """Append tokens at the leaf, one screen a token; the bars follow at the end."""
    show = app.show(who)
    try:
        if steps > 1:
            yield SamplingScreen.showing("stop")
        growing = app.visits.grow(who.visitor, how, steps, sampling)
        async with aclosing(app.going.keep(who, growing)) as trees:
            async for tree in trees:
                yield SamplingScreen(path=draw_path(show, tree), forks=draw_forks(show, tree))
        yield await redraw(app, who, sampling)
    except PlaygroundError as error:
        yield show_error_beside(show, error)


async def choose(
    app: App[SamplingVisits], who: Who, token: object, sampling: Sampling, node: object = None
) -> SamplingScreen:
    """Append that token at the leaf, or in the place of `node`: a fork."""
    try:
        tree = app.visits.tree(who.visitor)
        if tree is None:
            raise InputError("empty")
        parent = tree.leaf if node is None else _parent(tree, node)
        await app.visits.choose(who.visitor, parent, _checked_node(token))
        return await redraw(app, who, sampling)
    except PlaygroundError as error:
        return show_error_beside(app.show(who), error)


async def go(app: App[SamplingVisits], who: Who, node: object, sampling: Sampling) -> SamplingScreen:
    """Let the text end at that node, or at the prompt."""
    try:
        await app.visits.go(who.visitor, None if node == "root" else _checked_node(node))
        return await redraw(app, who, sampling)
    except PlaygroundError as error:
        return show_error_beside(app.show(who), error)


def export_tree(app: App[SamplingVisits], who: Who, kind: str) -> File | None:
    """The tree as a file; `None` where there is none."""
    tree = app.visits.tree(who.visitor)
    if tree is None:
        return None
    if kind == "json":
        content = json.dumps({"format": "aula.tree/1", **tree.to_json()}, ensure_ascii=False, indent=2) + "\n"
        return {"name": "aula-tree.json", "type": "application/json", "content": content}
    return {"name": "aula-tree.txt", "type": "text/plain", "content": tree.to_text()}


def _parent(tree: TokenTree, node: object) -> int | None:
    place = _checked_node(node)
    if not 0 <= place < len(tree.nodes):
        raise NodeError("node")
    return tree.nodes[place].parent


def _checked_node(value: object) -> int:
    """A whole number. Raises `NodeError("node")`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise NodeError("node")
    return value
