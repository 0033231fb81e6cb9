"""A model as judge of a kept run's answers, in pairs, and what a person votes: what is judged, what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast, get_args

from pydantic import JsonValue

from playground.measuring.errors import UnusableReferences
from playground.measuring.metrics.judge import Judgement, Judgements, Pair, Vote, sum_judgements
from playground.measuring.outcomes import Cell, Outcomes
from playground.measuring.store import RunDescription

JUDGED, VOTES = "judged", "votes"
"""Details of a kept run: what a judge said of each question's pair, and what the visitor voted."""
MOST = 20
"""Pairs at a time: each is two requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRun:
    """A run's pairs, with what was said of them so far. `judge` is the model's name, "" where none has judged."""

    first: str
    second: str
    pairs: Mapping[str, Pair]
    judge: str = ""
    judgements: Mapping[str, Judgement]
    votes: Mapping[str, Vote]

    @property
    def summary(self) -> Judgements:
        """Of the pairs that were judged, with their agreement with the visitor's votes."""
        known = list(self.judgements)
        return sum_judgements([self.judgements[one] for one in known], [self.votes.get(one) for one in known])


def judged_run(description: RunDescription, outcomes: Outcomes, count: int = MOST) -> JudgedRun:
    """The first two columns on the first `count` questions that both have answered in words. Raises
    `UnusableReferences("items")` for a run without two such columns."""
    if len(description.columns) < 2:
        raise UnusableReferences("items")
    one, other = description.columns[:2]
    pairs: dict[str, Pair] = {}
    for item in description.items:
        first, second = (outcomes.get(Cell(column.key, item.id)) for column in (one, other))
        if first is not None and second is not None and first.text.strip() and second.text.strip():
            pairs[item.id] = Pair(question=item.question, first=first.text, second=second.text)
        if len(pairs) == count:
            break
    if not pairs:
        raise UnusableReferences("items")
    kept = _table(description, JUDGED)
    said = kept.get("items")
    rows = said if isinstance(said, dict) else {}
    return JudgedRun(
        first=one.label,
        second=other.label,
        pairs=pairs,
        judge=str(kept.get("judge") or ""),
        judgements={item: _judgement(rows[item]) for item in pairs if item in rows},
        votes={item: vote for item, value in _table(description, VOTES).items() if (vote := read_vote(value))},
    )


def judged_json(judge: str, judgements: Mapping[str, Judgement]) -> dict[str, JsonValue]:
    """What is kept of a judge's verdicts."""
    items: dict[str, JsonValue] = {item: [one.straight, one.swapped] for item, one in judgements.items()}
    return {"judge": judge, "items": items}


def read_vote(value: object) -> Vote | None:
    """`None` for what is no vote."""
    return cast(Vote, value) if value in get_args(Vote) else None


def _judgement(row: JsonValue) -> Judgement:
    said: Sequence[object] = row if isinstance(row, list) and len(row) == 2 else (None, None)
    return Judgement(straight=read_vote(said[0]), swapped=read_vote(said[1]))


def _table(description: RunDescription, name: str) -> Mapping[str, JsonValue]:
    found = description.details.get(name)
    return found if isinstance(found, dict) else {}
