"""Encoder–decoders: T5, Marian and their kin, streamed. See `providers.heads.Seq2Seq`.

transformers' own `generate` writes, so that a model's forbidden and forced tokens hold; at each step the likeliest one.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from providers.adapters.huggingface.families.heads.pool import LocalHead
from providers.errors import InputError
from providers.importing import importing
from providers.types import Done, Event, TextDelta, Timing, Usage

if TYPE_CHECKING:
    from providers.adapters.huggingface.families.heads.network import HeadNetwork


class LocalSeq2Seq(LocalHead):
    """An encoder–decoder on this computer."""

    KIND = "AutoModelForSeq2SeqLM"
    MARKS = True
    """The tokenizer's own marks stand around what is read."""

    async def transform(self, text: str, *, instruction: str = "", max_tokens: int = 60) -> AsyncGenerator[Event]:
        if not text.strip():
            raise InputError("empty")
        start = time.perf_counter()
        async for progress in self._pool.load(self.info, self.KIND):
            yield progress
        given = f"{instruction.strip()} {text}" if instruction.strip() else text
        async with self._pool.open(self.info, self.KIND) as network:
            pieces: asyncio.Queue[str | None] = asyncio.Queue()
            loop, stop = asyncio.get_running_loop(), threading.Event()

            def tell(piece: str) -> None:
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

            writer = _Writer(tell, stop, max_tokens, self.MARKS)
            working = asyncio.ensure_future(asyncio.to_thread(_write, network, given, writer))
            working.add_done_callback(lambda _: pieces.put_nowait(None))
            first = None
            try:
                while (piece := await pieces.get()) is not None:
                    first = first or time.perf_counter()
                    yield TextDelta(piece)
                read, written, ended = working.result()
            finally:
                stop.set()
                await asyncio.wait({working})  # the thread lets go of the model before anybody else may
        now = time.perf_counter()
        yield Done(
            finish="stop" if ended else "length",
            usage=Usage(input_tokens=read, output_tokens=written),
            timing=Timing(first_token=(first or now) - start, total=now - start),
            engine="torch-float32",
        )


class LocalCausal(LocalSeq2Seq):
    """A causal model that transformers alone can write with: what it reads comes first, and is not told again."""

    KIND = "AutoModelForCausalLM"
    MARKS = False


@dataclass(frozen=True, slots=True)
class _Writer:
    """Who is told what is written, who says when to stop, how many tokens at most, and `LocalSeq2Seq.MARKS`."""

    tell: Callable[[str], object]
    stop: threading.Event
    most: int
    marks: bool


def _write(network: HeadNetwork, text: str, writer: _Writer) -> tuple[int, int, bool]:
    """Tokens that were read and written, and whether the model came to an end by itself."""
    with importing():
        import torch
        from transformers import StoppingCriteriaList

    with network.reading():
        ids = list(network.encode(text, add_special_tokens=writer.marks)["input_ids"])
        given = torch.tensor([ids], device=network.network.device)
        stream = _TextPieces(network.tokenizer, writer)
        written = network.network.generate(
            given,
            attention_mask=torch.ones_like(given),
            max_new_tokens=writer.most,
            max_length=None,
            do_sample=False,
            num_beams=1,
            streamer=stream,
            stopping_criteria=StoppingCriteriaList([stream.stops]),
        )
        network.computed += len(ids) + len(stream.ids)
        ends = network.network.generation_config.eos_token_id
    last = int(written[0, -1])
    return len(ids), len(stream.ids), last in (ends if isinstance(ends, list) else [ends])


class _TextPieces:
    """Takes tokens from `generate` and tells their text as far as it is certain: without half a character."""

    def __init__(self, tokenizer: Any, writer: _Writer) -> None:
        self.ids: list[int] = []
        self._tokenizer, self._writer = tokenizer, writer
        self._told = ""
        self._started = False

    def put(self, value: Any) -> None:
        """Called with what stands before the reply (a mark, or the text), then with each token."""
        if not self._started:
            self._started = True
            return
        self.ids += value.reshape(-1).tolist()
        text = self._text()
        self._tell("" if text.endswith("\ufffd") else text)

    def end(self) -> None:
        self._tell(self._text())

    def stops(self, ids: Any, scores: Any, **_: Any) -> Any:
        with importing():
            import torch
        return torch.full((ids.shape[0],), self._writer.stop.is_set(), device=ids.device, dtype=torch.bool)

    def _text(self) -> str:
        """Nothing is tidied up afterwards, so that what was told stays the beginning of what there is."""
        decoded: str = self._tokenizer.decode(self.ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return decoded

    def _tell(self, text: str) -> None:
        if len(text) > len(self._told) and text.startswith(self._told):
            self._writer.tell(text[len(self._told) :])
            self._told = text
