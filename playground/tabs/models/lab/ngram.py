"""An n-gram model of words, trained on the spot: it counts which word follows which few words, and knows nothing else.

Two ways to give a share to what was never counted:

- add-k (Lidstone 1920): (c(h w) + k) / (c(h) + k·V);
- interpolated Kneser–Ney (Kneser and Ney 1995; Chen and Goodman 1999, section 4.1.6; Jurafsky and Martin, "Speech and
  Language Processing", section 3.8): a discount d is taken from each count and shared out by the next shorter model,
  which counts in how many different surroundings a word stood. The shortest one shares with all words alike.

V counts every different word of the text, and one more that stands for all others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from playground.tabs.models.lab.errors import NgramError
from providers.decoding import distribution, draw
from providers.errors import InputError
from providers.sampling import Sampling

Smoothing = Literal["kneser_ney", "add_k"]
LONGEST_ORDER = 5
DISCOUNT = 0.75
"""What Kneser and Ney's papers, and most since, come out at for counts of one."""
ADDED = 0.1
LEAST = 20
"""Words of a text from which anything can be learnt."""
"""What stands for every word that the text does not have."""
_WORD = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")
_CLOSING, _OPENING = frozenset(".,;:!?)]}»”’…%"), frozenset("([{«“‘¿¡$")
Vector = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoothed:
    """How probabilities are made of counts. `added` is k of add-k, `discount` d of Kneser–Ney, from 0 to 1."""

    smoothing: Smoothing = "kneser_ney"
    added: float = ADDED
    discount: float = DISCOUNT


@dataclass(frozen=True, slots=True)
class ScoredWord:
    """A word of a text; `known`: of how many words before it (at most) the model had seen it follow."""

    word: str
    probability: float
    known: bool


@dataclass(frozen=True, slots=True)
class _NgramLevel:
    """The n-grams of one length, sorted; each is its beginning (a place in the shorter level) and its last word."""

    keys: Places
    counts: Places
    contexts: Places
    """In how many different surroundings each stood: words before it, the beginning of the text being one."""


@dataclass(frozen=True, slots=True)
class NgramModel:
    """Counts of one text, of n-grams up to `order`. Immutable; for several threads."""

    order: int
    words: tuple[str, ...]
    """The vocabulary; what it lacks is number `len(words)`."""
    tokens: int
    """Words of the text, punctuation among them."""
    _ids: dict[str, int] = field(repr=False)
    _levels: tuple[_NgramLevel, ...] = field(repr=False)

    @property
    def size(self) -> int:
        """V."""
        return len(self.words) + 1

    @property
    def ngram_counts(self) -> tuple[int, ...]:
        """How many different n-grams of each length there are."""
        return tuple(len(level.keys) for level in self._levels)

    def probabilities(self, context: Sequence[str], how: Smoothed) -> Vector:
        """Of every word to come next, shape (V,); they sum to 1. Only the last `order − 1` words before it count."""
        ids = [self._ids.get(word, len(self.words)) for word in context][-(self.order - 1) :] if self.order > 1 else []
        return self._add_k(ids, how.added) if how.smoothing == "add_k" else self._kneser_ney(ids, how.discount)

    def score(self, text: str, how: Smoothed) -> tuple[ScoredWord, ...]:
        """Each word of a text, after the words before it. Raises `InputError("empty")`."""
        found, words = [], split_words(text)
        if not words:
            raise InputError("empty")
        for place, word in enumerate(words):
            chances = self.probabilities(words[:place], how)
            id = self._ids.get(word, len(self.words))
            found.append(ScoredWord(word, float(chances[id]), id < len(self.words)))
        return tuple(found)

    def likeliest(self, text: str, how: Smoothed, top: int = 5) -> tuple[tuple[str, float], ...]:
        """The words that most likely come next, with their probabilities."""
        chances = self.probabilities(split_words(text), how)[:-1]
        return tuple((self.words[place], float(chances[place])) for place in chances.argsort()[::-1][:top].tolist())

    def generate(self, text: str, count: int, how: Smoothed, sampling: Sampling) -> str:
        """`count` words (and marks) more, each drawn as from any model. "Another word" is never drawn."""
        drawing, words = np.random.default_rng(sampling.seed), split_words(text)
        prompt, written = [self._ids[word] for word in words if word in self._ids], list[int]()
        for _ in range(count):
            with np.errstate(divide="ignore"):  # what has no share has no logit
                logits = np.log(self.probabilities(words, how)[:-1])
            if np.isneginf(logits).all():  # all of it was "another word": any will do
                logits = np.zeros_like(logits)
            chances = distribution(logits, sampling, prompt, written)
            written.append(draw(chances, float(drawing.random())))
            words.append(self.words[written[-1]])
        return join_words([self.words[place] for place in written])

    def _add_k(self, ids: Sequence[int], added: float) -> Vector:
        """Where nothing was counted and nothing is added, every word is alike."""
        counts = np.zeros(self.size)
        if (place := self._place(ids)) is not None:
            level = self._levels[len(ids)]
            start, end = self._followers(level, place)
            counts[level.keys[start:end] % self.size] = level.counts[start:end]
        counts += added
        total = counts.sum()
        return cast(Vector, counts / total if total > 0 else np.full(self.size, 1 / self.size))

    def _kneser_ney(self, ids: Sequence[int], discount: float) -> Vector:
        chances = np.full(self.size, 1 / self.size)
        for length in range(len(ids) + 1):
            place = self._place(ids[len(ids) - length :])
            if place is None:  # these words never stood together; nor did longer ones
                break
            level = self._levels[length]
            start, end = self._followers(level, place)
            if start == end:  # only at the end of the text
                break
            counts = (level.counts if length == self.order - 1 else level.contexts)[start:end].astype(np.float64)
            total = counts.sum()
            chances *= discount * len(counts) / total
            chances[level.keys[start:end] % self.size] += (counts - discount) / total
        return chances

    def _place(self, ids: Sequence[int]) -> int | None:
        """Where these words stand in the level of their length; 0 for none at all, `None` where they never did."""
        place = 0
        for level, id in zip(self._levels, ids, strict=False):
            key = place * self.size + id
            place = int(np.searchsorted(level.keys, key))
            if place == len(level.keys) or level.keys[place] != key:
                return None
        return place

    def _followers(self, level: _NgramLevel, place: int) -> tuple[int, int]:
        """From where to where in a level the n-grams lie that begin with what stands at that place of the shorter."""
        start, end = np.searchsorted(level.keys, [place * self.size, (place + 1) * self.size])
        return int(start), int(end)


def train(text: str, order: int) -> NgramModel:
    """Count a text. Raises `NgramError`: "order", and "short_training" for a text of fewer than `LEAST` words."""
    if not 1 <= order <= LONGEST_ORDER:
        raise NgramError("order", highest=LONGEST_ORDER)
    found = split_words(text)
    if len(found) < LEAST:
        raise NgramError("short_training", words=len(found), least=LEAST)
    vocabulary = {word: place for place, word in enumerate(dict.fromkeys(found))}
    stream = np.fromiter((vocabulary[word] for word in found), dtype=np.int64, count=len(found))
    size = len(vocabulary) + 1
    levels: list[_NgramLevel] = []
    places = np.zeros(len(stream), dtype=np.int64)  # of the n-gram that begins at each word, one shorter than counted
    shorter: Places | None = None
    for length in range(1, order + 1):
        keys, firsts, places, counts = np.unique(
            places[: len(stream) - length + 1] * size + stream[length - 1 :],
            return_index=True,
            return_inverse=True,
            return_counts=True,
        )
        if shorter is not None:
            levels[-1] = _with_contexts(levels[-1], shorter[firsts + 1], int(shorter[0]))
        levels.append(_NgramLevel(keys, counts, counts))
        shorter = places
    return NgramModel(order, tuple(vocabulary), len(found), vocabulary, tuple(levels))


def _with_contexts(level: _NgramLevel, endings: Places, first: int) -> _NgramLevel:
    """`endings`: the n-gram that each different one longer by a word ends with; `first`: the one the text begins with,
    before which stands the beginning."""
    contexts = np.bincount(endings, minlength=len(level.keys))
    contexts[first] += 1
    return _NgramLevel(level.keys, level.counts, contexts)


def split_words(text: str) -> list[str]:
    """Words and single punctuation marks."""
    return _WORD.findall(text)


def join_words(words: Sequence[str]) -> str:
    """As they are written: no space before a comma, none after an opening bracket."""
    pieces: list[str] = []
    for word in words:
        if pieces and word not in _CLOSING and pieces[-1] not in _OPENING:
            pieces.append(" ")
        pieces.append(word)
    return "".join(pieces)
