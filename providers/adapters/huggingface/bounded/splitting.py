"""By what a tokenizer changes and cuts a text before it looks for tokens: how many, how long, and whether they end.

Its regular expressions are run by Oniguruma, which goes back as often as it takes and cannot be stopped from a page. So
they are tried, in a process that can be ended, on texts that make an expression go back: long rows of one character, of
two, and of what the expression itself is made of, each ended by something else.
"""

from __future__ import annotations

import base64
import json
import math
import re
import struct
from collections.abc import Iterator, Mapping
from importlib import import_module
from itertools import combinations
from typing import Any

from providers.adapters.huggingface.bounded.checks import OutOfBounds
from providers.adapters.huggingface.bounded.expressions import KNOWN
from providers.adapters.huggingface.bounded.limits import end_after_computing
from providers.importing import importing

EXPRESSIONS = 64
LONGEST = 10_000
"""Characters of an expression; those that are published have some hundred."""
PIECE = 1024
"""Characters of a token, and of a word that is taken apart: beyond, a row of them takes its length squared."""
GROWTH = 64
"""How many times as long a text may become by what is put in for its parts."""
SECONDS = 1.0
"""Of computing, for one text. Those published take a hundredth."""
_ROW = 20_000
"""Characters: what takes twice as long for twice as many characters is quick, what takes four times as long is not."""
_WORDS = "aAé1 \n!"
_CHARACTERS = _WORDS + "zñß\t\r.,'\"-_/\\(){}$«\xa0\0\u0301\u200d中あا한ก🙂"
_ENDS = ("a", " ", "!")
_LETTERS, _SEQUENCES = 16, 16
"""At most so many characters and rows of characters are taken from the expressions themselves."""
_FAST = ("normalizer", "pre_tokenizer")
_LATER = ("decoder", "post_processor")


def check_expressions(tokenizer: Any, name: str) -> None:
    """Raises `OutOfBounds`. `tokenizer` is the content of a tokenizer.json."""
    found = list(_expressions(tokenizer))
    if len(found) > EXPRESSIONS or any(len(one) > LONGEST for one in found):
        raise OutOfBounds(name)
    # What joins tokens does so while a reply is written: nobody could try that before. None published needs one there.
    if not KNOWN.issuperset(_expressions(tokenizer, _LATER)):
        raise OutOfBounds(name)
    if math.prod(_growths(tokenizer)) > GROWTH:
        raise OutOfBounds(name)


def try_expressions(tokenizer: Any, name: str) -> None:
    """Raises `OutOfBounds` where one of them has gone back too often for the library. Where one takes too long, the
    system ends this process: only for one that was made to look at files."""
    found = list(_expressions(tokenizer))
    if not found:
        return
    with importing():
        from tokenizers import Tokenizer

    parts = {one: tokenizer.get(one) for one in _FAST}
    decoder = dict.fromkeys((*_LATER, "truncation", "padding"))
    model = {"type": "WordLevel", "vocab": {"?": 0}, "unk_token": "?"}
    written = {"version": "1.0", "added_tokens": [], **decoder, **parts, "model": model}
    try:
        made = Tokenizer.from_str(json.dumps(written))
    except Exception:  # noqa: BLE001 - the library raises nothing narrower: whoever loads the tokenizer is told
        return
    for text in _texts(found):
        end_after_computing(SECONDS)
        try:
            made.encode(text)
        except BaseException as error:
            # An expression that has gone back too often for the library ends in a panic, which is no Exception.
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            raise OutOfBounds(name) from None
    end_after_computing(0)


def is_plain(backend: Any) -> bool:
    """Whether it can be seen of a tokenizer of the library `tokenizers` that it comes back soon from any text: nothing
    cuts but what the library itself knows and expressions of published models, and no token is so long that looking for
    it takes long."""
    parts = {name: json.loads(part.__getstate__()) for name in _FAST if (part := getattr(backend, name)) is not None}
    if getattr(backend.model, "max_input_chars_per_word", 0) > PIECE or not KNOWN.issuperset(_expressions(parts)):
        return False
    return all(len(piece) <= PIECE for piece in backend.get_vocab())


def _parts(tokenizer: Any, names: tuple[str, ...] = (*_FAST, *_LATER)) -> Iterator[dict[str, Any]]:
    """Every object of the parts that change, cut and join texts."""
    waiting = [tokenizer.get(one) for one in names] if isinstance(tokenizer, dict) else []
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
        inside = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        waiting += [each for each in inside if isinstance(each, dict | list)]


def _expressions(tokenizer: Any, names: tuple[str, ...] = (*_FAST, *_LATER)) -> Iterator[str]:
    return (one["Regex"] for one in _parts(tokenizer, names) if isinstance(one.get("Regex"), str))


def _growths(tokenizer: Any) -> Iterator[float]:
    """Of each part that puts something in another's place: how many times as long that may be."""
    for one in _parts(tokenizer):
        content, pattern = one.get("content"), one.get("pattern")
        if isinstance(content, str) and isinstance(pattern, Mapping):
            plain = pattern.get("String")
            yield max(1.0, len(content) / max(1, len(plain) if isinstance(plain, str) else 1))
        if isinstance(table := one.get("precompiled_charsmap"), str):
            yield max(1.0, _longest_replacement(_bytes_of(table)))


def _bytes_of(table: str) -> bytes:
    try:
        return base64.b64decode(table)
    except ValueError:  # whoever loads the tokenizer is told
        return b""


def _longest_replacement(table: bytes) -> int:
    """Bytes of the longest text that sentencepiece's table of replacements puts in for a character. After the length of
    what they are looked up by, and that itself, they stand one after the other, each ended by a zero."""
    (length,) = struct.unpack("<L", table[:4]) if len(table) >= 4 else (0,)
    return max(map(len, table[4 + length :].split(b"\0")), default=0)


def check_pieces(written: bytes, name: str) -> None:
    """As `check_expressions`, of a vocabulary of sentencepiece's as its library writes it."""
    kinds: Any = import_module("sentencepiece.sentencepiece_model_pb2")
    model = kinds.ModelProto.FromString(written)
    tables = (model.normalizer_spec.precompiled_charsmap, model.denormalizer_spec.precompiled_charsmap)
    if any(_longest_replacement(table) > GROWTH for table in tables):
        raise OutOfBounds(name)
    if any(len(one.piece) > PIECE for one in model.pieces):  # its library looks for them in every text, wherever
        raise OutOfBounds(name)


def _texts(expressions: list[str]) -> Iterator[str]:
    plain = [re.sub(r"\\[pP]\{.*?\}|\\.", "\0", one) for one in expressions]
    letters = sorted({one for each in plain for one in each if one.isalnum()})[:_LETTERS]
    for one in dict.fromkeys([*_CHARACTERS, *letters]):
        yield from (one * _ROW + end for end in _ENDS)
    rows = ["".join(pair) for pair in combinations(_WORDS, 2)]
    within = {row for each in plain for row in re.findall(r"[\w ]{2,}", each)}
    for row in (*rows, *sorted(within, key=len, reverse=True)[:_SEQUENCES]):
        yield from (row * (_ROW // len(row)) + end for end in _ENDS[:2])
