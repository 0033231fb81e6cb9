"""Looking into local models. See `providers.whitebox.WhiteBox`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from providers.adapters.huggingface.engines.base import Internals, TokenScore
from providers.adapters.huggingface.families.causal import load_tokenizer
from providers.adapters.huggingface.memory.loader import ModelLoader
from providers.adapters.huggingface.tokens import Codec
from providers.adapters.huggingface.weights.fidelity import BY_LANGUAGE, is_measured, passes
from providers.adapters.huggingface.weights.record import keep_bits, read_bits, read_measures
from providers.decoding import Vector
from providers.errors import NO_ROOM, ContextTooLong, InputError, Overloaded, UnsupportedRequest, WeightsUnavailable
from providers.types import Message, ModelInfo
from providers.whitebox import Comparison, ModelCard, ScoredToken, Token


class LocalWhiteBox:
    """Tokens, logits and scores of the models of one `ModelLoader`."""

    texts = BY_LANGUAGE

    def __init__(self, loader: ModelLoader) -> None:
        self._loader = loader
        self._codecs: dict[str, Codec] = {}

    async def encode(self, model: ModelInfo, text: str, *, begin: bool = False) -> tuple[Token, ...]:
        codec = await self._codec(model)
        return await asyncio.to_thread(lambda: _tokens(codec, codec.encode(text, begin=begin)))

    async def encode_chat(self, model: ModelInfo, messages: Sequence[Message]) -> tuple[Token, ...]:
        codec = await self._codec(model)
        encode = codec.encode_messages if model.chat else codec.encode_plainly
        return await asyncio.to_thread(lambda: _tokens(codec, encode(messages).ids))

    async def tokens(self, model: ModelInfo, ids: Sequence[int]) -> tuple[Token, ...]:
        return await asyncio.to_thread(_tokens, await self._codec(model), ids)

    async def decode(self, model: ModelInfo, ids: Sequence[int]) -> str:
        return await asyncio.to_thread((await self._codec(model)).decode, ids)

    async def next_token_logits(self, model: ModelInfo, ids: Sequence[int]) -> Vector:
        async with self._internals(model, ids) as internals:
            return await asyncio.to_thread(internals.logits, ids)

    async def score(self, model: ModelInfo, ids: Sequence[int], alternatives: int = 0) -> tuple[ScoredToken, ...]:
        codec = await self._codec(model)
        async with self._internals(model, ids) as internals:
            scored = await asyncio.to_thread(internals.score, ids, alternatives)
        return await asyncio.to_thread(
            lambda: tuple(_scored_token(codec, ids[place], one) for place, one in enumerate(scored, start=1))
        )

    async def describe(self, model: ModelInfo) -> ModelCard:
        found = await self._loader.variants(model)
        if not found:
            return ModelCard(model=model, engine=None)
        folder = await self._loader.folder(model)
        nll = await asyncio.to_thread(read_measures, folder)
        refused = tuple(sorted(name for name in nll if not passes(name, nll)))
        bits = await asyncio.to_thread(read_bits, folder)
        every = await self._loader.variants(model, every=True)
        comparison: Comparison = "done"
        unpacked = not await self._loader.lacks_dense(model)
        if found[0].is_reference and not is_measured(found[0].name, nll):
            comparison = "none" if unpacked else "later"
        return ModelCard(
            model=model,
            engine=found[0].name,
            nll=nll,
            refused=refused,
            bits=bits,
            comparison=comparison,
            speeds=await self._loader.speeds(model),
            resident=tuple(variant.name for variant in every if self._loader.holds(model, variant)),
            inside=not unpacked or any(variant.has_internals for variant in every),
        )

    async def keep_bits(self, model: ModelInfo, bits: Mapping[str, float]) -> None:
        await asyncio.to_thread(keep_bits, await self._loader.folder(model), bits)

    async def _codec(self, model: ModelInfo) -> Codec:
        """The tokenizer alone: kept, since it is small. That of what is in memory; else the model is fetched."""
        if model.id not in self._codecs and (loaded := self._loader.codec(model)) is not None:
            self._codecs[model.id] = loaded
        if model.id not in self._codecs:
            await self._loader.read(model, "tokenizer", lambda folder: self._keep_codec(model, folder))
        return self._codecs[model.id]

    def _keep_codec(self, model: ModelInfo, folder: Path) -> None:
        self._codecs[model.id], _, _ = load_tokenizer(folder)

    @asynccontextmanager
    async def _internals(self, model: ModelInfo, ids: Sequence[int]) -> AsyncGenerator[Internals]:
        """The most faithful variant that can be looked into and for which there is memory."""
        if not ids:
            raise InputError("empty")
        async for _ in self._loader.unpack(model):
            pass
        found = [variant for variant in await self._loader.variants(model, every=True) if variant.has_internals]
        if not found:
            raise UnsupportedRequest("logits", model=model.name)
        for place, variant in enumerate(reversed(found), start=1):
            try:
                async for _ in self._loader.load(model, variant):
                    pass
            except WeightsUnavailable as error:
                if error.reason not in NO_ROOM or place == len(found):
                    raise
                continue
            with self._loader.use(model, variant) as loaded:
                if loaded is None or loaded.internals is None:  # it had to make room for another in between
                    raise Overloaded("busy_here", provider=model.provider, waiting=1)
                if loaded.context is not None and len(ids) > loaded.context:
                    raise ContextTooLong(provider=model.provider, tokens=len(ids), context=loaded.context)
                yield loaded.internals
            return


def _scored_token(codec: Codec, token: int, score: TokenScore) -> ScoredToken:
    best = tuple((_token(codec, other), logprob) for other, logprob in score.best)
    return ScoredToken(_token(codec, token), score.logprob, score.rank, best)


def _tokens(codec: Codec, ids: Sequence[int]) -> tuple[Token, ...]:
    return tuple(_token(codec, one) for one in ids)


def _token(codec: Codec, one: int) -> Token:
    return Token(one, codec.piece(one), one in codec.special)
