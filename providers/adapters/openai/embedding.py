"""Embedding models behind OpenAI's protocol. Every text leaves for the server. See `providers.embedding.Embedder`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from itertools import count

import numpy as np
import openai
from numpy.typing import NDArray
from openai.types import CreateEmbeddingResponse

from providers.base import Network
from providers.embedding import EmbeddingInfo, Purpose, check_window
from providers.errors import PlaygroundError, StreamTruncated, Timeout
from providers.remote.estimate import estimate_text_tokens
from providers.remote.refusals import VendorCall
from providers.remote.stream import wait_before_retry
from providers.types import Message, ModelInfo, Progress, Request

TEXTS = 128
TOKENS = 64_000
"""Of one request, at most; the tokens by our own estimate. OpenAI takes 2,048 texts and 300,000 tokens."""


class RemoteEmbedder:
    """`translate` makes one of our errors of whatever the SDK raises, so that nothing of a vendor's goes further."""

    def __init__(
        self,
        info: EmbeddingInfo,
        sdk: openai.AsyncOpenAI,
        network: Network,
        translate: Callable[[Exception, VendorCall], PlaygroundError],
    ) -> None:
        self.info = info
        self._sdk, self._network, self._translate = sdk, network, translate
        self._longer = max(info.question_prefix, info.passage_prefix, key=len)

    async def prepare(self) -> AsyncIterator[Progress]:
        for nothing in tuple[Progress, ...]():
            yield nothing

    async def embed(self, texts: Sequence[str], purpose: Purpose = "passage") -> NDArray[np.float32]:
        """Raises `InputError("window")` before anything is sent, and what a chat model's vendor makes raise."""
        prefix = self.info.question_prefix if purpose == "question" else self.info.passage_prefix
        prefixed = [prefix + (text or " ") for text in texts]  # vendors refuse an empty text
        check_window(self.info, [estimate_text_tokens(text) for text in prefixed])
        found = [await self._request(batch) for batch in _batches(prefixed)]
        if len({rows.shape[1] for rows in found}) > 1:
            raise StreamTruncated("malformed", provider=self.info.provider)
        return np.concatenate(found) if found else np.zeros((0, self.info.dimensions or 0), dtype=np.float32)

    def count(self, text: str) -> int:
        """An estimate from above, three bytes a token: the vendor's tokenizer is not here."""
        return estimate_text_tokens(self._longer + text)

    async def _request(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One request, tried again where that may help."""
        for tried in count():
            answer = await self._once(texts)
            if not isinstance(answer, PlaygroundError):
                return self._vectors(answer, len(texts))
            wait = wait_before_retry(answer, tried, self._network)
            if wait is None:
                raise answer
            await asyncio.sleep(wait)
        raise AssertionError

    async def _once(self, texts: Sequence[str]) -> CreateEmbeddingResponse | PlaygroundError:
        seconds = self._network.total
        try:
            async with asyncio.timeout(seconds):
                return await self._sdk.embeddings.create(model=self.info.id, input=list(texts), encoding_format="float")
        except TimeoutError:
            return Timeout("total", provider=self.info.provider, seconds=seconds)
        except Exception as error:  # noqa: BLE001 - an SDK raises anything, and none of it may go further
            return self._translate(error, self._vendor_call(texts))

    def _vendor_call(self, texts: Sequence[str]) -> VendorCall:
        info = self.info
        model = ModelInfo(id=info.id, provider=info.provider, name=info.name, context=info.window)
        longest = Message.of("user", max(texts, key=len))
        return VendorCall(provider=info.provider, request=Request(model=model, messages=(longest,)))

    def _vectors(self, answer: CreateEmbeddingResponse, expected: int) -> NDArray[np.float32]:
        """In the order asked for, each of length 1. Raises `StreamTruncated("malformed")` for anything else."""
        failure = StreamTruncated("malformed", provider=self.info.provider)
        try:
            rows = sorted(answer.data, key=lambda row: row.index)
            if [row.index for row in rows] != list(range(expected)):
                raise ValueError
            vectors = np.array([row.embedding for row in rows], dtype=np.float64)
        except (ValueError, TypeError, AttributeError):  # fields of another type than the protocol's
            raise failure from None
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True) if vectors.ndim == 2 else np.zeros(1)
        if not np.all(np.isfinite(lengths)) or not np.all(lengths > 0):
            raise failure
        if self.info.dimensions not in (None, vectors.shape[1]):
            raise failure
        return np.asarray(vectors / lengths, dtype=np.float32)


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    start, tokens = 0, 0
    for place, text in enumerate(texts):
        tokens += estimate_text_tokens(text)
        if place > start and (place - start == TEXTS or tokens > TOKENS):
            yield texts[start:place]
            start, tokens = place, estimate_text_tokens(text)
    if texts:
        yield texts[start:]
