"""A text as the rules of `departures` read it: its words in order, and the clause that each stands in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from playground.tabs.rag.lab.retrieval.terms import TextToken, tokens, word_set

JOINS = word_set("and but while whereas or y e o u pero mientras sino")
_BREAKS = re.compile(r"[;:!?\n]|\.(?=\W)")
_OPENERS = word_set(
    """the a an in on at of for her his its their our your my each every this that these those between after before
    under by with from el la los las un una unos unas en su sus cada este esta estos estas ese esa de del por para con
    según tras entre desde al"""
)
"""Words that may stand before a sentence's subject; any other, such as a pronoun, stands for one."""
NEAR = 2
"""Words of content that belong to a number, a name or a negation."""


@dataclass(frozen=True)
class AnalyzedText:
    """A text as the rules read it: its words in order, and the clause that each stands in."""

    words: tuple[TextToken, ...]
    language: str

    @classmethod
    def of(cls, text: str, language: str) -> AnalyzedText:
        """`language` as `terms` takes it."""
        return cls(tokens(text, language), language)

    @cached_property
    def clauses(self) -> tuple[int, ...]:
        """The number of each word's clause; a conjunction begins one."""
        found, number = list[int](), 0
        for place, word in enumerate(self.words):
            number += bool(place) and (word.plain in JOINS or self.begins(place))
            found.append(number)
        return tuple(found)

    def begins(self, place: int) -> bool:
        """A sentence, or what a semicolon or a colon parts; the point of «a.m.» does not."""
        before = self.words[place].before
        if place and len(self.words[place - 1].plain) == 1 and not _BREAKS.search(before.replace(".", "")):
            return False
        return _BREAKS.search(before) is not None

    @cached_property
    def number_ahead(self) -> tuple[bool, ...]:
        """Whether a number follows each word within its clause."""
        found, last = list[bool](), -1
        for word, clause in zip(reversed(self.words), reversed(self.clauses), strict=True):
            found.append(clause == last)
            last = clause if word.readings else last
        return tuple(reversed(found))

    @cached_property
    def topics(self) -> frozenset[str]:
        """What each sentence begins with: its subject, which later clauses leave out or call «it»."""
        found, open_ended = set[str](), True
        for place, word in enumerate(self.words):
            open_ended = open_ended or self.begins(place)
            if open_ended and word.stem:
                found.add(word.stem)
                open_ended = word.name
            elif open_ended and not word.readings:
                open_ended = word.plain in _OPENERS
        return frozenset(found)

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(word.stem for word in self.words if word.stem)

    def content(self, places: Iterable[int], most: int) -> list[str]:
        """The stems of the first words of content at these places, up to the next number."""
        found = list[str]()
        for place in places:
            word = self.words[place]
            if word.readings or len(found) == most:
                break
            if word.stem and not word.name:
                found.append(word.stem)
        return found

    def around(self, place: int, aside: frozenset[str]) -> list[str]:
        """The words of content that what stands at a place belongs to: those behind it in its clause, or else the one
        before it that is not among the stems to leave aside."""
        clause = self.clauses[place]
        after = (one for one in range(place + 1, len(self.words)) if self.clauses[one] == clause)
        before = (one for one in range(place - 1, -1, -1) if self.clauses[one] == clause)
        return self.content(after, NEAR) or [one for one in self.content(before, NEAR) if one not in aside][:1]

    def beside(self, places: Sequence[int], *, after: bool = False) -> frozenset[str]:
        """All stems of the clauses in which these places are. `after`: and of those joined behind them that have no
        name of their own, whose subject is the same."""
        chosen = {self.clauses[place] for place in places}
        if after:
            chosen |= {joined for clause in chosen for joined in self._joining_clauses(clause)}
        pairs = zip(self.words, self.clauses, strict=True)
        return frozenset(word.stem for word, clause in pairs if clause in chosen and word.stem)

    def _joining_clauses(self, clause: int) -> Iterator[int]:
        for number in range(clause + 1, self.clauses[-1] + 1):
            first = self.clauses.index(number)
            inside = [word for word, one in zip(self.words, self.clauses, strict=True) if one == number]
            if self.begins(first) or any(word.name for word in inside):
                return
            yield number
