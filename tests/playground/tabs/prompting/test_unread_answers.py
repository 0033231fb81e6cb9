"""What is told where no answer could be read."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from playground.measuring import Extraction, Item, Outcome
from playground.measuring.extract import NOTHING
from playground.measuring.outcomes import Cell
from playground.measuring.store import ColumnDescription, RunDescription
from playground.page.parts.render import Renderer
from playground.page.parts.run_items import draw_run_items
from playground.strategies.solving.trace import Trace, TraceStep
from playground.tabs.prompting.page.api import line_json
from playground.tabs.prompting.page.drawing import cards, items, lines, results, steps
from playground.tabs.prompting.page.drawing.figures import plot_results
from playground.tabs.prompting.visit.cards import Card
from playground.text import texts
from tests.playground.tabs.prompting.measuring import ADDER, shown_text

ITEMS = tuple(Item(id=str(number), question=f"What is {number} + 1?", answer=str(number + 1)) for number in range(5))


TRIED = ColumnDescription(key="zero_shot@x", label="Zero-shot", model="scripted/echo", strategy="zero_shot")


def unread_run(repeats: int = 1) -> tuple[RunDescription, dict[Cell, Outcome]]:
    """Two right, one wrong, twice no readable answer."""
    description = RunDescription(
        tasks="sums",
        language="en",
        kind="number",
        metric="exact",
        items=ITEMS,
        columns=(TRIED,),
        baseline=TRIED.key,
        repeats=repeats,
    )
    right = Outcome(text="1", extraction=Extraction("1", 0, 1, "stated"), score=1.0, done=True)
    none = Outcome(text="I cannot say.", extraction=NOTHING, score=0.0, done=True)
    found = (right, right, replace(right, score=0.0), none, none)
    return description, {Cell(TRIED.key, item.id): one for item, one in zip(ITEMS, found, strict=True)}


class TestNoReadableAnswer:
    @pytest.mark.parametrize(
        ("language", "wrong", "unread"),
        [("en", "1 wrong", "2 without a readable answer"), ("es", "1 mal", "2 sin respuesta legible")],
    )
    @pytest.mark.parametrize("summed", [lines.result_lines, lines.partial_lines])
    def test_the_table_counts_it_apart_from_wrong(self, language, wrong, unread, summed):
        show = Renderer(texts(), language)
        said = shown_text(results.draw_results(show, summed(*unread_run())))
        assert show.text("prompting.unread_info") in results.draw_results(show, summed(*unread_run()))
        assert f"{wrong} · {unread}" in said and re.search(r"40\s?%", said)

    def test_each_question_has_a_sign_of_its_own(self, show):
        drawn = draw_run_items(show, *unread_run())
        assert [drawn.count(f'class="{kind}"') for kind in ("right", "wrong", "unread")] == [2, 1, 2]
        assert drawn.count('aria-label="no readable answer"') == 2
        opened = items.draw_item(show, *unread_run(), "3")
        assert "no readable answer" in opened and 'class="wrong"' not in opened
        assert 'class="wrong"' in items.draw_item(show, *unread_run(), "2")
        judged = [items.draw_item(show, *unread_run(), name).count("data-score") for name in ("0", "2", "3")]
        assert judged == [0, 0, 2], "whoever reads an answer there may say whether it is right"

    def test_so_does_a_card(self, show):
        card = Card(strategy="zero_shot", ref=ADDER, state="done", extraction=NOTHING, score=0.0)
        drawn = cards.draw_card(show, card)
        assert "no readable answer" in drawn and 'class="wrong"' not in drawn

    def test_over_several_runs_it_is_said_too(self, show):
        description, outcomes = unread_run(repeats=2)
        assert "In 2 of these replies no answer could be read." in results.draw_steadiness(show, description, outcomes)
        assert draw_run_items(show, description, outcomes).count("0/1 <small>1 <span") == 2

    def test_the_figure_shows_what_the_mean_would_be_at_best(self, show):
        accuracy, _ = plot_results(show, lines.result_lines(*unread_run()))
        mean, best = accuracy.data
        assert (mean.x, best.x) == ((0.4,), (0.8,))
        assert best.name.replace("<br>", " ") == "if every reply without a readable answer were right"
        assert tuple(best.customdata[0]) == (2, 1)

    def test_a_vote_says_how_many_chains_had_none(self, show):
        chains = [TraceStep(kind="chain", text="It is 4.", extracted=said, parent=0) for said in ("4", "4", None, None)]
        vote = TraceStep(kind="vote", text="4", parent=1, score=1.0, votes=2, kept=True)
        trace = Trace(steps=(TraceStep(kind="prompt", messages=()), *chains, vote), answer="4", done=True)
        drawn = steps.draw_steps(show, trace, "k")
        assert "no readable answer" in drawn and drawn.count('class="unread"') == 1
        assert '<td class="number">2</td>' in drawn

    def test_the_endpoint_reports_it(self):
        (line,) = lines.result_lines(*unread_run())
        reported = line_json(line)
        assert (reported["wrong"], reported["unread"]) == (1, 2)
