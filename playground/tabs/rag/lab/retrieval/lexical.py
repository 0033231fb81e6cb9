"""Search by words: BM25 over stems, each text stemmed and rid of stop words in its own language.

BM25 as Lucene computes it, k1 1.5, b 0.75 (Robertson and Zaragoza 2009; Kamphuis et al. 2020), by the library bm25s.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray

from playground.tabs.rag.lab.documents import Chunk
from playground.tabs.rag.lab.retrieval.search_terms import Stems, asked_words, strip_accents


class Lexicon:
    """The words of chunks. Immutable once built; searching needs no lock."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self.ids = tuple(chunk.id for chunk in chunks)
        self.files = np.array([chunk.document for chunk in chunks])
        self._spoken = np.array([chunk.language for chunk in chunks])
        self.languages = tuple(sorted({chunk.language for chunk in chunks}))
        stems = {language: Stems(language) for language in self.languages}
        tokens = [stems[chunk.language].of(chunk.embedded_text) for chunk in chunks]
        self._accented = _map_accents(stems.values())
        self._bm25 = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
        if any(tokens):
            self._bm25.index(tokens, show_progress=False)
        self._empty = not any(tokens)

    def search(self, question: str, language: str, n: int, files: Sequence[str] = ()) -> list[tuple[str, float]]:
        """At most n chunks that share a word with the question, best first, with their scores above 0."""
        terms = self.terms(question, language)
        if self._empty or not terms:
            return []
        scores: NDArray[np.float32] = self._bm25.get_scores(terms)
        if files:
            scores = np.where(self.within(files), scores, 0)
        best = np.argsort(-scores, kind="stable")[:n]
        return [(self.ids[row], float(scores[row])) for row in best if scores[row] > 0]

    def within(self, files: Sequence[str]) -> NDArray[np.bool_]:
        """Which chunks are of these documents, shape (n,)."""
        return np.isin(self.files, list(files))

    def counts(self, files: Sequence[str] = ()) -> dict[str, int]:
        """Chunks by language, of all documents or of these."""
        spoken = self._spoken[self.within(files)] if files else self._spoken
        return {str(one): int(many) for one, many in zip(*np.unique(spoken, return_counts=True), strict=True)}

    def terms(self, question: str, language: str) -> list[str]:
        """The question's stems in each language of the texts, without its own language's stop words; none twice.

        A word without accents also stands for those of the texts that differ only by theirs.
        """
        wanted, found = asked_words(question, language), dict[str, None]()
        for one in self.languages:
            stem = Stems(one).stem
            found |= dict.fromkeys(stem(word) for word in wanted)
        for word in wanted:
            found |= dict.fromkeys(self._accented.get(word, ()))
        return list(found)


class Lexicons:
    """Those of the collections searched last, up to so many chunks in all: each costs memory and a moment."""

    def __init__(self, chunks: int = 200_000) -> None:
        self.most = chunks
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[int, Lexicon]] = OrderedDict()

    def get(self, key: Hashable, version: int, build: Callable[[], Lexicon]) -> Lexicon:
        """The lexicon of this version, built if need be. Two threads may both build one; that is wasted, not wrong."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0] == version:
                self._kept.move_to_end(key)
                return kept[1]
        built = build()
        with self._lock:
            self._kept[key] = version, built
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and sum(len(one.ids) for _, one in self._kept.values()) > self.most:
                self._kept.popitem(last=False)
        return built

    def forget(self, wanted: Callable[[Hashable], bool]) -> None:
        """Those of the keys for which `wanted` says so."""
        with self._lock:
            for key in [one for one in self._kept if wanted(one)]:
                del self._kept[key]


def _map_accents(languages: Iterable[Stems]) -> dict[str, tuple[str, ...]]:
    """Words without their accents → the stems of the words that have them."""
    found = dict[str, dict[str, None]]()
    for stems in languages:
        for word, stem in stems.known.items():
            if not word.isascii() and (bare := strip_accents(word)) != word:
                found.setdefault(bare, {})[stem] = None
    return {bare: tuple(several) for bare, several in found.items()}
