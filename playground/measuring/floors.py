"""What an accuracy is to be measured against: whoever always says the same, and whoever guesses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from playground.measuring.items import Item, Kind
from playground.measuring.outcomes import Outcomes
from playground.measuring.summary import extracted_answer

_NEARLY_ALWAYS = 0.9
_FEWEST = 5
"""Answers of which it can be said that nearly all are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Floors:
    """Accuracies from 0 to 1 on the same questions: of always saying `answer`, the most frequent right one, and of
    choosing at random."""

    answer: str
    majority: float
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Monotony:
    """A column that gives one `answer` nearly always: `count` times out of `of`."""

    answer: str
    count: int
    of: int


def floors(items: Sequence[Item], kind: Kind) -> Floors | None:
    """`None` where answers are not chosen from a list."""
    if kind not in ("label", "choice") or not items or not all(item.choices for item in items):
        return None
    right = Counter(answer for item in items for answer in {item.answer, *item.accept})
    answer, count = right.most_common(1)[0]
    chance = fmean(len({item.answer, *item.accept}) / len(item.choices) for item in items)
    return Floors(answer=answer, majority=count / len(items), chance=min(1.0, chance))


def monotony(outcomes: Outcomes, column: str, found: Floors | None) -> Monotony | None:
    """`None` where there is none, or where nearly all questions have that answer."""
    said = [extracted_answer(one) for cell, one in outcomes.items() if cell.column == column and one.failure is None]
    readable = Counter(answer for answer in said if answer)
    if found is None or len(said) < _FEWEST or not readable:
        return None
    answer, count = readable.most_common(1)[0]
    if count < _NEARLY_ALWAYS * len(said) or (answer == found.answer and found.majority >= _NEARLY_ALWAYS):
        return None
    return Monotony(answer=answer, count=count, of=len(said))
