"""A language model of some sixty words without weights: its logits are a pure function of the ids before them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from providers.decoding import Vector
from providers.types import Message
from providers.whitebox import Token

END = 0
_MARKS = ("<|end|>", "<|system|>", "<|user|>", "<|assistant|>")
_BYTES = tuple(f"<0x{number:02X}>" for number in range(256))
_TEXT = """The capital of France is Paris . , a city where the river sleeps under seven bridges and every baker sings
Madrid Spain Lima Peru small old moon light over water rain on stone I think you know that we were once students here
it was cold but nobody cared because music came from an open window"""
_WORDS = tuple(dict.fromkeys(w for word in _TEXT.split() for w in (word if word in ".," else f" {word}", word)))
_PIECES = (*_MARKS, *_BYTES, "\n", " ", *_WORDS)
_IDS = {piece: place for place, piece in enumerate(_PIECES)}
_FIRST_WORD = len(_MARKS) + len(_BYTES)
_SPLIT = re.compile("|".join(re.escape(word) for word in sorted(_PIECES[_FIRST_WORD:], key=len, reverse=True)))
_CHAIN = ("The", " capital", " of", " France", " is", " Paris", ".", " The", " capital")
_FOLLOWS = {_IDS[one]: _IDS[other] for one, other in pairwise(_CHAIN)}
CONTEXT = 512


def encode(text: str) -> list[int]:
    """Whole words where they are known, bytes where they are not; never a mark."""
    ids, place = [], 0
    while place < len(text):
        if (word := _SPLIT.match(text, place)) is not None:
            ids.append(_IDS[word.group()])
            place = word.end()
        else:
            ids += [len(_MARKS) + byte for byte in text[place].encode("utf-8", "replace")]
            place += 1
    return ids


def encode_chat(messages: Sequence[Message]) -> list[int]:
    """Each message after its role's mark; a begun answer is left open."""
    ids: list[int] = []
    for message in messages:
        ids += [_IDS[f"<|{message.role}|>"], *encode(message.text), END]
    return ids[:-1] if messages and messages[-1].role == "assistant" else [*ids, _IDS["<|assistant|>"]]


def token(number: int) -> Token:
    return Token(number, _PIECES[number], special=number < len(_MARKS))


def decode(ids: Sequence[int]) -> str:
    """The text, marks left out; a character that is not whole is �."""
    pieces = [
        bytes([number - len(_MARKS)]) if number < _FIRST_WORD else _PIECES[number].encode()
        for number in ids
        if number >= len(_MARKS)
    ]
    return b"".join(pieces).decode("utf-8", "replace")


def logits(ids: Sequence[int]) -> Vector:
    """Shape (vocabulary,). What follows depends on the last two tokens, and the end on the length."""
    last, before = ids[-1], ids[-2] if len(ids) > 1 else 0
    mixed = (np.arange(len(_PIECES), dtype=np.int64) * 7919 + last * 104_729 + before * 1_299_709) % 9973
    result: Vector = mixed / 9973 * 6.0
    result[:_FIRST_WORD] -= 12.0
    result[END] = -3.0 + 0.05 * len(ids)
    if last in _FOLLOWS:
        result[_FOLLOWS[last]] = 8.5
    return result
