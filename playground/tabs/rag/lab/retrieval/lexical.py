"""Search by words: BM25 over stems, each text stemmed and rid of stop words in its own language.

BM25 as Lucene computes it, k1 1.5, b 0.75 (Robertson and Zaragoza 2009; Kamphuis et al. 2020), by the library bm25s.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence

import bm25s
import numpy as np
import Stemmer
from bm25s import stopwords
from numpy.typing import NDArray

from playground.tabs.rag.lab.documents import Chunk

_WORD = re.compile(r"\w+")
_STEMMERS = {
    "ca": "catalan", "da": "danish", "de": "german", "en": "english", "es": "spanish", "fr": "french",
    "it": "italian", "nl": "dutch", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish",
}  # fmt: skip
_ASKING = {
    "en": {"tell", "explain", "please", "many", "much"},
    "es": {"cuál", "cuáles", "cuánto", "cuánta", "cuántos", "cuántas", "cómo", "cuándo", "dónde", "quién", "quiénes",
           "cuales", "cuanto", "cuantos", "cuantas", "qué", "según", "explica", "dime"},
}  # fmt: skip
"""What only questions say, beside the lists of stop words."""


def stop_words(language: str) -> frozenset[str]:
    lists = {
        "de": stopwords.STOPWORDS_GERMAN,
        "en": stopwords.STOPWORDS_EN_PLUS,
        "es": stopwords.STOPWORDS_SPANISH,
        "fr": stopwords.STOPWORDS_FRENCH,
        "it": stopwords.STOPWORDS_ITALIAN,
        "nl": stopwords.STOPWORDS_DUTCH,
        "pt": stopwords.STOPWORDS_PORTUGUESE,
        "ru": stopwords.STOPWORDS_RUSSIAN,
        "sv": stopwords.STOPWORDS_SWEDISH,
    }
    return frozenset(lists.get(language, ())) | frozenset(_ASKING.get(language, ()))


def words(text: str) -> list[str]:
    """In small letters, composed as Unicode NFC does."""
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())


def strip_accents(word: str) -> str:
    """Without its accents (and without ñ's tilde)."""
    return "".join(mark for mark in unicodedata.normalize("NFD", word) if not unicodedata.combining(mark))


class Stems:
    """A language's stems of words, each computed once."""

    def __init__(self, language: str) -> None:
        self.stop = stop_words(language)
        name = _STEMMERS.get(language)
        self._stem: Callable[[str], str] = Stemmer.Stemmer(name).stemWord if name else str
        self.known = dict[str, str]()

    def of(self, text: str) -> list[str]:
        stems = list[str]()
        for word in words(text):
            stem = self.known.get(word)
            if stem is None:
                stem = self.known[word] = "" if word in self.stop else self._stem(word)
            if stem:
                stems.append(stem)
        return stems


class Lexicon:
    """The words of chunks. Immutable once built; searching needs no lock."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self.ids = tuple(chunk.id for chunk in chunks)
        self.files = np.array([chunk.document for chunk in chunks])
        self._spoken = np.array([chunk.language for chunk in chunks])
        self.languages = tuple(sorted({chunk.language for chunk in chunks}))
        stems = {language: Stems(language) for language in self.languages}
        tokens = [stems[chunk.language].of(chunk.embedded) for chunk in chunks]
        self._accented = _accented(stems.values())
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
        stop = stop_words(language)
        wanted = [word for word in words(question) if word not in stop]
        found = dict[str, None]()
        for one in self.languages:
            stems = Stems(one)
            stems.stop = frozenset()
            found |= dict.fromkeys(stems.of(" ".join(wanted)))
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


def _accented(languages: Iterable[Stems]) -> dict[str, tuple[str, ...]]:
    """Words without their accents → the stems of the words that have them."""
    found = dict[str, dict[str, None]]()
    for stems in languages:
        for word, stem in stems.known.items():
            if stem and not word.isascii() and (bare := strip_accents(word)) != word:
                found.setdefault(bare, {})[stem] = None
    return {bare: tuple(several) for bare, several in found.items()}
