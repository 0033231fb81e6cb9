"""Looking into local models. See `providers.whitebox.WhiteBox`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from providers.adapters.huggingface.engines.base import Look
from providers.adapters.huggingface.families.causal import tokenizer_of
from providers.adapters.huggingface.memory.ready import Ready, measured
from providers.adapters.huggingface.tokens import Codec
from providers.adapters.huggingface.weights.gate import passes
from providers.decoding import Vector
from providers.errors import ContextTooLong, InputError, Overloaded, WeightsUnavailable
from providers.types import Message, ModelInfo
from providers.whitebox import Card, Scored, Token


class Insight:
    def __init__(self, ready: Ready) -> None:
        self._ready = ready
        self._codecs: dict[str, Codec] = {}

    async def encode(self, model: ModelInfo, text: str) -> tuple[Token, ...]:
        codec = await self._codec(model)
        return _tokens(codec, await asyncio.to_thread(codec.encode, text))

    async def encode_chat(self, model: ModelInfo, messages: Sequence[Message]) -> tuple[Token, ...]:
        codec = await self._codec(model)
        return _tokens(codec, (await asyncio.to_thread(codec.render, messages))[1])

    async def tokens(self, model: ModelInfo, ids: Sequence[int]) -> tuple[Token, ...]:
        return _tokens(await self._codec(model), ids)

    async def decode(self, model: ModelInfo, ids: Sequence[int]) -> str:
        return (await self._codec(model)).decode(ids)

    async def next_token_logits(self, model: ModelInfo, ids: Sequence[int]) -> Vector:
        async with self._look(model, ids) as look:
            return await asyncio.to_thread(look.logits, ids)

    async def score(self, model: ModelInfo, ids: Sequence[int], alternatives: int = 0) -> tuple[Scored, ...]:
        codec = await self._codec(model)
        async with self._look(model, ids) as look:
            scored = await asyncio.to_thread(look.score, ids, alternatives)
        return tuple(
            Scored(_token(codec, ids[place]), one.logprob, one.rank, tuple((_token(codec, i), v) for i, v in one.best))
            for place, one in enumerate(scored, start=1)
        )

    async def describe(self, model: ModelInfo) -> Card:
        found = await self._ready.variants(model)
        if not found:
            return Card(model=model, engine=None)
        nll = measured(await self._ready.folder(model))
        refused = tuple(sorted(name for name in nll if not passes(name, nll)))
        return Card(model=model, engine=found[0].name, nll=nll, refused=refused)

    async def _codec(self, model: ModelInfo) -> Codec:
        """The tokenizer alone: kept, since it is small. Fetches the model if it is not here."""
        if model.id not in self._codecs:
            folder = await self._ready.folder(model)
            try:
                self._codecs[model.id], _, _ = await asyncio.to_thread(tokenizer_of, folder)
            except (OSError, ValueError, LookupError, TypeError, RuntimeError, ImportError) as error:
                raise WeightsUnavailable("damaged", model=model.name) from error
        return self._codecs[model.id]

    @asynccontextmanager
    async def _look(self, model: ModelInfo, ids: Sequence[int]) -> AsyncGenerator[Look]:
        """The most faithful variant that can be looked into and for which there is memory."""
        if not ids:
            raise InputError("empty")
        await self._ready.folder(model)
        found = [variant for variant in await self._ready.variants(model, every=True) if variant.inside]
        for place, variant in enumerate(reversed(found), start=1):
            try:
                async for _ in self._ready.load(model, variant):
                    pass
            except WeightsUnavailable as error:
                if error.reason != "memory" or place == len(found):
                    raise
                continue
            with self._ready.use(model, variant) as loaded:
                if loaded is None or loaded.look is None:  # it had to make room for another in between
                    raise Overloaded("busy_here", provider=model.provider, waiting=1)
                if loaded.context is not None and len(ids) > loaded.context:
                    raise ContextTooLong(provider=model.provider, tokens=len(ids), context=loaded.context)
                yield loaded.look
            return


def _tokens(codec: Codec, ids: Sequence[int]) -> tuple[Token, ...]:
    return tuple(_token(codec, one) for one in ids)


def _token(codec: Codec, one: int) -> Token:
    return Token(one, codec.piece(one), one in codec.special)
