"""A visitor's work in the Sampling tab, kept on the server for a while: what was looked at, and the tree it grew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from typing import Literal

from playground.asking.pump import follow
from playground.tabs.sampling.lab import (
    Grid,
    Growth,
    NextToken,
    Position,
    RankedToken,
    Small,
    SweepCell,
    TokenTree,
    choose,
    grow,
    look,
    look_up,
    next_tokens,
    replay,
    small_multiples,
    sweep,
    trace,
)
from playground.tabs.sampling.lab.next_token import TEMPERATURES
from playground.visitors import Sessions
from playground.visitors.expiring import Expiring
from playground.visitors.reach import Reach
from playground.visitors.reached import Fetches
from playground.visitors.remembering import Remembers
from providers.errors import InputError, UnsupportedRequest
from providers.types import Message, ModelInfo, Progress, Request, Sampling
from providers.whitebox import Shows, Token, WhiteBox, inside, shows

_SECONDS = 7200
"""How long work is kept that nobody touches."""
_MOST = 100
"""Visitors whose work is kept: the logits of one are 0.4 to 1.2 MB, and its tree as much."""
_PLACE = "sampling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The prompt as the model read it. `text` shows marks of the model's own, such as the beginning of a turn."""

    tokens: tuple[Token, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPrompt:
    """Another prompt beside the first, read by the same model."""

    text: str
    position: Position


@dataclass(slots=True, kw_only=True)
class _Work:
    """`box` is `None` for a remote model, whose tree can only be read. `position` is where the bars were last drawn."""

    model: ModelInfo
    box: WhiteBox | None
    tree: TokenTree
    position: Position | None = None
    other: OtherPrompt | None = None
    sought: str = ""
    """The text whose token is looked up."""
    in_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Single steps of the tree follow one another in the order in which they were asked for: each begins where the one
    before it ended."""


@dataclass(slots=True)
class SamplingVisits(Remembers):
    """One piece of work a visitor. A new run of a visitor's stops the one before.

    Runs count against the visitor's messages a minute, and hold one of the visitor's streams; a single token only
    holds a stream.
    """

    reach: Reach
    sessions: Sessions
    _works: Expiring[_Work] = field(default_factory=lambda: Expiring(_SECONDS, _MOST), repr=False)

    def count_remembered(self, visitor: str) -> Mapping[str, int]:
        """See `playground.visitors.remembering.Remembers`."""
        return {"trees": int(self._works.get(visitor) is not None)}

    async def forget(self, visitor: str) -> None:
        """As `count_remembered`."""
        self._works.pop(visitor)

    async def shows(self, visitor: str, ref: str) -> Shows:
        """What that model shows: all logits, log-probabilities of what it chose, or its text alone. Loads nothing."""
        async with self.reach.open(visitor, ref) as (provider, model):
            return await shows(provider, model)

    async def fetching(self, visitor: str, ref: str) -> Progress | None:
        """How far it is, where that model is being fetched or made ready to be looked into."""
        async with self.reach.open(visitor, ref) as (provider, model):
            return provider.fetching(model) if isinstance(provider, Fetches) else None

    async def look(
        self, visitor: str, ref: str, prompt: str, chat: bool = False, messages: Sequence[Message] = ()
    ) -> Looked:
        """One forward pass over a prompt, raw or (`chat`) through the template after `messages`; a new tree.

        An empty prompt with `messages` asks what follows these. Raises `UnsupportedRequest("logits")` for a model that
        shows none, `InputError("empty")`, `ContextTooLong`, `LimitExceeded`, and what loading a model raises.
        """
        asked = (*messages, *([Message.of("user", prompt)] if prompt else []))
        if not asked or not (prompt or chat):
            raise InputError("empty")
        async with self.sessions.work.at(visitor, _PLACE), self.reach.open(visitor, ref) as (provider, model):
            box = await inside(provider, model)
            tokens = await (box.encode_chat(model, asked) if chat else box.encode(model, prompt, begin=True))
            position = await look(box, model, [token.id for token in tokens])
        self._works.put(visitor, _Work(model=model, box=box, tree=TokenTree(prompt=tokens), position=position))
        return Looked(tokens=tokens, text="".join(token.piece for token in tokens) if chat else prompt)

    async def reshape(self, visitor: str, sampling: Sampling, k: int = 25) -> NextToken:
        """The bars at the tree's leaf under these sliders. A forward pass only where the leaf has moved since the last.

        Raises `InputError("empty")` where nothing was looked at, and what `look` raises.
        """
        work, box, position = await self._look(visitor)
        return await next_tokens(box, work.model, position, sampling, k)

    async def small(
        self, visitor: str, sampling: Sampling, k: int = 10, temperatures: Sequence[float] = TEMPERATURES
    ) -> tuple[Small, ...]:
        """The same k tokens at several temperatures. Computes and raises what `reshape` does."""
        work, box, position = await self._look(visitor)
        rows = (await next_tokens(box, work.model, position, sampling, k)).rows
        return small_multiples(position, rows, sampling, temperatures)

    async def compare(self, visitor: str, prompt: str, chat: bool = False) -> None:
        """Read another prompt with the model of the first, to be shown beside it; an empty one is taken away again.

        One forward pass. Raises `InputError("empty")` where nothing was looked at, and what `look` raises.
        """
        work, box, _ = await self._look(visitor)
        if not prompt.strip():
            work.other = None
            return
        async with self.sessions.work.at(visitor, _PLACE, counted=False):
            asked = (Message.of("user", prompt),)
            tokens = await (box.encode_chat(work.model, asked) if chat else box.encode(work.model, prompt, begin=True))
            position = await look(box, work.model, [token.id for token in tokens])
        work.other = OtherPrompt(text=prompt, position=position)

    async def beside(self, visitor: str, sampling: Sampling, k: int = 25) -> tuple[str, NextToken] | None:
        """The other prompt and its bars under these sliders; `None` where there is none."""
        work, box, _ = await self._look(visitor)
        if work.other is None:
            return None
        return work.other.text, await next_tokens(box, work.model, work.other.position, sampling, k)

    async def seek(self, visitor: str, text: str) -> None:
        """From now on the token of that text is looked up; of an empty one, none. Raises `InputError("empty")`."""
        work, _, _ = await self._look(visitor)
        work.sought = text

    async def sought_tokens(self, visitor: str, sampling: Sampling) -> tuple[RankedToken, ...]:
        """The token that is looked up, under these sliders; none where none is."""
        work, box, position = await self._look(visitor)
        return await look_up(box, work.model, position, sampling, work.sought) if work.sought.strip() else ()

    def tree(self, visitor: str) -> TokenTree | None:
        """The tree so far; `None` where nothing was looked at."""
        work = self._works.get(visitor)
        return work.tree if work is not None else None

    async def grow(
        self, visitor: str, how: Literal["greedy", "sampled"], steps: int, sampling: Sampling
    ) -> AsyncGenerator[TokenTree]:
        """Append tokens at the leaf, one tree a token; what is there when it is stopped or closed is kept.

        A single token waits for the single steps before it; several are stopped by the next step. Raises
        `InputError("empty")` without a tree, `UnsupportedRequest("logits")` for a remote model's, and what
        `playground.tabs.sampling.lab.grow` raises.
        """
        box, work = self._growable(visitor)
        async with AsyncExitStack() as held:
            if steps == 1:
                await held.enter_async_context(work.in_turn)
            control = await held.enter_async_context(self.sessions.work.at(visitor, _PLACE, counted=steps > 1))
            growing = grow(box, work.model, work.tree, Growth(how=how, steps=steps, sampling=sampling))
            async with aclosing(self._keep_each(visitor, work, follow(growing, work.tree, control.stopping))) as trees:
                async for tree in trees:
                    yield tree

    async def choose(self, visitor: str, parent: int | None, token: int) -> TokenTree:
        """Go on from `parent` with that token: a fork where something else followed before. Raises what `grow` does."""
        box, work = self._growable(visitor)
        async with work.in_turn, self.sessions.work.at(visitor, _PLACE, counted=False):
            tree = await choose(box, work.model, work.tree.at(parent), token)
            return self._keep(visitor, work, tree)

    async def go(self, visitor: str, node: int | None) -> TokenTree:
        """Let the text end at that node, or (`None`) after the prompt. Raises `NodeError("node")`, `("empty")`."""
        if (work := self._works.get(visitor)) is None:
            raise InputError("empty")
        async with work.in_turn:
            self.stop(visitor)
            return self._keep(visitor, work, work.tree.at(node))

    async def open_reply(self, visitor: str, ref: str, messages: Sequence[Message], reply: str) -> TokenTree:
        """A local model's reply from the chat, as a path that can be forked.

        `messages` is what was asked. The reply is cut into tokens anew: rarely others than those it was made of.
        """
        if not messages:
            raise InputError("empty")
        async with self.sessions.work.at(visitor, _PLACE), self.reach.open(visitor, ref) as (provider, model):
            box = await inside(provider, model)
            prompt = await box.encode_chat(model, messages)
            said = await box.encode(model, reply)
            tree = await replay(box, model, prompt, [token.id for token in said])
        self._works.put(visitor, _Work(model=model, box=box, tree=tree))
        return tree

    async def trace(
        self, visitor: str, ref: str, messages: Sequence[Message], sampling: Sampling
    ) -> AsyncGenerator[TokenTree]:
        """Ask a remote model that reports log-probabilities. Raises `UnsupportedRequest("logprobs")` otherwise."""
        async with (
            self.sessions.work.at(visitor, _PLACE) as control,
            self.reach.open(visitor, ref) as (provider, model),
        ):
            request = Request(model=model, messages=tuple(messages), sampling=sampling, owner=visitor)
            work = _Work(model=model, box=None, tree=TokenTree())
            self._works.put(visitor, work)
            tracing = follow(trace(provider, request), work.tree, control.stopping)
            async with aclosing(self._keep_each(visitor, work, tracing)) as trees:
                async for tree in trees:
                    yield tree

    async def sweep(
        self, visitor: str, ref: str, messages: Sequence[Message], grid: Grid, sampling: Sampling
    ) -> AsyncGenerator[tuple[SweepCell, ...]]:
        """The same conversation in every cell of the grid. One stream of the visitor's, however many cells."""
        if not messages:
            raise InputError("empty")
        async with (
            self.sessions.work.at(visitor, _PLACE) as control,
            self.reach.open(visitor, ref) as (provider, model),
        ):
            request = Request(model=model, messages=tuple(messages), sampling=sampling, owner=visitor)
            async with aclosing(sweep(provider, request, grid, control.stopping)) as snapshots:
                async for cells in snapshots:
                    yield cells

    def stop(self, visitor: str) -> None:
        """End the visitor's run at once; what is there stays."""
        self.sessions.work.stop(visitor, _PLACE)

    async def _look(self, visitor: str) -> tuple[_Work, WhiteBox, Position]:
        """What follows the leaf, computed if it is not known yet."""
        work = self._works.get(visitor)
        if work is None or work.box is None:
            raise InputError("empty")
        ids = work.tree.ids
        if work.position is None or work.position.ids != ids:
            async with self.sessions.limits.stream(visitor):
                work.position = await look(work.box, work.model, ids, len(work.tree.prompt))
        return work, work.box, work.position

    def _growable(self, visitor: str) -> tuple[WhiteBox, _Work]:
        work = self._works.get(visitor)
        if work is None:
            raise InputError("empty")
        if work.box is None:
            raise UnsupportedRequest("logits", model=work.model.name)
        return work.box, work

    def _keep(self, visitor: str, work: _Work, tree: TokenTree) -> TokenTree:
        """The tree as it is now, unless something else is being worked on meanwhile."""
        if self._works.get(visitor) is work:
            work.tree = tree
            self._works.put(visitor, work)  # touched: it is kept from now on
        return tree

    async def _keep_each(
        self, visitor: str, work: _Work, trees: AsyncGenerator[TokenTree]
    ) -> AsyncGenerator[TokenTree]:
        async with aclosing(trees):
            async for tree in trees:
                yield self._keep(visitor, work, tree)
