"""One word in several sentences: the same line of the table in each, and another vector after every layer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from playground.tabs.models.lab.errors import VectorsError, VectorsLimit
from playground.tabs.models.lab.vectors import Vectors, normalise_rows, parse_texts
from providers.inspection import InspectedModel, Inspector

MOST = 6
LONGEST = 64
"""Tokens of a sentence, all of whose layers are kept until they are compared."""


@dataclass(frozen=True, slots=True)
class FoundWord:
    """A sentence, and where the word stands in it."""

    sentence: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WordVectors:
    """How alike the word is to itself in each two sentences, by one model."""

    info: InspectedModel
    static: Vectors
    """Cosines of its lines in the table, shape (sentences, sentences): 1 wherever it is written alike."""
    contextual: Vectors
    """After each layer, shape (layers, sentences, sentences)."""


def find_word(word: str, lines: str) -> tuple[FoundWord, ...]:
    """The word's first place in each sentence (one a line), whole, in any case.

    Raises `VectorsError("word_missing")` for a sentence without it, "few_texts", `VectorsLimit("vector_texts")`.
    """
    sentences = parse_texts(lines)
    if len(sentences) > MOST:
        raise VectorsLimit("vector_texts", limit=MOST)
    pattern = re.compile(rf"(?<!\w){re.escape(word.strip())}(?!\w)", re.IGNORECASE)
    found = []
    for sentence in sentences:
        place = pattern.search(sentence) if word.strip() else None
        if place is None:
            raise VectorsError("word_missing", word=word.strip()[:80], sentence=sentence[:120])
        found.append(FoundWord(sentence, *place.span()))
    return tuple(found)


async def in_contexts(inspector: Inspector, words: Sequence[FoundWord]) -> WordVectors:
    """Raises `VectorsLimit("vector_tokens")`, `VectorsError("unknown_word")`, and as `Inspector.states`."""
    static, contextual = list[Vectors](), list[Vectors]()
    for one in words:
        cut = await inspector.cut(one.sentence)
        spans = await inspector.spans(one.sentence)
        if len(cut.tokens) > LONGEST:
            raise VectorsLimit("vector_tokens", limit=LONGEST, tokens=len(cut.tokens))
        places = [place for place, (start, end) in enumerate(spans) if start < one.end and end > one.start]
        if not places:
            raise VectorsError("unknown_word", word=one.sentence[one.start : one.end])
        ids = [token.id for token in cut.tokens]
        static.append((await inspector.input_embeddings([ids[place] for place in places])).mean(axis=0))
        contextual.append((await inspector.states(ids))[:, places].mean(axis=1))
    units = normalise_rows(np.stack(contextual, axis=1))
    table = normalise_rows(np.stack(static))
    return WordVectors(info=inspector.info, static=table @ table.T, contextual=units @ units.transpose(0, 2, 1))
