"""How a text goes on: greedily, by lot, by the token that was clicked; or as it was said already."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Literal, assert_never

import numpy as np

from playground.asking.ask import Outgoing, ask
from playground.tabs.sampling.lab.errors import NodeError
from playground.tabs.sampling.lab.next_token import Position, likeliest, look
from playground.tabs.sampling.lab.tree import ALTERNATIVES, How, Node, TokenTree, append_path, path_from_logprobs
from providers.base import Provider
from providers.decoding import draw, log_softmax
from providers.errors import ContextTooLong, InputError, UnsupportedRequest
from providers.types import (
    Change,
    Done,
    ModelInfo,
    Progress,
    ReasoningDelta,
    Request,
    Sampling,
    TextDelta,
    TextWasReasoning,
    TokenLogprobs,
)
from providers.whitebox import Token, WhiteBox

MOST_REPORTED = 20
"""Alternatives that APIs report at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How a path goes on, and by how many tokens at most."""

    how: Literal["greedy", "sampled"]
    steps: int = 1
    sampling: Sampling = field(default_factory=Sampling)


async def grow(box: WhiteBox, model: ModelInfo, tree: TokenTree, growth: Growth) -> AsyncGenerator[TokenTree]:
    """One tree a step, until the steps are done, the model ends its text (a special token) or its context is full.

    With a seed, the draw after n tokens of path depends on the seed and n alone: 20 steps are the same as 20 times one.
    It is this lab's own draw, from `providers.decoding`; an engine given that seed draws others. Raises
    `ContextTooLong` where not even one step fits, `InputError("empty")` without a prompt, `SamplingLimit("nodes")`.
    """
    _check_growable(tree, model)
    for step in range(growth.steps):
        if tree.leaf is not None and tree.nodes[tree.leaf].token.special:
            return
        try:
            position = await look(box, model, tree.ids, len(tree.prompt))
        except ContextTooLong:
            if step == 0:
                raise
            return
        token = _next(position, growth)
        if (child := _child(tree, token)) is not None:
            tree = tree.at(child)
        else:
            tree = tree.add_node(await _node(box, model, position, token, growth.how))
        yield tree


def _next(position: Position, growth: Growth) -> int:
    sampling = growth.sampling if growth.how == "sampled" else replace(growth.sampling, temperature=0)
    probabilities = position.distribution(sampling)
    if sampling.seed is None:
        return draw(probabilities, random.SystemRandom().random())
    return draw(probabilities, random.Random(f"{sampling.seed}/{len(position.ids) - position.prompt}").random())


async def choose(box: WhiteBox, model: ModelInfo, tree: TokenTree, token: int) -> TokenTree:
    """Append that token at the leaf; one that was tried before is gone to, not doubled.

    A forward pass is needed only where nothing that was tried here lists that token among its alternatives. Raises
    `NodeError("node")` for an id that is not in the vocabulary, and what `grow` raises.
    """
    _check_growable(tree, model)
    if (child := _child(tree, token)) is not None:
        return tree.at(child)
    for sibling in tree.children(tree.leaf):
        for rank, (one, probability) in enumerate(sibling.alternatives, start=1):
            if one.id == token:
                return tree.add_node(replace(sibling, token=one, probability=probability, rank=rank, how="chosen"))
    position = await look(box, model, tree.ids, len(tree.prompt))
    if not 0 <= token < position.logits.size:
        raise NodeError("node")
    return tree.add_node(await _node(box, model, position, token, "chosen"))


async def replay(box: WhiteBox, model: ModelInfo, prompt: Sequence[Token], reply: Sequence[int]) -> TokenTree:
    """A reply that is there already, as a path that can be forked. In one forward pass.

    Raises what `grow` raises.
    """
    tree = TokenTree(prompt=tuple(prompt))
    _check_growable(tree, model)
    if not reply:
        return tree
    scored = await box.score(model, [*(token.id for token in prompt), *reply], ALTERNATIVES)
    return append_path(tree, scored[-len(reply) :])


async def trace(provider: Provider, request: Request) -> AsyncGenerator[TokenTree]:
    """Ask a model that reports log-probabilities; the path as it grows, which can be read and not grown by hand.

    Raises `UnsupportedRequest("logprobs")` where it reports none, and what `fit` and `Provider.stream` raise.
    """
    if not request.model.logprobs:
        raise UnsupportedRequest("logprobs", model=request.model.name)
    tree, changes, thinking = TokenTree(), list[Change](), False
    async with aclosing(ask(provider, replace(request, logprobs=MOST_REPORTED))) as events:
        async for event in events:
            match event:
                case ReasoningDelta() | TextWasReasoning():
                    thinking = True
                case TextDelta() if thinking:  # the reasoning's tokens are not the answer's
                    tree, thinking = TokenTree(), False
                case TokenLogprobs(tokens):
                    tree = path_from_logprobs(tokens, tree)
                    yield replace(tree, changes=tuple(changes))
                case Change():
                    changes.append(event)
                case TextDelta() | Progress() | Outgoing() | Done():
                    pass
                case _:
                    assert_never(event)
    if not tree.nodes:
        raise UnsupportedRequest("logprobs", model=request.model.name)


def _check_growable(tree: TokenTree, model: ModelInfo) -> None:
    if tree.readable_only:
        raise UnsupportedRequest("logits", model=model.name)
    if not tree.prompt:
        raise InputError("empty")


def _child(tree: TokenTree, token: int) -> int | None:
    return next((node.id for node in tree.children(tree.leaf) if node.token.id == token), None)


async def _node(box: WhiteBox, model: ModelInfo, position: Position, token: int, how: How) -> Node:
    best = likeliest(position.logits, ALTERNATIVES)
    chosen, *named = await box.tokens(model, [token, *best])
    own = np.exp(log_softmax(position.logits))
    return Node(
        id=0,  # `TokenTree.grown` places it
        parent=None,
        token=chosen,
        probability=float(own[token]),
        rank=best.index(token) + 1 if token in best else 1 + int(np.sum(position.logits > position.logits[token])),
        alternatives=tuple((one, float(own[one.id])) for one in named),
        how=how,
    )
