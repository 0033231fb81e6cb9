"""Crafted replies of each kind in both languages, `answers/*.jsonl`, scored as a person would score them.

A row has the reply, what a person reads in it (`null`: no answer), the right answer, and the person's verdict.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path

import pytest

from playground.measuring import Control, Item, Plan, TaskSet, run
from playground.measuring.extract import Sought, extract
from playground.measuring.items import Kind
from playground.measuring.metrics import Scoring
from playground.measuring.outcomes import Outcome, verdict
from playground.measuring.summary import ColumnSummary, summarise
from playground.measuring.tasks import load
from playground.strategies.runs.contestant import Contestant, column
from playground.strategies.solving.strategy import strategy
from providers.adapters.scripted import Scripted
from providers.types import Done, Event, Request, TextDelta, Timing, Usage

ANSWERS = Path(__file__).with_name("answers")
KINDS: Mapping[str, Kind] = {
    "choice": "choice",
    "label": "label",
    "mathematics": "number",
    "number": "number",
    "text": "text",
    "yesno": "label",
}
CHOICES = {
    ("choice", "en"): ("red", "green", "blue", "yellow"),
    ("choice", "es"): ("rojo", "verde", "azul", "amarillo"),
    ("yesno", "en"): ("yes", "no"),
    ("yesno", "es"): ("sí", "no"),
}
NOT_READ = {"45 dollars and 50 cents"}  # forty-five and a half, or what it costs in dollars and in cents?
EVERY = [(kind, language) for kind in KINDS for language in ("en", "es")]


def rows(kind: str, language: str) -> list[dict[str, str | None]]:
    return [json.loads(line) for line in (ANSWERS / f"{kind}.{language}.jsonl").read_text("utf-8").strip().split("\n")]


def task_set(kind: str, language: str) -> TaskSet:
    """A question a row, "Question 7"; its answer is the row's."""
    sentiment = load("sentiment", language)
    choices = sentiment.items[0].choices if kind == "label" else CHOICES.get((kind, language), ())
    items = tuple(
        Item(id=f"{number:02d}", question=f"Question {number}", answer=str(row["gold"]), choices=choices)
        for number, row in enumerate(rows(kind, language))
    )
    aliases = sentiment.aliases if kind == "label" else None
    return TaskSet(name=kind, language=language, kind=KINDS[kind], items=items, aliases=aliases)


class Crafted(Scripted):
    """A model that replies to "Question 7" with the reply of row 7."""

    def __init__(self, replies: list[str]) -> None:
        super().__init__()
        self.replies = replies

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        asked = re.search(r"Question (\d+)", request.messages[-1].text)
        assert asked is not None
        reply = self.replies[int(asked[1])]
        if reply:
            yield TextDelta(reply)
        yield Done(finish="stop", usage=Usage(input_tokens=1, output_tokens=1), timing=Timing(first_token=0, total=0))


async def evaluated(kind: str, language: str) -> tuple[list[Outcome], ColumnSummary]:
    """A run of zero-shot over the crafted replies, as `evaluate` makes it."""
    tasks = task_set(kind, language)
    model = Crafted([str(row["reply"]) for row in rows(kind, language)])
    echo = next(one for one in await model.models() if one.id == "echo")
    contestant = Contestant(strategy=strategy("zero_shot"), provider=model, model=echo)
    metric = "contains" if tasks.kind == "text" else "exact"
    measured = column(contestant, tasks, metric, Scoring(language=language))
    async with aclosing(run(Plan(columns=(measured,), items=tasks.items), Control())) as snapshots:
        last = [snapshot async for snapshot in snapshots][-1]
    outcomes = [outcome for _, outcome in sorted(last.outcomes.items())]
    return outcomes, summarise(last.outcomes, [measured.key])[0]


@pytest.mark.parametrize(("kind", "language"), EVERY)
async def test_a_run_is_scored_as_a_person_would(kind: str, language: str) -> None:
    outcomes, summary = await evaluated(kind, language)
    expected = rows(kind, language)
    assert len(outcomes) == len(expected) == 44
    said = ["no_readable_answer" if row["verdict"] == "nothing" else row["verdict"] for row in expected]
    assert [
        (row["reply"], got)
        for row, got, want in zip(expected, map(verdict, outcomes), said, strict=True)
        if got != want
    ] == []
    assert (summary.wrong, summary.unread) == (said.count("wrong"), said.count("no_readable_answer"))


@pytest.mark.parametrize(("kind", "language"), [(kind, language) for kind, language in EVERY if kind != "text"])
def test_what_is_read_is_what_a_person_reads(kind: str, language: str) -> None:
    tasks = task_set(kind, language)
    for row, item in zip(rows(kind, language), tasks.items, strict=True):
        sought = Sought(kind=tasks.kind, choices=item.choices, language=language, aliases=tasks.aliases)
        assert extract(str(row["reply"]), sought).value == row["reads"], row["reply"]


def test_other_replies_are_read_as_a_person_reads_them_nearly_always() -> None:
    """Written after the rules were, to see how far they go. `choices` may be the name of a task set."""
    lines = [json.loads(line) for line in (ANSWERS / "others.jsonl").read_text("utf-8").strip().split("\n")]
    missed = []
    for row in lines:
        tasks = load(row["choices"], row["language"]) if isinstance(row["choices"], str) else None
        choices = tasks.items[0].choices if tasks else tuple(row["choices"])
        aliases = tasks.aliases if tasks else None
        sought = Sought(kind=row["kind"], choices=choices, language=row["language"], aliases=aliases)
        if extract(row["reply"], sought).value != row["reads"]:
            missed.append(row["reply"])
    assert set(missed) <= NOT_READ and len(lines) > 700
