"""One candidate against its references: every text metric with its parts, and which words stand in a reference too."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from playground.languages import in_language
from playground.measuring import metrics
from playground.measuring.reference import Measured, Plain, Texts
from providers.catalog import ASSETS
from providers.errors import Failure, PlaygroundError

LONGEST = 2000
"""Characters of a text: what is longer is no sentence to look at, and would take longer than a key's stroke."""
ORDERS = 4
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the candidate, by its place in the text, and the length of the longest run of words around it that
    stands in a reference too: 0 for none, at most `ORDERS`."""

    start: int
    end: int
    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """Every metric that could be worked out, and why each of the others could not."""

    candidate: str
    references: tuple[str, ...]
    words: tuple[Word, ...]
    found: Mapping[str, Measured]
    failed: Mapping[str, Failure]


@dataclass(frozen=True, slots=True, kw_only=True)
class MicroscopeExample:
    """A pair of texts with something to notice."""

    name: str
    title: str
    candidate: str
    references: tuple[str, ...]
    notice: str


def examine(candidate: str, references: Sequence[str], language: str) -> Examined:
    """All text metrics of one candidate. An empty reference is left out; without any, metrics fail by name."""
    kept = tuple(one for one in references if one.strip())
    found, failed = dict[str, Measured](), dict[str, Failure]()
    for name in (*metrics.reference_names("texts"), *metrics.reference_names("plain")):
        try:
            plain = metrics.reference_metric(name).TRAITS.needs == "plain"
            given = (
                Plain(texts=(candidate,))
                if plain
                else Texts(candidates=(candidate,), references=(kept,), language=language)
            )
            found[name] = metrics.apply_metric(name, given)
        except PlaygroundError as error:
            failed[name] = Failure.of(error)
    return Examined(
        candidate=candidate, references=kept, words=matched_words(candidate, kept), found=found, failed=failed
    )


def matched_words(candidate: str, references: Sequence[str]) -> tuple[Word, ...]:
    """The candidate's words, each with the longest n-gram through it that a reference has."""
    places = [found.span() for found in _WORD.finditer(candidate)]
    mine = [_fold(candidate[start:end]) for start, end in places]
    theirs = [[_fold(found[0]) for found in _WORD.finditer(one)] for one in references]
    orders = [0] * len(mine)
    for order in range(1, ORDERS + 1):
        known = {tuple(words[at : at + order]) for words in theirs for at in range(len(words) - order + 1)}
        for at in range(len(mine) - order + 1):
            if tuple(mine[at : at + order]) in known:
                orders[at : at + order] = [order] * order
    return tuple(Word(start, end, order) for (start, end), order in zip(places, orders, strict=True))


def microscope_examples(language: str) -> tuple[MicroscopeExample, ...]:
    """In that language, or in English."""
    return in_language(_examples(), language)


def warm_up() -> None:
    """Import what the metrics stand on, which the first look else waits for."""
    examine("a b", ("a b",), "en")


def _fold(word: str) -> str:
    return unicodedata.normalize("NFC", word).casefold()


@cache
def _examples() -> Mapping[str, tuple[MicroscopeExample, ...]]:
    tables = tomllib.loads((ASSETS / "presets" / "microscope.toml").read_text("utf-8"))
    return _EXAMPLES.validate_python(tables)


_EXAMPLES: TypeAdapter[dict[str, tuple[MicroscopeExample, ...]]] = TypeAdapter(dict[str, tuple[MicroscopeExample, ...]])
