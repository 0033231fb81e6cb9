"""What stands over and under a run's table: its title, its own settings, baselines, the names of the statistics."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from playground.measuring import Extraction, Item, Outcome
from playground.measuring.floors import floors, monotony
from playground.measuring.items import Kind
from playground.measuring.outcomes import Cell
from playground.measuring.store import ColumnDescription, RunDescription, StoredRun
from playground.page.parts.render import Renderer
from playground.page.parts.run_tables import draw_two
from playground.tabs.prompting.page.drawing.figures import plot_results
from playground.tabs.prompting.page.drawing.lines import result_lines
from playground.tabs.prompting.page.drawing.results import draw_results, draw_steadiness, draw_whole_results
from playground.tabs.prompting.page.drawing.title import draw_title
from playground.text import texts
from tests.playground.page.markup import Seen

LABELS = ("positive", "negative", "neutral")
TRUTH = ("positive",) * 4 + ("negative",) * 3 + ("neutral",) * 3
ZERO = ColumnDescription(key="zero_shot@a/m", label="Zero-shot", model="a/m", strategy="zero_shot")
FEW = ColumnDescription(
    key="few_shot@a/m",
    label="Few-shot",
    model="a/m",
    strategy="few_shot",
    options={"examples": 3},
    sampling={"temperature": 0.25},
)


@pytest.fixture(params=["en", "es"])
def show(request: pytest.FixtureRequest) -> Renderer:
    return Renderer(texts(), request.param)


def described(
    metric: str = "exact", kind: Kind = "label", repeats: int = 1, tasks: str = "sentiment"
) -> RunDescription:
    choices = LABELS if kind == "label" else ()
    items = tuple(
        Item(id=str(number), question=f"q{number}", answer=answer, choices=choices)
        for number, answer in enumerate(TRUTH)
    )
    return RunDescription(
        tasks=tasks,
        language="es",
        kind=kind,
        metric=metric,
        items=items,
        columns=(ZERO, FEW),
        baseline=ZERO.key,
        repeats=repeats,
        seed=7,
    )


def answered(zero: Sequence[str], few: Sequence[str]) -> dict[Cell, Outcome]:
    return {
        Cell(column.key, str(number)): Outcome(
            text=said,
            extraction=Extraction(said or None, None, None, "label"),
            score=float(said == truth),
            seconds=8.0,
            computing=0.5,
            done=True,
        )
        for column, answers in ((ZERO, zero), (FEW, few))
        for number, (said, truth) in enumerate(zip(answers, TRUTH, strict=True))
    }


def graded(scores: Sequence[float]) -> dict[Cell, Outcome]:
    return {
        Cell(column.key, str(number)): Outcome(text="x", score=score + extra, done=True)
        for column, extra in ((ZERO, 0.0), (FEW, 0.01))
        for number, score in enumerate(scores)
    }


def stored(description: RunDescription) -> StoredRun:
    return StoredRun(id="r", name="n", created="2026-11-29T10:20:00+00:00", description=description, done=20, failed=0)


class TestTitle:
    def test_it_names_set_number_language_models_strategies_metric_and_day(self, show: Renderer) -> None:
        text = Seen(draw_title(show, stored(described(repeats=2)))).text
        expected = {
            "en": ("Sentiment", "10 questions", "in Spanish", "accuracy (exact answers)"),
            "es": ("Sentimiento", "10 preguntas", "en español", "exactitud (respuestas exactas)"),
        }[show.language]
        named = ", ".join(show.text(f"strategy.{name}.title") for name in ("zero_shot", "few_shot"))
        for part in (*expected, named, show.moment("2026-11-29T10:20:00+00:00")):
            assert part in text
        assert " m · " in text, "the model"

    def test_its_settings_are_the_runs_own(self, show: Renderer) -> None:
        text = Seen(draw_title(show, stored(described()))).text
        assert show.number(0.25, "") in text and "examples 3" in text and "7" in text

    def test_a_set_and_a_metric_that_nobody_knows_go_by_their_names(self, show: Renderer) -> None:
        text = Seen(draw_title(show, stored(described(metric="new", tasks="mine.csv")))).text
        assert "mine.csv" in text and "new" in text


class TestBaselines:
    def test_majority_and_chance_stand_in_the_table(self, show: Renderer) -> None:
        found = floors(described().items, "label")
        assert found is not None
        assert (found.answer, found.majority, found.chance) == ("positive", 0.4, pytest.approx(1 / 3))
        description, outcomes = described(), answered(TRUTH, TRUTH)
        drawn = draw_results(show, result_lines(description, outcomes), description)
        assert re.findall(r'data-floor="(\w+)"', drawn) == ["majority", "chance"]
        assert "positive" in drawn and show.number(1 / 3, ".0%") in drawn
        cells = [row.count("<td>") for row in drawn.split("<tr ")[1:]]
        assert len(set(cells)) == 1, "every row has all columns"

    @pytest.mark.parametrize("kind", ["number", "text", "code", "summary"])
    def test_where_answers_are_not_chosen_there_are_none(self, kind: Kind) -> None:
        assert floors(described(kind=kind).items, kind) is None

    def test_whoever_always_says_the_same_is_named(self, show: Renderer) -> None:
        description, outcomes = described(), answered(["neutral"] * 9 + ["positive"], TRUTH)
        found = monotony(outcomes, ZERO.key, floors(description.items, "label"))
        assert found is not None and (found.answer, found.count, found.of) == ("neutral", 9, 10)
        assert monotony(outcomes, FEW.key, floors(description.items, "label")) is None
        said = Seen(draw_whole_results(show, description, result_lines(description, outcomes), outcomes)).text
        assert {"en": "answered “neutral” 9 times out of 10", "es": "respondió «neutral» 9 veces de 10"}[
            show.language
        ] in said

    def test_it_is_none_where_that_is_the_right_answer_nearly_always(self) -> None:
        items = tuple(replace(item, answer="neutral") for item in described().items)
        outcomes = answered(["neutral"] * 10, TRUTH)
        assert monotony(outcomes, ZERO.key, floors(items, "label")) is None


class TestFindings:
    def said(self, show: Renderer, zero: Sequence[str], few: Sequence[str]) -> str:
        description, outcomes = described(), answered(zero, few)
        return Seen(draw_whole_results(show, description, result_lines(description, outcomes), outcomes)).text

    def test_what_the_numbers_do_not_show_is_not_said(self, show: Renderer) -> None:
        said = self.said(show, [*TRUTH[:8], "x", "x"], TRUTH)
        assert {"en": "it is not shown which is better", "es": "no queda demostrado cuál es mejor"}[
            show.language
        ] in said

    def test_what_they_show_is(self, show: Renderer) -> None:
        better, worse = self.said(show, ["x"] * 10, TRUTH), self.said(show, TRUTH, ["x"] * 10)
        name = {"en": ("“Few-shot” is better here", "“Few-shot” is worse here")}
        name["es"] = ("«Few-shot» es mejor aquí", "«Few-shot» es peor aquí")
        assert name[show.language][0] in better and name[show.language][1] in worse

    def test_the_same_on_every_question(self, show: Renderer) -> None:
        assert {"en": "right on the same ones", "es": "aciertan las mismas"}[show.language] in self.said(
            show, TRUTH, TRUTH
        )


class TestNamesOfTheStatistics:
    def drawn(self, show: Renderer, description: RunDescription, outcomes: dict[Cell, Outcome]) -> str:
        return draw_whole_results(show, description, result_lines(description, outcomes), outcomes)

    def test_right_answers_have_wilson_and_mcnemar(self, show: Renderer) -> None:
        drawn = self.drawn(show, described(), answered(TRUTH, TRUTH))
        assert "Wilson" in drawn and "McNemar" in drawn and "bootstrap" not in drawn

    def test_scores_have_the_bootstrap_and_the_sign_test(self, show: Renderer) -> None:
        description = described("rouge", "summary", tasks="summary")
        drawn = self.drawn(show, description, graded([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]))
        assert "Wilson" not in drawn and "McNemar" not in drawn and "bootstrap" in drawn and "ROUGE-L" in drawn
        assert {"en": "sign test", "es": "prueba de los signos"}[show.language] in drawn
        text = Seen(drawn).text
        assert not re.search(r"right|acierta|Accuracy|Exactitud", text), "no answer is right or wrong by ROUGE"

    def test_over_several_runs_it_is_the_sign_test_too(self, show: Renderer) -> None:
        drawn = self.drawn(show, described(repeats=2), answered(TRUTH, TRUTH))
        assert "McNemar" not in drawn and "Wilson" in drawn

    def test_a_score_has_no_always_and_never(self, show: Renderer) -> None:
        description = described("rouge", "summary", repeats=2)
        outcomes = {
            Cell(ZERO.key, "0", repeat): Outcome(text="x", score=score, done=True)
            for repeat, score in ((0, 0.2), (1, 0.6))
        }
        assert show.number(0.4, ".2f") in draw_steadiness(show, description, outcomes)
        assert show.text("prompting.steady_title") not in draw_steadiness(show, description, outcomes)

    def test_so_do_the_figure_and_the_comparison_of_two_runs(self, show: Renderer) -> None:
        description, outcomes = (
            described("rouge", "summary"),
            graded([0.1, 0.2, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]),
        )
        figure, _ = plot_results(show, result_lines(description, outcomes))
        assert ":.0%" not in figure.data[0].hovertemplate  # type: ignore[attr-defined]
        compared = result_lines(description, outcomes)[1].found.comparison
        assert compared is not None
        for metric, test in (("rouge", {"en": "sign test", "es": "signos"}[show.language]), ("exact", "McNemar")):
            run = stored(replace(described(metric), language="en"))
            assert test in draw_two(show, run, run, {FEW.key: compared})


class TestTimes:
    def test_the_computers_time_and_the_time_in_company_are_told_apart(self, show: Renderer) -> None:
        description, outcomes = described(), answered(TRUTH, TRUTH)
        drawn = draw_results(show, result_lines(description, outcomes), description)
        assert f"<td>{show.number(0.5, '.2f')} s</td><td>{show.number(8, '.2f')} s</td>" in drawn
        assert {"en": "Computer time / question", "es": "Tiempo del equipo / pregunta"}[show.language] in drawn
        _, costs = plot_results(show, result_lines(description, outcomes))
        assert list(costs.data[1].x) == [0.5, 0.5]  # type: ignore[attr-defined]

    def test_a_run_that_was_kept_without_it_says_only_what_is_known(self, show: Renderer) -> None:
        description = described()
        old = {cell: replace(one, computing=None) for cell, one in answered(TRUTH, TRUTH).items()}
        assert f"<td>–</td><td>{show.number(8, '.2f')} s</td>" in draw_results(show, result_lines(description, old))
        _, costs = plot_results(show, result_lines(description, old))
        assert list(costs.data[1].x) == [8.0, 8.0]  # type: ignore[attr-defined]
