"""The questions of a kept run: the marks of several tries, a question opened, and what an answer took."""

from __future__ import annotations

import pytest

from playground.measuring.extract import NOTHING, Extraction
from playground.measuring.items import Item
from playground.measuring.outcomes import Cell, Outcome
from playground.measuring.store import ColumnDescription, RunDescription
from playground.measuring.summary import Comparison, summarise
from playground.page.parts.facts import facts_text
from playground.page.parts.measures import draw_mean
from playground.page.parts.render import Renderer
from playground.page.parts.run_items import draw_run_item, draw_run_items
from playground.text import texts
from providers.errors import Failure
from providers.types import Usage
from tests.playground.tabs.prompting.measuring import shown_text

COLUMN = ColumnDescription(key="c", label="Zero-shot", model="scripted/echo")
ITEM = Item(id="i", question="Which one barks?", answer="dog", choices=("cat", "dog"))
READ = Extraction("dog", 0, 3, "whole")
RIGHT, WRONG = (Outcome(text="dog", extraction=READ, score=score, done=True) for score in (1.0, 0.0))
GRADED = Outcome(text="dog", extraction=READ, score=0.5, done=True)
UNREAD = Outcome(text="?", extraction=NOTHING, score=0.0, done=True)
FAILED = Outcome(failure=Failure("timeout.total", {"provider": "x", "seconds": 3}), done=True)
UNSCORED = Outcome(text="dog", done=True)


@pytest.fixture
def show() -> Renderer:
    return Renderer(texts(), "en")


def tried(*outcomes: Outcome, kind: str = "choice") -> tuple[RunDescription, dict[Cell, Outcome]]:
    description = RunDescription(
        tasks="own",
        language="en",
        kind=kind,
        metric="exact",
        items=(ITEM,),
        columns=(COLUMN,),
        repeats=max(2, len(outcomes)),
    )
    return description, {Cell("c", "i", repeat): outcome for repeat, outcome in enumerate(outcomes)}


@pytest.mark.parametrize(
    ("outcomes", "marks"),
    [
        ((), "·"),
        ((RIGHT, WRONG, RIGHT), "2/3"),
        ((RIGHT, UNREAD), "1/2 1"),
        ((RIGHT, FAILED), "1/1 1"),
        ((RIGHT, UNSCORED, UNSCORED), "1/1 2"),
        ((FAILED, FAILED), "2"),
        ((GRADED, RIGHT), "0.75"),
        ((GRADED, RIGHT, FAILED), "0.75 1"),
    ],
)
def test_of_several_tries_only_the_scored_ones_count(show, outcomes, marks):
    assert shown_text(draw_run_items(show, *tried(*outcomes))).split("Which one barks?")[1].strip() == marks


def test_an_opened_question_names_its_choices_and_each_try(show):
    drawn = draw_run_item(show, *tried(RIGHT, WRONG), "i")
    assert '<ol type="A"><li>cat</li><li>dog</li></ol>' in drawn
    assert [part in shown_text(drawn) for part in ("Zero-shot run 2", "right", "wrong")] == [True] * 3
    assert "<ol" not in draw_run_item(show, *tried(RIGHT, kind="text"), "i")
    assert draw_run_item(show, *tried(RIGHT), "another") == ""


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ((), "not yet"),
        ((FAILED, FAILED), "2 failed"),
        ((UNSCORED, FAILED), "1 failed · 1 for your eye"),
        ((RIGHT, WRONG, UNREAD, FAILED), "0.33 n = 1 · 1 wrong · 1 without a readable answer · 1 failed"),
    ],
)
def test_how_good_a_column_is_or_why_nobody_knows(show, outcomes, said):
    (found,) = summarise(tried(*outcomes)[1], [COLUMN.key])
    assert shown_text(draw_mean(show, found)) == said


def test_what_a_comparison_shows_by_its_own_p_or_a_corrected_one():
    def finding(better: int, worse: int, corrected: float | None = None) -> str:
        return Comparison(
            baseline="a", items=20, better=better, worse=worse, p=0.02, difference=0, low=0, high=0
        ).finding(corrected)

    assert [finding(9, 1), finding(1, 9), finding(0, 0)] == ["better", "worse", "alike"]
    assert [finding(9, 1, 0.06), finding(9, 1, 0.04)] == ["undecided", "better"]


@pytest.mark.parametrize(
    ("calls", "usage", "seconds", "cost", "said"),
    [
        (0, Usage(input_tokens=0, output_tokens=0), 0.034, 0.0, "0.03 s"),
        (1, Usage(input_tokens=9, output_tokens=2), 12.34, 0.0, "calls: 1 · 9 → 2 tokens · 12.3 s"),
        (
            2,
            Usage(input_tokens=9, output_tokens=0, estimated=True),
            1.0,
            None,
            "calls: 2 · ≈ 9 → 0 tokens · 1.0 s · price unknown",
        ),
        (
            1,
            Usage(input_tokens=9, output_tokens=2),
            1.0,
            0.25,
            "calls: 1 · 9 → 2 tokens · 1.0 s · ≈ $0.2500 (estimated)",
        ),
    ],
)
def test_what_an_answer_took(show, calls, usage, seconds, cost, said):
    assert facts_text(show, calls, usage, seconds, cost) == said
