"""A model as judge: which of two answers is better by a rubric, asked in both orders.

Zheng et al. 2023, "Judging LLM-as-a-judge with MT-Bench and Chatbot Arena": judges favour a place, mostly the first,
so each pair is shown in both orders, and only who wins in both has won. `Judgements` have the wins (value: those of the
first, ties half, from 0 to 1), how often the order alone decided, and, with the votes of a person, their agreement as
Cohen's κ (−1 to 1; 0 is what chance gives).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from playground.languages import in_language
from playground.measuring.errors import UnusableReferences
from playground.measuring.statistics import cohen_kappa
from providers.catalog import ASSETS
from providers.types import Message

Vote = Literal["first", "second", "tie"]
Ask = Callable[[tuple[Message, ...]], Awaitable[str]]
"""Messages → what the judge writes."""
_SAID = re.compile(r"(?<!^)(?<![.!?\n] )(?<!\w)(A|B|(?i:tie|empate))(?!\w)")
_LEAD = re.compile(r"^\W*(A|B|tie|empate)\s*(?:$|[.,:;)*\n])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two answers to one question."""

    question: str
    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was said of a pair in the order given, and in the other one; `None` where no verdict could be read."""

    straight: Vote | None
    swapped: Vote | None

    @property
    def vote(self) -> Vote | None:
        """Who wins in both orders; a tie where the order decides; `None` where one of the two could not be read."""
        if self.straight is None or self.swapped is None:
            return None
        return self.straight if self.straight == self.swapped else "tie"

    @property
    def by_place(self) -> bool:
        """The order decided."""
        return None not in (self.straight, self.swapped) and self.straight != self.swapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """What a judge says of all pairs. `value` is the first one's share of wins, ties half."""

    value: float | None
    judged: int
    unread: int
    by_place: int
    votes: tuple[Vote | None, ...]
    kappa: float | None = None
    """Agreement with a person's votes, on the pairs that both have judged; `None` without any."""


async def judge(pair: Pair, rubric: str, language: str, ask: Ask) -> Judgement:
    """Both orders, one after the other. Raises what `ask` raises."""
    straight = read_verdict(await ask(judge_messages(pair, rubric, language)))
    other = Pair(question=pair.question, first=pair.second, second=pair.first)
    swapped = read_verdict(await ask(judge_messages(other, rubric, language)))
    turned: dict[Vote | None, Vote | None] = {"first": "second", "second": "first", "tie": "tie", None: None}
    return Judgement(straight=straight, swapped=turned[swapped])


def judge_messages(pair: Pair, rubric: str, language: str) -> tuple[Message, ...]:
    """The prompt: what is written into the answers is data between marks, and only ever fills gaps."""
    words = in_language(_wording(), language)
    said = words["judge"].format(
        rubric=rubric.strip() or words["rubric"], question=pair.question, first=pair.first, second=pair.second
    )
    return (Message.of("user", said),)


def default_rubric(language: str) -> str:
    """What is judged by where nobody says otherwise."""
    return in_language(_wording(), language)["rubric"]


def read_verdict(said: str) -> Vote | None:
    """The verdict a reply consists of or begins with, else its last one; an "A" that begins a sentence is none."""
    lead = _LEAD.match(said)
    word = lead[1] if lead else None
    if word is None:
        found = [one[1] for one in _SAID.finditer(said)]
        word = found[-1] if found else None
    if word is None:
        return None
    return "first" if word.upper() == "A" else "second" if word.upper() == "B" else "tie"


def sum_judgements(judged: Sequence[Judgement], votes: Sequence[Vote | None] = ()) -> Judgements:
    """All of them together. `votes`: a person's of each pair, `None` where there is none. Raises
    `UnusableReferences("unequal")` for another number of votes."""
    if votes and len(votes) != len(judged):
        raise UnusableReferences("unequal", said=len(judged), right=len(votes))
    found = tuple(one.vote for one in judged)
    known = [vote for vote in found if vote is not None]
    wins = sum({"first": 1.0, "tie": 0.5, "second": 0.0}[vote] for vote in known)
    both = [(mine, theirs) for mine, theirs in zip(found, votes, strict=False) if mine and theirs]
    return Judgements(
        value=wins / len(known) if known else None,
        judged=len(known),
        unread=len(found) - len(known),
        by_place=sum(one.by_place for one in judged),
        votes=found,
        kappa=cohen_kappa([one for one, _ in both], [one for _, one in both]) if both else None,
    )


@cache
def _wording() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((ASSETS / "prompts" / "judge.toml").read_text("utf-8"))
