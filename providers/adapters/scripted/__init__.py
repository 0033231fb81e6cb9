"""A deterministic provider without weights, for tests and `--model scripted`: same request, same events.

The model `words` shows its logits and draws from them; the others say what their script says, with log-probabilities
as an API reports them (`showcase` reports none), and `seer` what images it was sent.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

import numpy as np

from providers.adapters.scripted import words
from providers.adapters.scripted.embedding import BAG, OVERLAP, ScriptedEmbedder, ScriptedReranker
from providers.adapters.scripted.scripts import MODELS
from providers.adapters.scripted.vision import COLOURS, ScriptedLabeller
from providers.base import Connection
from providers.catalog import Catalog
from providers.decoding import Vector, distribution, draw, log_softmax
from providers.embedding import EmbeddingInfo, RerankerInfo
from providers.errors import ContextTooLong, InputError, StreamTruncated, UnsupportedRequest
from providers.labels import ContrastiveInfo
from providers.sampling import PARAMETERS
from providers.types import (
    Done,
    Event,
    Finish,
    Message,
    ModelInfo,
    Progress,
    ReasoningDelta,
    Rendered,
    Request,
    TextDelta,
    Timing,
    TokenLogprob,
    TokenLogprobs,
    Usage,
)
from providers.whitebox import ModelCard, ScoredToken, Token

__all__ = ["ROWS", "Scripted", "ScriptedEmbedder", "ScriptedLabeller", "ScriptedReranker", "connect", "tokens_of"]

ROWS = Catalog(models=(), endpoints={}, embeddings=(BAG,), rerankers=(OVERLAP,), contrastive=(COLOURS,))
_LONGEST = 64
"""Tokens of a reply of `words` where the request names no other number."""
_OTHERS = (" yes", " no", " maybe", " 42", "\n", " so", " and", " the", " é", "")


def tokens_of(text: str) -> list[str]:
    """This provider's tokens: words with the space before them."""
    return re.findall(r"\s*\S+|\s+", text)


class Scripted:
    """`computed` counts the tokens ever produced, so that a test sees work going on after a stop."""

    name = "scripted"
    accepts = frozenset(PARAMETERS)

    def __init__(self, delay: float = 0.0) -> None:
        self.delay = delay
        self.computed = 0

    async def models(self) -> tuple[ModelInfo, ...]:
        return tuple(info for info, _ in MODELS.values())

    async def prepare(self, model: ModelInfo) -> AsyncIterator[Progress]:
        yield Progress(stage="load", done=1, total=1)

    async def render(self, request: Request) -> Rendered:
        return await asyncio.to_thread(_render, request)

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        start = time.perf_counter()
        first: float | None = None
        reply, finish = _draw_reply(request) if request.model.id == "words" else _play_script(request)
        delay = max(self.delay, 0.02 if request.model.id in {"slow", "broken"} else 0.0)
        if request.model.reasoning:
            yield ReasoningDelta("The question is deep. I have seven and a half million years.")
        for scored in reply:
            await asyncio.sleep(delay)
            self.computed += 1
            first = first or time.perf_counter() - start
            yield TextDelta(scored.token)
            if request.logprobs is not None:
                yield TokenLogprobs((scored,))
        if request.model.id == "broken":
            raise StreamTruncated("reset", provider=self.name)
        total = time.perf_counter() - start
        prompt = await self.render(request)
        yield Done(
            finish=finish,
            usage=Usage(input_tokens=prompt.tokens, output_tokens=len(reply)),
            timing=Timing(first_token=first or total, total=total),
        )

    async def encode(self, model: ModelInfo, text: str, *, begin: bool = False) -> tuple[Token, ...]:
        _check_white(model)
        return tuple(words.token(one) for one in words.encode(text))

    async def encode_chat(self, model: ModelInfo, messages: Sequence[Message]) -> tuple[Token, ...]:
        _check_white(model)
        return tuple(words.token(one) for one in words.encode_chat(messages))

    async def tokens(self, model: ModelInfo, ids: Sequence[int]) -> tuple[Token, ...]:
        _check_white(model)
        return tuple(words.token(one) for one in ids)

    async def decode(self, model: ModelInfo, ids: Sequence[int]) -> str:
        _check_white(model)
        return words.decode(ids)

    async def next_token_logits(self, model: ModelInfo, ids: Sequence[int]) -> Vector:
        _check_read(model, ids)
        self.computed += 1
        return words.logits(ids)

    async def score(self, model: ModelInfo, ids: Sequence[int], alternatives: int = 0) -> tuple[ScoredToken, ...]:
        _check_read(model, ids)
        self.computed += 1
        return tuple(_score_token(ids[:place], ids[place], alternatives) for place in range(1, len(ids)))

    async def describe(self, model: ModelInfo) -> ModelCard:
        _check_white(model)
        return ModelCard(model=model, engine="scripted")

    def embedder(self, info: EmbeddingInfo) -> ScriptedEmbedder:
        return ScriptedEmbedder(info)

    def labeller(self, info: ContrastiveInfo) -> ScriptedLabeller:
        return ScriptedLabeller(info)

    def reranker(self, info: RerankerInfo) -> ScriptedReranker:
        return ScriptedReranker(info)

    async def aclose(self) -> None:
        """Nothing to let go of."""


def _check_white(model: ModelInfo) -> None:
    if model.id != "words":
        raise UnsupportedRequest("logits", model=model.name)


def _check_read(model: ModelInfo, ids: Sequence[int]) -> None:
    _check_white(model)
    if not ids:
        raise InputError("empty")
    if len(ids) > words.CONTEXT:
        raise ContextTooLong(provider=model.provider, tokens=len(ids), context=words.CONTEXT)


def _play_script(request: Request) -> tuple[list[TokenLogprob], Finish]:
    _, script = MODELS[request.model.id]
    text, sampling = script(request), request.sampling
    for mark in sampling.stop:
        text = text.split(mark)[0]
    whole = tokens_of(text)
    reply = whole if sampling.max_tokens is None else whole[: sampling.max_tokens]
    others = [(other, -2.0 - place) for place, other in enumerate(_OTHERS)]
    likeliest = max(0, request.logprobs or 0)
    return [TokenLogprob(one, -0.5, ((one, -0.5), *others)[:likeliest]) for one in reply], (
        "length" if len(reply) < len(whole) else "stop"
    )


def _render(request: Request) -> Rendered:
    if request.model.id == "words":
        ids = words.encode_chat(request.messages)
        pieces = "".join(words.token(one).piece for one in ids)
        return Rendered(content=pieces, language="text", tokens=len(ids), exact=True)
    turns = [{"role": message.role, "content": message.text} for message in request.messages]
    body = {"model": request.model.id, "messages": turns, **request.sampling.chosen_values()}
    length = sum(len(tokens_of(message.text)) for message in request.messages)
    content = json.dumps(body, ensure_ascii=False, indent=2)
    return Rendered(content=content, language="json", tokens=length, exact=True)


def _draw_reply(request: Request) -> tuple[list[TokenLogprob], Finish]:
    """A reply of `words`: drawn with its seed, until the end mark or the reply's longest."""
    ids = words.encode_chat(request.messages)
    start, sampling, reply = len(ids), request.sampling, list[TokenLogprob]()
    longest = min(sampling.max_tokens or _LONGEST, words.CONTEXT - start)
    lot = random.SystemRandom() if sampling.seed is None else random.Random(sampling.seed)
    while len(reply) < longest:
        probabilities = distribution(words.logits(ids), sampling, ids[:start], ids[start:])
        one = draw(probabilities, lot.random())
        if one == words.END:
            return reply, "stop"
        reply.append(_token_logprob(_score_token(ids, one, request.logprobs or 0)))
        ids.append(one)
        if any(mark in words.decode(ids[start:]) for mark in sampling.stop):
            return reply[:-1], "stop"
    return reply, "length"


def _score_token(ids: Sequence[int], chosen: int, alternatives: int) -> ScoredToken:
    own = log_softmax(words.logits(ids))
    best = np.argsort(-own, kind="stable")[:alternatives]
    named = tuple((words.token(int(one)), float(own[one])) for one in best)
    return ScoredToken(words.token(chosen), float(own[chosen]), int(np.sum(own > own[chosen])) + 1, named)


def _token_logprob(one: ScoredToken) -> TokenLogprob:
    named = tuple((token.piece, logprob) for token, logprob in one.alternatives)
    return TokenLogprob(one.token.piece, one.logprob, named)


def connect(connection: Connection) -> Scripted:
    return Scripted()
