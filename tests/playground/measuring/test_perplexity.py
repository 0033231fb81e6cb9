"""Cross-entropy, perplexity and bits per byte: the arithmetic and the windows. That it is the loss of transformers is
seen in the room that has the real model: `tests/playground/tabs/models/test_surprise.py`."""

from __future__ import annotations

from math import log, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.measuring.perplexity import (
    bits_per_byte,
    cross_entropy,
    perplexity,
    piece_bytes,
    text_likelihood,
    window_for,
    windows,
)
from providers.errors import InputError
from providers.types import ModelInfo
from providers.whitebox import ScoredToken, Token

MODEL = ModelInfo(id="box", provider="here", name="Box", local=True, context=512)


class Box:
    """A token a character, each with probability 1/4; it marks beginnings where it is told to."""

    def __init__(self, mark: bool = False) -> None:
        self.mark = mark
        self.asked: list[int] = []

    async def encode(self, model, text, *, begin=False):
        tokens = tuple(Token(ord(one), one) for one in text)
        return (Token(0, "<s>", special=True), *tokens) if begin and self.mark else tokens

    async def score(self, model, ids, alternatives=0):
        self.asked.append(len(ids))
        return tuple(ScoredToken(Token(one, chr(one)), log(0.25), 1) for one in ids[1:])


def test_the_formulas():
    """Probabilities 1/2, 1/4, 1/8: 2 bits a token on average."""
    logprobs = [log(1 / 2), log(1 / 4), log(1 / 8)]
    assert cross_entropy(logprobs) == pytest.approx(2 * log(2))
    assert perplexity(logprobs) == pytest.approx(4)
    assert bits_per_byte(logprobs, 12) == pytest.approx(6 / 12)
    for measure in (cross_entropy, perplexity, lambda one: bits_per_byte(one, 3)):
        with pytest.raises(InputError):
            measure([])


@given(st.integers(2, 400), st.integers(2, 50), st.data())
def test_every_token_but_the_first_is_scored_once(length, window, data):
    stride = data.draw(st.integers(1, window))
    found = windows(length, window, stride)
    scored = [place for start, end, new in found for place in range(end - new, end)]
    assert scored == list(range(1, length))
    assert all(0 < end - start <= window and new <= end - start - 1 for start, end, new in found)
    # What is scored has at least window - stride tokens before it, but in the first window and where the text ends.
    assert all(end - new - start >= min(window - stride, end - start - 1) for start, end, new in found[1:])


async def test_what_is_counted():
    plain = await text_likelihood(Box(), MODEL, "añb")
    assert (plain.perplexity, len(plain.tokens), plain.bytes) == (pytest.approx(4), 2, 3)
    assert plain.first[0].piece == "a"
    marked = await text_likelihood(Box(mark=True), MODEL, "añb")
    assert (len(marked.tokens), marked.bytes) == (3, 4)
    assert marked.bits_per_byte == pytest.approx(3 * log2(4) / 4)


async def test_long_texts_are_read_in_windows():
    box = Box()
    found = await text_likelihood(box, MODEL, "x" * 1000, window=64, stride=16)
    assert len(found.tokens) == 999 and max(box.asked) == 64
    assert (found.window, found.stride) == (64, 16)
    assert window_for(MODEL, 4096) == 512
    with pytest.raises(ValueError, match="stride"):
        await text_likelihood(box, MODEL, "xyz", window=8, stride=9)
    with pytest.raises(InputError):
        await text_likelihood(box, MODEL, "x")


def test_the_bytes_of_a_token():
    assert piece_bytes(" ñ") == " ñ".encode()
    assert piece_bytes("<0xF0><0x9F>") == b"\xf0\x9f"
