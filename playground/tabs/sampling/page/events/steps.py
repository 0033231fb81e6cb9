"""What the events of the modes "Next token" and "Step by step" do: named functions of plain values."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, fields
from typing import Literal

import gradio as gr

from playground.asking.lending import RecallsReplies
from playground.asking.pump import beats
from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.tabs.sampling.lab import TokenTree
from playground.tabs.sampling.page.drawing.bars import bars, multiples, numbers
from playground.tabs.sampling.page.drawing.pieces import alert, noticed, told
from playground.tabs.sampling.page.drawing.tokens import changes, forks, path, read, tail
from playground.tabs.sampling.visit.visits import SamplingVisits
from playground.visitors.checks import checked_text
from providers.errors import InputError, PlaygroundError, UnsupportedRequest
from providers.types import Message, Sampling

AT_ONCE = 20
"""Tokens that "go on" appends."""
SHOWN = 25
_AT_LEAF = 12
"""Bars beside the path: enough to choose from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the visitor wrote and chose, checked."""

    model: str
    prompt: str
    chat: bool
    sampling: Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What changes on the page; the rest stays as it is."""

    read: object = field(default_factory=gr.skip)
    choice: object = field(default_factory=gr.skip)
    path: object = field(default_factory=gr.skip)
    leaf: object = field(default_factory=gr.skip)
    forks: object = field(default_factory=gr.skip)
    stop: object = field(default_factory=gr.skip)
    more: object = field(default_factory=gr.skip)

    def outputs(self) -> list[object]:
        return [getattr(self, one.name) for one in fields(self)]

    @classmethod
    def only(cls, message: str, *, read: str = "") -> Screen:
        """A message where the results would be."""
        idle = {"stop": gr.update(visible=False), "more": gr.update(visible=True)}
        return cls(read=read, choice=message, path=message, leaf="", forks="", **idle)


async def look(app: App[SamplingVisits], who: Who, asked: Asked) -> AsyncGenerator[Screen]:
    """Read a prompt: one forward pass, the bars, and the root of a new tree. Or why that model cannot show them."""
    show, bench = app.show(who), app.visits
    try:
        checked_text(asked.prompt, app.bounds)
        shows = await bench.shows(who.visitor, asked.model)
        if shows == "text":
            raise UnsupportedRequest("logits", model=asked.model)
        if shows == "logprobs":
            async with aclosing(_trace(app, who, asked)) as screens:
                async for screen in screens:
                    yield screen
            return
        yield Screen.only(told(show, "looking"))
        looking = bench.look(who.visitor, asked.model, asked.prompt, asked.chat)
        async for _ in beats(task := asyncio.ensure_future(looking)):
            yield Screen()
        task.result()
        yield await draw(app, who, asked.sampling)
    except PlaygroundError as error:
        yield Screen.only(alert(show, error))


async def draw(app: App[SamplingVisits], who: Who, sampling: Sampling) -> Screen:
    """Everything, as the workbench has it now."""
    show, tree = app.show(who), app.visits.tree(who.visitor)
    if tree is None:
        return Screen()
    drawn = Screen(
        read=read(show, tree.prompt),
        path=path(show, tree),
        forks=forks(show, tree) + (noticed(show, "steps") if tree.nodes else ""),
        stop=gr.update(visible=False),
        more=gr.update(visible=True),
    )
    choice, leaf = await reshape(app, who, sampling)
    return Screen(**{one.name: getattr(drawn, one.name) for one in fields(drawn)} | {"choice": choice, "leaf": leaf})


async def reshape(app: App[SamplingVisits], who: Who, sampling: Sampling) -> tuple[object, object]:
    """The bars under these sliders, all of them and those beside the path. No forward pass."""
    show, bench = app.show(who), app.visits
    try:
        choice = await bench.reshape(who.visitor, sampling, SHOWN)
        smalls = await bench.small(who.visitor, sampling)
    except InputError:  # nothing was looked at, or only read: the sliders have nothing to reshape
        return gr.skip(), gr.skip()
    except PlaygroundError as error:
        return alert(show, error), ""
    tree = bench.tree(who.visitor) or TokenTree()
    full = tail(show, tree) + numbers(show, choice) + bars(show, choice) + multiples(show, smalls)
    ended = told(show, "ended") if any(node.token.special for node in tree.path()[-1:]) else ""
    return full + noticed(show, "next"), ended + bars(show, choice, rows=_AT_LEAF)


async def grow(
    app: App[SamplingVisits], who: Who, how: Literal["greedy", "sampled"], steps: int, sampling: Sampling
) -> AsyncGenerator[Screen]:
    """Append tokens at the leaf, one screen a token; the bars follow at the end."""
    show = app.show(who)
    try:
        if steps > 1:
            yield Screen(stop=gr.update(visible=True), more=gr.update(visible=False))
        growing = app.visits.grow(who.visitor, how, steps, sampling)
        async with aclosing(growing) as trees:
            async for tree in trees:
                yield Screen(path=path(show, tree), forks=forks(show, tree))
        yield await draw(app, who, sampling)
    except PlaygroundError as error:
        yield beside(show, error)


async def choose(app: App[SamplingVisits], who: Who, token: object, sampling: Sampling, node: object = None) -> Screen:
    """Append that token at the leaf, or in the place of `node`: a fork."""
    try:
        tree = app.visits.tree(who.visitor)
        if tree is None:
            raise InputError("empty")
        parent = tree.leaf if node is None else _parent(tree, node)
        await app.visits.choose(who.visitor, parent, _whole(token))
        return await draw(app, who, sampling)
    except PlaygroundError as error:
        return beside(app.show(who), error)


async def go(app: App[SamplingVisits], who: Who, node: object, sampling: Sampling) -> Screen:
    """Let the text end at that node, or at the prompt."""
    try:
        app.visits.go(who.visitor, None if node == "root" else _whole(node))
        return await draw(app, who, sampling)
    except PlaygroundError as error:
        return beside(app.show(who), error)


async def open_reply(
    app: App[SamplingVisits], who: Who, turn: int, column: int, sampling: Sampling
) -> AsyncGenerator[Screen]:
    """A reply from the chat, with the conversation before it, as a path that can be forked."""
    show, lender = app.show(who), app.lent(RecallsReplies)
    try:
        reply = lender.said(who.visitor, turn, column) if lender is not None else None
        if reply is None:
            raise InputError("empty")
        yield Screen.only(told(show, "looking"))
        opening = app.visits.open_reply(who.visitor, reply.model, reply.messages, reply.text)
        async for _ in beats(task := asyncio.ensure_future(opening)):
            yield Screen()
        task.result()
        yield await draw(app, who, sampling)
    except PlaygroundError as error:
        yield Screen.only(alert(show, error))


def export(app: App[SamplingVisits], who: Who, kind: str) -> dict[str, str] | None:
    """The tree as a file; `None` where there is none."""
    tree = app.visits.tree(who.visitor)
    if tree is None:
        return None
    if kind == "json":
        content = json.dumps({"format": "aula.tree/1", **tree.to_json()}, ensure_ascii=False, indent=2) + "\n"
        return {"name": "aula-tree.json", "type": "application/json", "content": content}
    return {"name": "aula-tree.txt", "type": "text/plain", "content": tree.to_text()}


async def _trace(app: App[SamplingVisits], who: Who, asked: Asked) -> AsyncGenerator[Screen]:
    """A remote model that tells the probabilities of what it said: the path alone, to be read."""
    show = app.show(who)
    why = told(show, "only_traced") + told(show, "offer_sweep")
    yield Screen(
        read="", choice=why, path="", leaf="", forks="", stop=gr.update(visible=True), more=gr.update(visible=False)
    )
    message = Message.of("user", asked.prompt)
    async with aclosing(app.visits.trace(who.visitor, asked.model, (message,), asked.sampling)) as trees:
        async for tree in trees:
            yield Screen(path=path(show, tree), forks=changes(show, tree))
    yield Screen(leaf=why, stop=gr.update(visible=False), more=gr.update(visible=True))


def beside(show: Renderer, error: PlaygroundError) -> Screen:
    """The path stays; the error stands where the next bars would be."""
    return Screen(leaf=alert(show, error), stop=gr.update(visible=False), more=gr.update(visible=True))


def _parent(tree: TokenTree, node: object) -> int | None:
    place = _whole(node)
    if not 0 <= place < len(tree.nodes):
        raise InputError("node")
    return tree.nodes[place].parent


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError("node")
    return value
