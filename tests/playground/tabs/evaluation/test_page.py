"""What the tab's events do, without a browser: texts looked at, models compared, every kept run listed and opened."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest
from pydantic import TypeAdapter

from playground.measuring.extract import Extraction
from playground.measuring.items import Item
from playground.measuring.kinds import Kinds
from playground.measuring.outcomes import Cell, Outcome
from playground.measuring.store import ColumnDescription, RunDescription, StoredRun
from playground.page.parts.held import hold_values
from playground.page.parts.own_questions import show_columns, use_table
from playground.page.parts.render import Renderer
from playground.page.parts.run_exports import draw_exports
from playground.page.parts.run_items import PAGE, draw_run_items, pages_of
from playground.page.parts.run_kinds import AnyKind
from playground.page.program import App, Who
from playground.strategies.runs.describe import RunRequest
from playground.tabs.evaluation.page.drawing.compare import draw_comparison_run
from playground.tabs.evaluation.page.events import compare, exports, items, microscope, runs
from playground.tabs.evaluation.page.events import judge as events
from playground.tabs.evaluation.page.fields import CompareFields, checked_comparison
from playground.text import texts
from providers.errors import InputError
from providers.types import Sampling
from tests.playground.page.drawn import last_drawn
from tests.playground.tabs.sampling.test_page import HOSTILE, Seen

ADDER = "scripted/adder"


def harmless(markup: object) -> bool:
    """No element of the hostile text came to life."""
    return "<img" not in str(markup) and 'onerror="window' not in str(markup)


def asked(app: App, who: Who, *models: str, **values: object) -> RunRequest:
    plan = CompareFields(**{"tasks": "sentiment", "count": 4, **values})
    return checked_comparison(app, who, plan, models or (ADDER, "scripted/words"), Sampling(max_tokens=8))


async def last(screens: AsyncGenerator[compare.EvaluationCompareScreen]) -> compare.EvaluationCompareScreen:
    return compare.EvaluationCompareScreen(**await last_drawn(screens))


def big(measurement: str = "comparison", count: int = 1000) -> tuple[StoredRun, dict[Cell, Outcome]]:
    """A run of two columns on so many questions, with hostile names."""
    columns = tuple(ColumnDescription(key=f"c{n}", label=f"{HOSTILE} {n}", model=f"x/{n}") for n in range(2))
    asked = tuple(Item(id=str(n), question=f"{n} {HOSTILE}", answer=HOSTILE) for n in range(count))
    description = RunDescription(
        tasks="own", language="en", kind="text", metric="exact", items=asked, columns=columns, measurement=measurement
    )
    found = Extraction(HOSTILE, 0, len(HOSTILE), "whole")
    outcomes = {
        Cell(column.key, item.id): Outcome(text=HOSTILE, extraction=found, score=float(place == 0), done=True)
        for place, column in enumerate(columns)
        for item in asked
    }
    run = StoredRun(
        id="r", name=HOSTILE, created="2026-01-01T00:00:00+00:00", description=description, done=2 * count, failed=0
    )
    return run, outcomes


def written(kind: str, column: dict[str, object], item: str, details: dict[str, object]) -> dict[str, object]:
    """A run's description as its tab keeps it."""
    return {
        "tasks": kind,
        "language": "en",
        "kind": "text",
        "metric": "exact",
        "items": [{"id": item, "question": "Where?", "answer": "here"}],
        "columns": [{"label": column["key"], **column}],
        "measurement": kind,
        "details": details,
    }


_ASKED = {"id": "q1", "language": "en", "question": "Where?", "document": "a.txt", "quotes": ["here"]}
_RANKS = {"k": 3, "ranks": [1], "first": 1, "metrics": {"recall": 1.0, "mrr": 1.0, "ndcg": 1.0}}
_SEEN = "image-chart-en-1"
KEPT: dict[str, tuple[dict[str, object], dict[Cell, Outcome], str]] = {
    "retrieval": (
        written(
            "retrieval",
            {"key": "dense@256", "model": "x/m", "strategy": "dense", "options": {"cutting": "256", "k": 3}},
            "q1",
            {"wanted": {"questions": [_ASKED], "ways": ["dense"], "k": 3}, "embedding": "MiniLM"},
        ),
        {Cell("dense@256", "q1"): Outcome(text="here", score=1.0, trace=_RANKS, done=True)},
        "MiniLM",
    ),
    "vision": (
        written(
            "vision",
            {"key": "sees@x/m", "label": "Seer, sees", "model": "x/m", "strategy": "sees"},
            _SEEN,
            {"models": ["x/m"], "ways": ["sees"], "sampling": {}},
        ),
        {Cell("sees@x/m", _SEEN): Outcome(text="here", score=1.0, done=True)},
        "Seer",
    ),
}


class TestMicroscope:
    async def test_scores_move_with_the_text(self, app, who):
        one, other = [await microscope.look(app, who, text, "the cat sat", "en") for text in ("the cat", "a dog")]
        assert one != other
        assert 'data-metric="bleu"' in one and "gram-2" in one
        assert "gram-1" not in other.split("gram-legend")[0]

    async def test_without_a_reference_the_reason_stands_where_the_scores_would(self, app, who):
        drawn = await microscope.look(app, who, "the cat", " ", "en")
        assert 'data-cause="input_error.references"' in drawn and 'data-metric="distinct"' in drawn

    async def test_too_long_and_another_language(self, app, who):
        assert "limit_exceeded.text" in await microscope.look(app, who, "a" * 3000, "b", "en")
        assert "input_error.choice" in await microscope.look(app, who, "a", "b", "xx")

    async def test_meaning_is_compared_beside(self, app, who):
        assert 'data-metric="semantic"' in await microscope.compare_meaning(app, who, "a cat", "a cat", "en")
        assert await microscope.compare_meaning(app, who, "a cat", "", "en") == ""

    async def test_what_is_hostile_is_drawn_as_text(self, app, who):
        assert harmless(await microscope.look(app, who, HOSTILE, HOSTILE, "es"))

    @pytest.mark.parametrize("needs", ["labels", "probabilities", "texts", "plain", "likelihoods"])
    async def test_the_examples_of_many_answers(self, app, who, needs):
        said, right = microscope._EXAMPLES[needs]
        drawn = await microscope.measure(app, who, (needs, said, right, "en"), ["scripted/words"])
        assert "<table" in drawn and 'role="alert"' not in drawn
        assert drawn.count('class="square"') == (2 if needs == "probabilities" else 0)

    def test_what_is_written_stays_with_the_example_that_it_came_from(self, app, who):
        example = microscope.begin(who)[0]
        _, name = example["choices"][1]
        spanish = Who(who.visitor, "es", app.texts)
        chosen, language, candidate, references, notice = microscope.go_on(spanish, name, "es")
        assert chosen["value"] == name and "En qué fijarse" in notice
        assert [language, candidate, references] == [gr.skip()] * 3
        chosen, *_, notice = microscope.go_on(spanish, "", "en")
        assert chosen["value"] is None and chosen["choices"] and notice == gr.skip()

    async def test_unequal_numbers_are_named(self, app, who):
        drawn = await microscope.measure(app, who, ("labels", "a\nb", "a", "en"))
        assert "input_error.unequal" in drawn


class TestCompare:
    async def test_tables_figures_and_questions(self, app, who):
        screen = await last(compare.start(app, who, asked(app, who)))
        assert screen.open_run
        drawn = str(screen.table)
        assert (
            drawn.split("<details><summary>Class by class")[0].count("<table") == 2
            and "on this computer" in drawn
            and "nothing" in drawn
        )
        assert 'data-export="report"' in drawn and screen.scores["visible"] and screen.took["visible"]
        assert screen.setup["open"] is False and "Sentiment" in screen.setup["label"]
        assert drawn.count('data-floor="') == 2 and "A random choice" in drawn
        assert "McNemar" in drawn and "the sign test" not in drawn and "Wilson" in drawn
        assert str(screen.items).count("data-item") == 4
        assert "accuracy" in drawn and "CO₂" in drawn
        assert drawn.count("Confusion matrix") >= 2  # one a model

    def test_texts_follow_the_test_that_was_really_used(self, app, who):
        run, outcomes = big(count=8)
        graded = replace(run, description=replace(run.description, metric="token_f1"))
        drawn = draw_comparison_run(app.show(who), graded, outcomes)
        assert "the sign test" in drawn and "McNemar" not in drawn and "data-floor" not in drawn

    async def test_nothing_of_an_earlier_run_stays_under_a_new_one(self, app, who):
        first, *_, ended = [screen async for screen in compare.start(app, who, asked(app, who, ADDER, count=2))]
        assert (first.table, first.open_run, first.items, first.item) == ("", "", "", "")
        assert not first.scores["visible"] and not first.took["visible"] and not first.row["visible"]
        assert ended.open_run and "data-column" in str(ended.table)

    async def test_likelihoods_give_a_reliability_diagram_and_a_roc_curve(self, app, who):
        screen = await last(compare.start(app, who, asked(app, who, "scripted/words", mode="likelihood")))
        drawn = str(screen.table)
        assert "Calibration error" in drawn and "AUC" in drawn and drawn.count('class="square"') == 2
        assert screen.scores["visible"], "the scores with their intervals stay"
        report = exports.export_any(app, who, screen.open_run, "report")["content"]
        assert report.count('class="square"') == 2
        markdown = exports.export_any(app, who, screen.open_run, "markdown")["content"]
        assert "| Calibration error | AUC |" in markdown
        written = await last(compare.start(app, who, asked(app, who, ADDER)))
        assert "Calibration error" not in str(written.table)

    async def test_a_report_prints_and_runs_no_script(self, app, who):
        screen = await last(compare.start(app, who, asked(app, who)))
        file = exports.export_any(app, who, screen.open_run, "report")
        assert file is not None and file["name"].endswith(".html")
        assert "<script" not in file["content"] and "default-src 'none'" in file["content"]
        assert file["content"].count("<details") == file["content"].count("<details open") > 0
        for kind in ("csv", "jsonl", "markdown", "notebook"):
            assert exports.export_any(app, who, screen.open_run, kind) is not None
        assert "p (Holm)" in exports.export_any(app, who, screen.open_run, "markdown")["content"]
        assert exports.export_any(app, who, screen.open_run, "json") is None
        assert exports.export_any(app, who, "no such run", "csv") is None

    @pytest.mark.parametrize(
        "wrong",
        [{"tasks": "none"}, {"count": 0}, {"repeats": 99}, {"mode": "guessed"}, {"metric": "bleu"}, {"tasks": "own"}],
        ids=str,
    )
    def test_what_cannot_be_compared(self, app, who, wrong):
        with pytest.raises(InputError):
            asked(app, who, **wrong)

    async def test_a_file_of_ones_own_becomes_the_set(self, app, who, tmp_path: Path):
        """Its columns have names that say nothing: the visitor says which is which."""
        file = tmp_path / "mine.csv"
        file.write_text("one,two\n3,Add 1 and 2.\n4,Add 2 and 2.\n", "utf-8")
        drawn = show_columns(app, who, str(file))
        assert '<select name="question">' in drawn and drawn.count('<option value="two"') == 4
        told, found = use_table(app, who, str(file), "en", {"kind": "number", "question": "two", "answer": "one"})
        assert 'role="status"' in told and found is not None and len(found.items) == 2
        screen = await last(compare.start(app, who, asked(app, who, ADDER, tasks="own")))
        assert "n = 2" in str(screen.table) and "mine.csv" in str(screen.table)
        swapped, none = use_table(app, who, str(file), "en", {"kind": "number", "question": "one", "answer": "two"})
        assert none is None and 'role="alert"' in swapped
        for path, language, kind in ((None, "en", "text"), (str(tmp_path), "xx", "poem"), (str(file), "en", "poem")):
            said, none = use_table(app, who, path, language, {"kind": kind, "question": "two", "answer": "one"})
            assert none is None and 'role="alert"' in said

    def test_the_chosen_metric_stays_where_the_set_has_it(self, app, who):
        usual = compare.list_metrics(app, who, "sentiment", "en")
        named = usual["choices"][-1][1]
        kept = compare.list_metrics(app, who, "sentiment", "es", named)
        assert named in [name for _, name in kept["choices"]]
        assert "value" not in usual and "value" not in kept, "what may be given back meanwhile is left as it is"
        assert compare.list_metrics(app, who, "sentiment", "es", "bleu")["value"] == ""


class TestJudge:
    async def judged(self, app: App, who: Who, run: str, judge: str = "scripted/echo", **how: bool) -> list[object]:
        async with aclosing(events.judge_pairs(app, who, ([judge], run, "", 2), sure=how.get("sure", False))) as coming:
            return [screen async for screen in coming]

    async def test_verdicts_are_kept_and_votes_show_the_names_and_the_agreement(self, app, who):
        run = str((await last(compare.start(app, who, asked(app, who)))).open_run)
        assert events.list_judged(app, who, None)[1] == run
        before = events.show_pairs(app, who, run)
        assert before.result == "" and "Answer A" in before.pairs and "adder" not in before.pairs
        *_, ended = await self.judged(app, who, run)
        assert "What Scripted: echo says" in ended.result and "none yet" in ended.result
        first, second = (one.id for one in load_items(app, who, run)[:2])
        voted = events.vote(app, who, run, first, "tie")
        assert "adder" in voted.pairs and "The judge: " in voted.pairs and "on 1 pair that" in voted.result
        assert "on 2 pairs" in events.vote(app, who, run, second, "first").result
        assert events.show_pairs(app, who, run).pairs.count('aria-pressed="true"') == 2

    async def test_a_judge_elsewhere_is_asked_about_first(self, app, who):
        run = str((await last(compare.start(app, who, asked(app, who)))).open_run)
        (screen,) = await self.judged(app, who, run, "openai/gpt-6-luna")
        assert screen.confirm["visible"] and "may cost money" in screen.result

    async def test_what_cannot_be_judged(self, app, who):
        assert 'role="status"' in events.show_pairs(app, who, None).result
        *_, screen = await self.judged(app, who, "")
        assert "Compare two models first" in screen.result
        alone = str((await last(compare.start(app, who, asked(app, who, ADDER)))).open_run)
        assert "input_error.items" in events.show_pairs(app, who, alone).result
        for item, vote in (("none", "tie"), (load_items(app, who, alone)[0].id, "hope")):
            assert 'role="alert"' in events.vote(app, who, alone, item, vote).result


def load_items(app: App, who: Who, run: str) -> tuple[Item, ...]:
    return app.visits.load_run(who.visitor, run).description.items


class TestItems:
    def test_two_thousand_cells_are_drawn_page_by_page(self, app, who):
        run, outcomes = big()
        show = app.show(who)
        drawn = draw_run_items(show, run.description, outcomes, 20)
        assert drawn.count("data-item") == PAGE and "951 – 1,000 of 1,000" in Seen(drawn).text
        assert harmless(drawn)
        assert pages_of(run.description, outcomes, differ=False) == 20
        assert draw_run_items(show, run.description, outcomes, 999) == drawn

    def test_an_opened_question_is_text(self, app, who):
        run, outcomes = big(count=2)
        for kind in (AnyKind(), app.kinds.of("comparison")):
            drawn = kind.draw_item(app.show(who), run, outcomes, "1")
            assert HOSTILE in Seen(drawn).text and harmless(drawn)
            assert harmless(kind.draw(app.show(who), run, outcomes))


class TestRuns:
    async def test_a_run_is_listed_named_opened_compared_and_deleted(self, app, who):
        made = [str((await last(compare.start(app, who, asked(app, who)))).open_run) for _ in range(2)]
        listed = runs.list_all(app, who)
        assert str(listed.listed).count("data-run") == 2 and not listed.doing["visible"]
        assert "Mine" in str(runs.rename(app, who, made[0], " Mine ").listed)
        opened = runs.reopen(app, who, made[0])
        assert opened.told == "" and "<table" in str(opened.drawn) and "data-item" in str(opened.items)
        assert opened.doing["visible"] and opened.name == "Mine" and not opened.proceed["visible"]
        assert str(opened.listed).count('aria-pressed="true"') == 1
        assert [value for _, value in opened.other["choices"]] == [made[1]] and opened.other["value"] == made[1]
        shown = {
            kind
            for kind in ("csv", "json", "jsonl", "markdown", "notebook", "report")
            if draw_exports(app.show(who), [kind]).partition("<button")[2].partition("<")[0] in str(opened.drawn)
        }
        assert shown == {"csv", "jsonl", "markdown", "notebook", "report"}
        assert "<table" in runs.LIST.compare(app, who, *made)
        assert 'role="alert"' in runs.LIST.compare(app, who, made[0], made[0])
        gone = runs.delete(app, who, made[0])
        assert gone.drawn == "" and not gone.doing["visible"]
        assert str(runs.list_all(app, who).listed).count("data-run") == 1
        assert 'role="alert"' in str(runs.reopen(app, who, made[0]).told)

    async def test_read_again_in_another_language_it_is_drawn_in_that(self, app, who):
        made = str((await last(compare.start(app, who, asked(app, who)))).open_run)
        spanish = Who(who.visitor, "es", app.texts)
        again = compare.reopen_compared(app, spanish, made)
        assert "En qué fijarse" in str(again.table) and "data-item" in str(again.items) and again.open_run == made
        assert runs.reopen(app, spanish, made).opened == made
        gone = compare.reopen_compared(app, spanish, "none")
        assert 'role="alert"' in str(gone.progress) and gone.open_run == ""

    async def test_read_again_the_filter_the_opened_question_and_the_chosen_runs_are_as_they_were(self, app, who):
        one, other = [str((await last(compare.start(app, who, asked(app, who)))).open_run) for _ in range(2)]
        spanish, item = Who(who.visitor, "es", app.texts), load_items(app, who, one)[1]
        whole = items.list_items(app, spanish, one, 1, differ=False)
        fewer = items.list_items(app, spanish, one, 1, differ=True)
        assert fewer != whole, "else the filter shows nothing"
        written, beyond = (items.turn_to(app, spanish, one, number, differ=False)[0] for number in (1, 99))
        assert "value" not in written and beyond["value"] == 1, "what is typed meanwhile stays"
        shown = items.show_items_again(app, spanish, one, (1, True, hold_values(one, item.id)))
        assert shown["row"]["visible"] and shown["differ"] is True and shown["items"] == fewer[1]
        assert shown["item"] == items.open_item(app, spanish, one, item.id)
        assert item.question in Seen(shown["item"]).text
        for elsewhere in (hold_values(other, item.id), "", "{}", "[1]", None):
            assert items.show_items_again(app, spanish, one, (1, False, elsewhere))["item"] == ""
        again = runs.reopen_as_it_was(app, spanish, one, other, (1, True, hold_values(one, item.id)))
        assert again.opened == one and again.item == shown["item"] and again.other["value"] == other
        alone = runs.reopen_as_it_was(app, spanish, one, "", (1, False, ""))
        assert "<table" in str(again.told) and "<table" not in str(alone.told)
        assert runs.reopen_as_it_was(app, spanish, "none", other, (1, False, "")).opened == ""

    async def test_one_that_is_whole_is_finished_at_once(self, app, who):
        made = str((await last(compare.start(app, who, asked(app, who)))).open_run)
        async with aclosing(runs.finish(app, who, made)) as drawn:
            *_, final = [one async for one in drawn]
        assert "Finished" in str(final.told) and "<table" in str(final.drawn)

    async def test_a_run_of_prompting_from_an_earlier_version_is_drawn_as_prompting_draws_it(self, app, who):
        prompting = app.opened["prompting"]
        await prompting.propose(who.visitor, asked(app, who, ADDER))
        made = prompting.create(who.visitor, "old", prompting.confirm(who.visitor))
        async with aclosing(prompting.measure(who.visitor, made)) as snapshots:
            async for _ in snapshots:
                pass
        with app.visits.runs(who.visitor) as kept:  # as 0.2.0 wrote it
            said = json.loads(kept._connection.execute("select description from run").fetchone()[0])
            old = json.dumps({name: value for name, value in said.items() if name not in ("measurement", "details")})
            kept._connection.execute("update run set description = ?", (old,))
            kept._connection.commit()
        assert "Strategies" in Seen(str(runs.list_all(app, who).listed)).text
        assert "Zero-shot" in Seen(str(runs.reopen(app, who, made).drawn)).text
        assert exports.export_any(app, who, made, "notebook") is not None

    @pytest.mark.parametrize("kind", ["retrieval", "vision"])
    def test_a_kept_run_of_rag_and_of_vision_is_drawn_as_its_tab_draws_it(self, app, who, kind):
        """As they are written: a description in JSON, and cells. One whose details are lost is named."""
        written, outcomes, said = KEPT[kind]
        with app.visits.runs(who.visitor) as kept:
            made = kept.create("Old one", TypeAdapter(RunDescription).validate_python(written))
            broken = kept.create("Broken", TypeAdapter(RunDescription).validate_python({**written, "details": {}}))
            for cell, outcome in outcomes.items():
                kept.keep(made, cell, outcome)
        assert Seen(str(runs.list_all(app, who).listed)).text.count(texts().text("en", f"measurement.{kind}")) == 2
        opened = runs.reopen(app, who, made)
        assert said in Seen(str(opened.drawn)).text and "<table" in str(opened.drawn)
        assert "data-item" in str(opened.items) and opened.opened == made
        way = {"retrieval": "rag.way_dense", "vision": "vision.way_sees"}[kind]
        for language in texts().languages():  # columns are called as in the table, whatever they were called then
            reader = replace(who, language=language)
            called = texts().text(language, way)
            again = runs.reopen(app, reader, made)
            paged = items.list_items(app, reader, made, 1, differ=False)[1]
            picked = items.open_item(app, reader, made, str(written["items"][0]["id"]))
            assert all(called in Seen(str(one)).text for one in (again.items, paged, picked))
        for name in app.kinds.of(kind).EXPORTS:
            assert exports.export_any(app, who, made, name) is not None
        assert 'role="alert"' in str(runs.reopen(app, who, broken).told)

    async def test_a_run_of_a_kind_that_nobody_knows_is_still_drawn_and_exported(self, app, who):
        run, outcomes = big("telepathy", 3)
        with app.visits.runs(who.visitor) as kept:
            made = kept.create("old", run.description)
            for cell, outcome in outcomes.items():
                kept.keep(made, cell, outcome)
        assert "telepathy" in Seen(str(runs.list_all(app, who).listed)).text
        assert "<table" in str(runs.reopen(app, who, made).drawn)
        for kind in ("csv", "jsonl", "markdown", "report"):
            assert exports.export_any(app, who, made, kind) is not None
        async with aclosing(runs.finish(app, who, made)) as drawn:
            *_, final = [one async for one in drawn]
        assert "input_error.run" in str(final.told)

    def test_every_tab_that_measures_has_registered_its_kind(self, app):
        assert {"strategies", "retrieval", "vision", "comparison"} <= set(app.kinds.names())
        show = Renderer(texts(), "es")
        assert all(show.has(f"measurement.{name}") for name in app.kinds.names())
        with pytest.raises(ValueError, match="comparison"):
            app.kinds.register(app.kinds.of("comparison"))
        assert Kinds().of("comparison") is None

    def test_nothing_measured_yet(self, app, who):
        assert 'role="status"' in str(runs.list_all(app, who).listed)
