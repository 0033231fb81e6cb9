"""What the tab draws of a measurement of ways to search."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from playground.measuring.summary import Comparison
from playground.page.parts.render import Renderer
from playground.tabs.rag.lab.measuring.table import RetrievalScores, Score
from playground.tabs.rag.page.drawing import claims, measures
from playground.tabs.rag.page.drawing.passages import draw_passage_scores
from playground.tabs.rag.page.events.measure_plan import parse_sizes
from playground.tabs.rag.page.export import to_csv, to_json
from playground.text import texts
from providers.errors import InputError
from tests.playground.page.markup import Seen
from tests.playground.tabs.rag.drawn_documents import (
    PASSAGE,
    sentence,
)


def row(way: str = "dense", cutting: str = "200", **values: object) -> RetrievalScores:
    score = Score(mean=0.75, low=0.5, high=0.9)
    found = {"key": f"{way}@{cutting}", "way": way, "cutting": cutting, "questions": 40, "lost": 1, "failed": 2}
    return RetrievalScores(
        **{**found, "scores": {"recall": score, "mrr": score, "ndcg": score}, "seconds": 0.004, **values}
    )


class TestMeasures:
    def test_every_number_has_its_interval_and_its_n(self, show):
        compared = Comparison(
            baseline="hybrid@200", items=40, better=1, worse=9, p=0.02, difference=-0.2, low=-0.3, high=-0.1
        )
        drawn = measures.draw_measure_table(show, [row(comparison=compared)], 5)
        text = re.sub(r"\s+", " ", Seen(drawn).text)
        assert "by meaning, 200 tokens" in text and "n = 40" in text and "1 whose words stand in no chunk" in text
        assert "75% (50% – 90%)" in text and "0.75 (0.50 – 0.90)" in text and "+1 / −9, p = 0.020" in text
        assert "Recall@5" in text and "4 ms" in text

    def test_the_statistics_go_by_the_names_of_what_was_used(self, show):
        whole = {name: replace(score, binary=True) for name, score in row().scores.items()}
        drawn = [measures.draw_measure_table(show, [one], 5) for one in (row(scores=whole), row())]
        assert "McNemar" in drawn[0] and "sign test" not in drawn[0]
        assert "McNemar" not in drawn[1] and "sign test" in drawn[1] and "bootstrap" in drawn[1]

    def test_the_computers_time_and_the_time_in_company_are_told_apart(self, show):
        drawn = measures.draw_measure_table(show, [row(computing=0.002)], 5)
        assert "<td>2 ms</td><td>4 ms</td>" in drawn and "Computer time" in drawn and "Found after" in drawn

    def test_numbers_are_written_as_the_language_writes_them(self):
        spanish = Renderer(texts(), "es")
        one = sentence("Mide 41 m.", 0, 10, label="supported", passage=1, score=0.5)
        assert "0,50" in claims.support_tip(spanish, one)
        assert "−0,250" in draw_passage_scores(spanish, PASSAGE, ["dense"])

    def test_each_language_has_its_own_table(self, show):
        found = {"": [row()], "en": [row()], "es": [row()]}
        drawn = measures.draw_measures(show, found, 5)
        assert drawn.count("<table") == 3 and "Only questions in Spanish" in drawn
        assert measures.draw_measures(show, {"": [row()], "en": [row()]}, 5).count("<table") == 1

    def test_a_figure_of_what_was_measured(self, show):
        drawn = measures.plot_recall(show, [row(), row("hybrid")], 5).to_plotly_json()
        assert [line["x"][0] for line in drawn["data"]] == [0.75, 0.75]
        assert drawn["layout"]["xaxis"]["title"]["text"] == "Recall@5"
        assert measures.plot_recall(show, [row(scores={})], 5) is None

    def test_no_cell_of_the_file_is_a_formula(self):
        found = {"": [row(way='=HYPERLINK("http://a")', cutting="+1", key="x")]}
        table = to_csv(found, 5)
        assert "'=HYPERLINK" in table and "\n=" not in table
        assert json.loads(to_json(found, 5))["rows"][0]["recall"] == 0.75

    @pytest.mark.parametrize(("typed", "sizes"), [("200", (200,)), ("100, 200;100", (100, 200)), (" 60 ", (60,))])
    def test_chunk_lengths_as_people_type_them(self, typed, sizes):
        assert parse_sizes(typed) == sizes

    @pytest.mark.parametrize("typed", ["", "many", "5", "-200", "1e3", "100000", "9" * 5000, "²", None])
    def test_what_is_no_chunk_length(self, typed):
        with pytest.raises(InputError):
            parse_sizes(typed)
