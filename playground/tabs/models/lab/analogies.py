"""King − man + woman: words added and taken away as vectors, and what lies nearest to where one arrives."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from playground.tabs.models.lab.errors import VectorsError, VectorsLimit
from playground.tabs.models.lab.vectors import normalise_rows
from providers.catalog import ASSETS
from providers.embedding import Embedder
from providers.inspection import InspectedModel, Inspector

MOST = 8
"""Words that are added and taken away, together."""
SHOWN = 10
Space = Literal["input", "sentence"]
"""The table of input embeddings, which has a line for each token; or vectors that a model makes of whole texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedWord:
    """A word that is added, or taken away; in how many `pieces` the tokenizer cuts it (their mean is its vector)."""

    text: str
    added: bool
    pieces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """`asked`: it is one of the words that went in, or a piece of one: they lie near by themselves."""

    text: str
    cosine: float
    asked: bool


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedWords:
    """Words that neighbours are looked for among, and a model's vectors of them: texts × numbers, unit vectors."""

    texts: tuple[str, ...]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analogy:
    """Where the words lead in one space of one model, among so many `candidates`."""

    info: InspectedModel
    space: Space
    words: tuple[AskedWord, ...]
    neighbours: tuple[Neighbour, ...]
    candidates: int

    @property
    def answer(self) -> Neighbour | None:
        """The nearest that is none of the words that went in: what analogies are counted by."""
        return next((one for one in self.neighbours if not one.asked), None)


def parse_words(added: str, taken: str) -> tuple[AskedWord, ...]:
    """Words between commas. Raises `VectorsError("few_words")` where none is added, `VectorsLimit("vector_words")`."""
    words = [
        AskedWord(text=word, added=adds)
        for text, adds in ((added, True), (taken, False))
        for word in dict.fromkeys(part.strip() for part in text.replace(";", ",").split(",") if part.strip())
    ]
    if not any(word.added for word in words):
        raise VectorsError("few_words")
    if len(words) > MOST:
        raise VectorsLimit("vector_words", limit=MOST)
    return tuple(words)


async def solve_in_table(inspector: Inspector, words: Sequence[AskedWord], shown: int = SHOWN) -> Analogy:
    """Among all tokens. Mikolov et al. 2013, "Linguistic Regularities in Continuous Space Word Representations": unit
    vectors are added and taken away, and the nearest by cosine are told.

    Raises `VectorsError("unknown_word")`, and as `Inspector.input_embeddings`.
    """
    cut, total = list[AskedWord](), np.zeros(1, np.float32)
    for word in words:
        ids, pieces = await _pieces(inspector, word.text)
        vector = normalise_rows((await inspector.input_embeddings(ids)).mean(axis=0, keepdims=True))[0]
        total = total + (vector if word.added else -vector)
        cut.append(AskedWord(text=word.text, added=word.added, pieces=pieces))
    names = {_plain(part) for word in cut for part in (word.text, *word.pieces)}
    found = await inspector.nearest(total, shown + 4 * len(words))
    near = [Neighbour(text=token.piece, cosine=cosine, asked=_plain(token.piece) in names) for token, cosine in found]
    size = len(await inspector.vocabulary())
    return Analogy(
        info=inspector.info, space="input", words=tuple(cut), neighbours=_take_neighbours(near, shown), candidates=size
    )


async def embed_words(embedder: Embedder, words: Sequence[str] = ()) -> EmbeddedWords:
    """The words as this model sees them; without any, the `usual_words`: worth keeping, for it takes seconds."""
    texts = tuple(words or usual_words())
    return EmbeddedWords(texts, await embedder.embed(texts))


async def solve_in_sentences(
    embedder: Embedder, words: Sequence[AskedWord], among: EmbeddedWords, shown: int = SHOWN
) -> Analogy:
    """Among the words given: such a model makes a vector of any text, so somebody has to name what is looked among."""
    names = {_plain(word.text) for word in words}
    others = [place for place, word in enumerate(among.texts) if _plain(word) not in names]
    own = [word.text for word in words]
    embedded = await embedder.embed(own)
    signs = np.array([1.0 if word.added else -1.0 for word in words], np.float32)
    target = normalise_rows((signs @ embedded)[None])[0]
    cosines = np.concatenate([embedded, among.vectors[others]]) @ target
    order = np.argsort(-cosines, kind="stable")
    texts = [*own, *(among.texts[place] for place in others)]
    near = [
        Neighbour(text=texts[place], cosine=float(cosines[place]), asked=place < len(own)) for place in order.tolist()
    ]
    return Analogy(
        info=embedder.info,
        space="sentence",
        words=tuple(words),
        neighbours=_take_neighbours(near, shown),
        candidates=len(texts),
    )


def _take_neighbours(near: Sequence[Neighbour], count: int) -> tuple[Neighbour, ...]:
    """So many that did not go in, with those that did where they stand among them."""
    found, others = list[Neighbour](), 0
    for one in near:
        if others == count:
            break
        found.append(one)
        others += not one.asked
    return tuple(found)


async def _pieces(inspector: Inspector, word: str) -> tuple[list[int], tuple[str, ...]]:
    """The tokens of a word as it stands within a text, where a space comes before it; without it if that is shorter."""
    cuts = [await inspector.cut(text) for text in (f" {word}", word)]
    tokens = [[token for token in cut.tokens if not token.special] for cut in cuts]
    best = 0 if len(tokens[0]) <= len(tokens[1]) else 1
    if cuts[best].unknown or not tokens[best]:
        raise VectorsError("unknown_word", word=word)
    return [token.id for token in tokens[best]], tuple(token.piece for token in tokens[best])


def _plain(piece: str) -> str:
    return piece.strip().casefold()


@cache
def usual_words(assets: Path = ASSETS) -> tuple[str, ...]:
    """Some hundred common words of each language, to look for neighbours among."""
    table: dict[str, dict[str, str]] = tomllib.loads((assets / "words.toml").read_text("utf-8"))
    groups = [group for language in table.values() for group in language.values()]
    return tuple(dict.fromkeys(" ".join(groups).split()))
