"""The Prompting tab without a browser: what its handlers show, that all of it is escaped, and what they refuse."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import nbformat
import pytest

from playground import page
from playground.measuring import Extraction, Item, Outcome
from playground.measuring.extract import NOTHING
from playground.measuring.outcomes import Cell
from playground.measuring.store import ColumnDescription, RunDescription
from playground.measuring.tasks import load
from playground.page.parts.held import hold_values
from playground.page.parts.own_questions import show_columns, use_table
from playground.page.parts.plots import PlottedColumn, plot_amounts, plot_intervals
from playground.page.parts.render import Renderer
from playground.page.parts.run_files import FILE_TYPES
from playground.page.parts.task_sets import checked_tasks, task_set_choices
from playground.page.program import App, Who
from playground.settings import Settings
from playground.strategies.solving.strategy import strategies
from playground.strategies.solving.trace import Trace, TraceStep
from playground.tabs.prompting.page.api import line_json
from playground.tabs.prompting.page.drawing import cards, items, lines, results, steps
from playground.tabs.prompting.page.drawing.figures import plot_results
from playground.tabs.prompting.page.drawing.strategies import draw_strategies
from playground.tabs.prompting.page.events.ask import ask
from playground.tabs.prompting.page.events.measure import (
    PromptingMeasureScreen,
    reopen,
    reopen_as_it_was,
    run_proposed,
    start,
)
from playground.tabs.prompting.page.events.results import list_items, load_run, mark_item, open_item
from playground.tabs.prompting.page.events.runs import (
    compare_runs,
    delete_run,
    export_run,
    list_runs,
    rename_run,
)
from playground.tabs.prompting.page.fields import StrategyChoice, TaskSetFields, checked_run
from playground.tabs.prompting.visit.cards import Card
from playground.tabs.prompting.visit.posed import Posed
from playground.text import texts
from providers.errors import Failure, InputError
from providers.types import Message, Sampling
from tests.playground.page.drawn import last_drawn
from tests.playground.tabs.sampling.test_page import HOSTILE, Seen

ADDER, SLOW = "scripted/adder", "scripted/slow"


def ways(*names: str, models: tuple[str, ...] = (ADDER,), **values: Any) -> StrategyChoice:
    return StrategyChoice(
        strategies=names or ("zero_shot", "few_shot"), models=models, sampling=Sampling(max_tokens=40), **values
    )


def shown_text(markup: object) -> str:
    return " ".join(Seen(str(markup)).text.split())


async def last(screens: AsyncGenerator[PromptingMeasureScreen]) -> PromptingMeasureScreen:
    """What the page shows in the end: for every place, the last thing that was drawn there."""
    return PromptingMeasureScreen(**await last_drawn(screens))


def visible(screen: PromptingMeasureScreen) -> set[str]:
    buttons = ("run", "pause", "proceed", "stop", "confirm", "cancel")
    return {name for name in buttons if getattr(screen, name).get("visible")}


async def run_of(app: App, who: Who, plan: TaskSetFields | None = None, chosen: StrategyChoice | None = None) -> str:
    screen = await last(start(app, who, plan or TaskSetFields(tasks="arithmetic", count=4), chosen or ways()))
    assert screen.open_run, screen.progress
    return str(screen.open_run)


class TestOneQuestion:
    async def shown(self, app: App, who: Who, posed: Posed, chosen: StrategyChoice) -> list[list[object]]:
        async with aclosing(ask(app, who, posed, chosen)) as coming:
            return [screen.outputs() async for screen in coming]

    async def test_a_card_each_with_prompt_answer_and_verdict(self, app, who):
        posed = Posed(question="Add 12 and 30.", kind="number", truth="42")
        outputs = await self.shown(app, who, posed, ways("zero_shot", "few_shot_cot", "react"))
        final = str(outputs[-1][0])
        assert final.count("<article") == 3 and final.count('class="right"') == 3
        assert '<mark class="found">42</mark>' in final
        assert "What to notice" in final
        assert [one["visible"] for one in outputs[-1][1:3]] == [True, False]
        line = outputs[0][3]
        assert line["open"] is False, "the strategies fold away when one asks"
        assert all(said in line["label"] for said in ("Zero-shot", "ReAct", "English"))
        text = shown_text(final)
        assert "calculator[12 + 30]" in text and "Observation42" in text
        assert "calls: 2" in text and "→" in text

    async def test_wrong_is_said_and_nothing_is_claimed_without_a_truth(self, app, who):
        (*_, wrong) = await self.shown(
            app, who, Posed(question="Add 1 and 2.", kind="number", truth="9"), ways("zero_shot")
        )
        assert 'class="wrong"' in str(wrong[0])
        (*_, unjudged) = await self.shown(app, who, Posed(question="Add 1 and 2.", kind="number"), ways("zero_shot"))
        assert 'class="wrong"' not in str(unjudged[0]) and 'class="right"' not in str(unjudged[0])

    @pytest.mark.parametrize(
        ("posed", "names", "said"),
        [
            (Posed(question=" "), ("zero_shot",), "nothing to ask yet"),
            (Posed(question="Hi", kind="label"), ("zero_shot",), "at least two"),
            (Posed(question="Hi", kind="number", truth="many"), ("zero_shot",), "does not fit"),
            (Posed(question="Hi"), ("hope",), "must be one of"),
        ],
    )
    async def test_errors_stand_where_the_cards_would(self, app, who, posed, names, said):
        (outputs,) = await self.shown(app, who, posed, ways(*names))
        assert 'role="alert"' in str(outputs[0]) and said in str(outputs[0])
        assert [one["visible"] for one in outputs[1:3]] == [True, False]

    async def test_no_strategy_at_all(self, app, who):
        none = StrategyChoice(strategies=(), models=(ADDER,), sampling=Sampling())
        (outputs,) = await self.shown(app, who, Posed(question="Hi"), none)
        assert "must be one of" in str(outputs[0])

    def test_every_strategy_is_explained_with_its_paper(self, show):
        told = draw_strategies(show)
        assert told.count("<dt>") == len(strategies())
        assert sum(one.paper in shown_text(told) for one in strategies() if one.paper) == len(strategies()) - 1


class TestTraces:
    def test_votes_are_bars_from_zero(self, show):
        chains = [TraceStep(kind="chain", text=f"The answer is {n}.", extracted=str(n), parent=0) for n in (4, 4, 4, 5)]
        votes = [
            TraceStep(kind="vote", text="4", votes=3, score=0.75, kept=True, parent=1),
            TraceStep(kind="vote", text="5", votes=1, score=0.25, kept=False, parent=4),
        ]
        prompt = TraceStep(kind="prompt", messages=(Message.of("user", "2 + 2?"),))
        drawn = steps.draw_steps(show, Trace(steps=(prompt, *chains, *votes), answer="4", done=True), "sc")
        assert re.findall(r"width:([\d.]+)%", drawn) == ["75.0", "25.0"]
        assert "3 of 4" in drawn and drawn.count('class="step chain"') == 4
        assert drawn.index("votes") < drawn.index("step chain")

    def test_thoughts_are_indented_under_the_thought_they_follow(self, show):
        tree = Trace(
            steps=(
                TraceStep(kind="prompt", text="Q"),
                TraceStep(kind="proposal", text="1. a", parent=0, messages=(Message.of("user", "propose"),)),
                TraceStep(kind="thought", text="first", parent=0, score=0.8, kept=True),
                TraceStep(kind="thought", text="second", parent=0, score=0.2, kept=False),
                TraceStep(kind="evaluation", text="8", parent=2),
                TraceStep(kind="thought", text="deeper", parent=2),
            )
        )
        drawn = steps.draw_steps(show, tree, "tot")
        lines = re.findall(r'<li class="(\w+)" style="--depth:(\d)">', drawn)
        assert lines == [
            ("prompt", "0"),
            ("proposal", "1"),
            ("thought", "1"),
            ("evaluation", "2"),
            ("thought", "2"),
            ("thought", "1"),
        ]
        assert "8 / 10" in drawn and 'thought dropped">second' in drawn

    def test_a_failed_call_and_an_unread_one_say_so(self, show):
        failed = TraceStep(
            kind="thought", state="failed", failure=Failure("timeout.total", {"provider": "x", "seconds": 3})
        )
        unread = TraceStep(kind="thought", state="unread", text="I refuse")
        drawn = steps.draw_steps(show, Trace(steps=(failed, unread)), "react")
        assert 'role="alert"' in drawn and texts().text("en", "strategy.step.unread") in shown_text(drawn)

    @pytest.mark.parametrize("kind", ["chain", "thought", "action", "observation", "proposal", "evaluation"])
    def test_everything_written_is_escaped(self, show, kind):
        hostile = TraceStep(
            kind=kind, text=HOSTILE, extracted=HOSTILE, reasoning=HOSTILE, messages=(Message.of("user", HOSTILE),)
        )
        vote = TraceStep(kind="vote", text=HOSTILE, votes=1, score=1.0)
        trace = Trace(steps=(hostile, vote), answer=HOSTILE, done=True)
        card = Card(
            strategy="react", ref=HOSTILE, trace=trace, state="done", score=0.5,
            extraction=Extraction(HOSTILE, 0, len(HOSTILE), "whole"),
        )  # fmt: skip
        seen = Seen(cards.draw_cards(show, [card]))
        assert not {"img", "script", "b"} & set(seen.tags)
        assert not [name for name, _ in seen.attributes if name.startswith("on")]
        assert HOSTILE in seen.text


class TestASet:
    async def test_a_free_run_begins_at_once_and_is_kept(self, app, who):
        screens: list[PromptingMeasureScreen] = []
        plan = TaskSetFields(tasks="arithmetic", count=6, language="es")
        async with aclosing(start(app, who, plan, ways("zero_shot", "few_shot", "react"))) as coming:
            async for screen in coming:
                screens.append(screen)
        assert visible(screens[0]) == {"stop"} and visible(screens[-1]) == {"run"}
        assert "18 of 18 answers" in shown_text(screens[-1].progress)
        assert re.findall(r'<tr data-column="(\w+)@', str(screens[-1].table)) == ["zero_shot", "few_shot", "react"]
        assert "n = 6" in shown_text(screens[-1].table) and "p = " in shown_text(screens[-1].table)
        (run,) = app.visits.listed(who.visitor)
        assert (run.id, run.name, run.whole) == (screens[-1].open_run, "Arithmetic word problems, 6 questions", True)
        assert run.description.language == "es"

    async def test_nothing_of_an_earlier_run_stays_under_a_new_one(self, app, who):
        plan = TaskSetFields(tasks="arithmetic", count=2)
        first, *_, ended = [screen async for screen in start(app, who, plan, ways("zero_shot"))]
        assert (first.table, first.open_run, first.items, first.item) == ("", "", "", "")
        assert not first.accuracy["visible"] and not first.costs["visible"] and not first.differ["value"]
        assert ended.open_run == app.visits.listed(who.visitor)[0].id, "the new one is the open one"

    async def test_what_may_cost_is_asked_first(self, app, who):
        app.sessions.vault.put(who.visitor, "openai", "sk-some-key")
        chosen = ways(models=(ADDER, "openai/gpt-6-luna"))
        screen = await last(start(app, who, TaskSetFields(tasks="arithmetic", count=4), chosen))
        assert visible(screen) == {"confirm", "cancel"} and screen.open_run == ""
        assert "At most 16 calls" in shown_text(screen.progress)
        assert app.visits.listed(who.visitor) == ()

    async def test_confirming_twice_or_nothing_runs_nothing(self, app, who):
        screen = await last(run_proposed(app, who))
        assert 'role="alert"' in str(screen.progress) and visible(screen) == {"run"}

    @pytest.mark.parametrize(
        ("plan", "said"),
        [
            (TaskSetFields(tasks="nothing"), "There is no task set"),
            (TaskSetFields(tasks="own"), "There is no task set"),
            (TaskSetFields(count=0), "from 1 to 2000"),
            (TaskSetFields(count=float("nan")), "from 1 to 2000"),
            (TaskSetFields(repeats=True), "from 1 to 20"),
            (TaskSetFields(seed=-1), "from 0"),
            (TaskSetFields(language="fr"), "must be one of"),
            (TaskSetFields(mode="likelihood", tasks="facts"), "questions have none"),
            (TaskSetFields(mode="likelihood"), "does not show how likely"),
        ],
    )
    async def test_errors_stand_where_the_progress_would(self, app, who, plan, said):
        screen = await last(start(app, who, plan, ways()))
        assert 'role="alert"' in str(screen.progress) and said in str(screen.progress)
        assert visible(screen) == {"run"}

    async def test_several_runs_of_a_question_say_how_steady_it_is(self, app, who):
        plan = TaskSetFields(tasks="arithmetic", count=3, repeats=4)
        screen = await last(start(app, who, plan, ways("zero_shot")))
        said = shown_text(screen.table)
        assert "in 4 runs of each question" in said and "One run proves nothing" in said
        listed = list_items(app, who, str(screen.open_run), differ=False)
        assert len(re.findall(r"<td>[0-4]/4</td>", listed)) == 3

    async def test_questions_are_opened_and_filtered(self, app, who):
        run = await run_of(
            app,
            who,
            TaskSetFields(tasks="arithmetic", count=12),
            ways("zero_shot", models=(ADDER, "scripted/echo")),
        )
        description, outcomes = load_run(app, who, run)
        every, differ = (list_items(app, who, run, differ=one) for one in (False, True))
        assert every.count("data-item") == 12
        right = [item.id for item in description.items if outcomes[Cell(f"zero_shot@{ADDER}", item.id)].score]
        echoed = [item.id for item in description.items if outcomes[Cell("zero_shot@scripted/echo", item.id)].score]
        assert sorted(re.findall('data-item="([^"]+)"', differ)) == sorted(set(right) ^ set(echoed))
        opened = open_item(app, who, run, description.items[0].id)
        assert opened.count("<article") == 2 and "You said:" in opened
        assert open_item(app, who, run, "no such item") == ""

    async def test_a_person_judges_what_no_metric_can(self, app, who):
        run = await run_of(app, who, TaskSetFields(tasks="code", count=2), ways("zero_shot"))
        description, _ = load_run(app, who, run)
        item = description.items[0].id
        assert open_item(app, who, run, item).count("data-score") == 2
        table, opened = mark_item(app, who, run, Cell(f"zero_shot@{ADDER}", item), 1)
        assert "100%" in table and "1 for your eye" in table and 'class="right"' in opened
        for wrong in (Cell("none", item), Cell(f"zero_shot@{ADDER}", "none")):
            assert 'role="alert"' in mark_item(app, who, run, wrong, 1)[0]
        assert 'role="alert"' in mark_item(app, who, run, Cell(f"zero_shot@{ADDER}", item), 7)[0]

    async def test_likelihoods_are_shown_as_bars(self, app, who):
        chosen = ways("zero_shot", models=("scripted/words",))
        plan = TaskSetFields(tasks="sentiment", count=2, mode="likelihood", normalise="letters")
        run = await run_of(app, who, plan, chosen)
        description, _ = load_run(app, who, run)
        opened = open_item(app, who, run, description.items[0].id)
        assert "Options by likelihood" in opened and opened.count('class="after"') == 3

    def test_results_of_hostile_texts_are_text(self, show):
        column = ColumnDescription(key=HOSTILE, label=HOSTILE, model=HOSTILE, strategy="zero_shot")
        item = Item(id=HOSTILE, question=HOSTILE, answer=HOSTILE, choices=(HOSTILE, "b"))
        description = RunDescription(
            tasks=HOSTILE, language="en", kind="choice", metric="exact", items=(item,), columns=(column,), repeats=2
        )
        outcome = Outcome(
            text=HOSTILE, extraction=Extraction(HOSTILE, 0, 3, "whole"), score=None, done=True, trace=HOSTILE
        )
        found = {Cell(HOSTILE, HOSTILE): outcome}
        drawn = (
            results.draw_results(show, lines.result_lines(description, found))
            + results.draw_steadiness(show, description, found)
            + items.draw_items(show, description, found, differ=False)
            + items.draw_item(show, description, found, HOSTILE)
        )
        seen = Seen(drawn)
        assert "img" not in seen.tags and HOSTILE in seen.text
        assert not [name for name, _ in seen.attributes if name.startswith("on")]


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
        drawn = items.draw_items(show, *unread_run(), differ=False)
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
        assert items.draw_items(show, description, outcomes, differ=False).count("0/1 <small>1 <span") == 2

    def test_the_figure_shows_what_the_mean_would_be_at_best(self, show):
        accuracy, _ = plot_results(show, lines.result_lines(*unread_run()))
        mean, best = accuracy.data
        assert (mean.x, best.x) == ((0.4,), (0.8,))
        assert best.name == "if every reply without a readable answer were right"
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


class TestRuns:
    async def test_listed_named_compared_and_deleted(self, app, who):
        assert "There is none yet" in str(list_runs(app, who)[0])
        one = await run_of(app, who)
        other = await run_of(app, who, TaskSetFields(tasks="arithmetic", count=8), ways("zero_shot", "react"))
        listing = list_runs(app, who, one)
        assert str(listing[0]).count("data-run") == 2
        assert [value for _, value in listing[1]["choices"]] == [other, one] and listing[1]["value"] == one
        assert listing[2]["value"] == other
        assert listing[7] == gr.update(visible=False)  # nothing is left to finish
        rename_run(app, who, one, f"  {HOSTILE} ")
        renamed = list_runs(app, who, one)
        assert renamed[3] == HOSTILE and "img" not in Seen(str(renamed[0])).tags
        said = compare_runs(app, who, one, other)
        assert "img" not in Seen(said).tags and shown_text(said).count("Zero-shot") == 1
        assert "Few-shot" not in said and "+0 / −0, p = 1.000" in said
        after = delete_run(app, who, other)
        assert [value for _, value in after[1]["choices"]] == [one]
        for refused in (delete_run(app, who, other)[5], compare_runs(app, who, one, None)):
            assert 'role="alert"' in str(refused)

    async def test_reopened_as_it_ended(self, app, who):
        run = await run_of(app, who)
        screen = reopen(app, who, run)
        assert "8 of 8" in shown_text(screen.progress) and screen.open_run == run
        assert len(screen.accuracy["value"].data) == 2
        assert len(screen.costs["value"].data) == 2  # tokens and seconds: nothing was paid
        assert screen.items.count("data-item") == 4 and screen.differ["visible"]
        assert 'role="alert"' in str(reopen(app, who, "none").progress)
        assert "Arithmetic word problems" in shown_text(screen.table) and "Settings of this run" in screen.table

    async def test_read_again_the_filter_and_the_opened_question_are_as_they_were(self, app, who):
        run = await run_of(app, who)
        item, spanish = load_run(app, who, run)[0].items[1], Who(who.visitor, "es", app.texts)
        screen = reopen_as_it_was(app, spanish, run, differ=True, picked=hold_values(run, item.id))
        assert screen.differ["value"] and screen.items == list_items(app, spanish, run, differ=True)
        assert screen.item == open_item(app, spanish, run, item.id) and item.question in shown_text(screen.item)
        for elsewhere in (hold_values("another", item.id), "", "[", "[[], {}]", None):
            assert reopen_as_it_was(app, spanish, run, differ=False, picked=elsewhere).item == ""
        gone = reopen_as_it_was(app, spanish, "none", differ=True, picked="")
        assert 'role="alert"' in str(gone.progress) and gone.items == ""

    async def test_nothing_to_compare_is_said(self, app, who):
        one = await run_of(app, who)
        for chosen in ((one, None), (None, one), (None, None)):
            assert "choose two runs" in compare_runs(app, who, *chosen)

    async def test_exports(self, app, who):
        run = await run_of(app, who)
        files = {kind: export_run(app, who, run, kind) for kind in FILE_TYPES}
        rows = list(csv.DictReader(io.StringIO(files["csv"]["content"].removeprefix("\ufeff"))))
        assert len(rows) == 8 and rows[0]["strategy"] == "zero_shot"
        assert len([json.loads(line) for line in files["jsonl"]["content"].splitlines()]) == 9
        assert "| Zero-shot |" in files["markdown"]["content"]
        book = nbformat.reads(files["notebook"]["content"], 4)
        assert "pip install -r requirements.txt" in book.cells[1].source, "what is missing is said, not found out"
        spanish = nbformat.reads(export_run(app, replace(who, language="es"), run, "notebook")["content"], 4)
        assert "Este cuaderno" in spanish.cells[0].source
        assert export_run(app, who, "none", "csv") is None
        assert {file["name"].partition(".")[2] for file in files.values()} == {"csv", "jsonl", "md", "ipynb"}

    async def test_the_notebook_repeats_the_run(self, app, who, tmp_path, monkeypatch, capsys):
        run = await run_of(app, who, None, ways("zero_shot", "self_consistency"))
        _, outcomes = load_run(app, who, run)
        book = nbformat.reads(export_run(app, who, run, "notebook")["content"], 4)
        monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "elsewhere"))
        names: dict[str, Any] = {}
        for cell in book.cells:
            if cell.cell_type == "code":
                code = compile(cell.source, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
                if (waiting := eval(code, names)) is not None:
                    await waiting
        await names["STACK"].aclose()
        repeated = names["snapshot"].outcomes
        assert {cell: (one.text, one.score) for cell, one in repeated.items()} == {
            cell: (one.text, one.score) for cell, one in outcomes.items()
        }
        assert "zero_shot@scripted/adder" in capsys.readouterr().out


class TestUploads:
    CSV = "Pregunta,Respuesta,Nivel\n¿Cuánto es 2 + 2?,4,1\n¿Y 3 + 4?,siete,1\n,5,1\n¿Y 10 + 5?,15,2\n"

    def file(self, tmp_path: Path, content: str, name: str = "questions.csv") -> str:
        path = tmp_path / name
        path.write_text(content, "utf-8")
        return str(path)

    def test_columns_are_guessed_and_mistakes_told_by_row(self, app, who, tmp_path):
        path = self.file(tmp_path, self.CSV)
        drawn = show_columns(app, who, path)
        found = chosen(drawn)
        assert (found["question"], found["answer"]) == ("Pregunta", "Respuesta") and '<button type="submit"' in drawn
        assert "4 rows" in drawn and "¿Cuánto es 2 + 2?" in drawn and "kind" in found
        said, used = use_table(app, who, path, "es", {**found, "kind": "number"})
        assert used is not None and len(used.items) == 2 and app.visits.own(who.visitor) == used
        assert task_set_choices(app, who)[-1] == ("Your file: questions.csv", "own")
        assert "2 questions" in said and "Row 3:" in said and "Row 4:" in said

    async def test_own_questions_are_measured(self, app, who, tmp_path):
        path = self.file(tmp_path, self.CSV)
        use_table(app, who, path, "es", {"kind": "number", "question": "Pregunta", "answer": "Respuesta"})
        run = await run_of(app, who, TaskSetFields(tasks="own", count=10, language="es"), ways("zero_shot"))
        description, outcomes = load_run(app, who, run)
        assert description.tasks == "questions.csv" and [one.answer for one in description.items] == ["4", "15"]
        answers = {cell.item: one.extraction.value for cell, one in outcomes.items()}
        assert [answers[one.id] in (one.answer, str(int(one.answer) + 1)) for one in description.items] == [True, True]

    @pytest.mark.parametrize(
        ("content", "guessed"),
        [
            ("question,answer\nq1,1\nq2,2\n", "number"),
            ("text,label\n" + "".join(f"t{n},{'yes' if n % 2 else 'no'}\n" for n in range(12)), "label"),
            ('{"question": "q", "answer": "B", "choices": ["a", "b"]}\n', "choice"),
            ("question,answer\nq1,the Nile\nq2,Rome\n", "text"),
            ('{"question": "q", "answer": false}\n{"question": "r", "answer": true}\n', "label"),
            ('{"question": "q", "answer": "def f(): pass", "tests": ["assert f"]}\n', "code"),
        ],
    )
    def test_the_kind_is_guessed(self, app, who, tmp_path, content, guessed):
        assert chosen(show_columns(app, who, self.file(tmp_path, content)))["kind"] == guessed

    def test_a_file_as_the_hub_has_it_is_recognised(self, app, who, tmp_path):
        row = {"question": "Ann has 8 pens and sells half.", "answer": "8/2 = <<8/2=4>>4\n#### 4"}
        path = self.file(tmp_path, json.dumps(row) + "\n", "train.jsonl")
        drawn = show_columns(app, who, path)
        assert "GSM8K" in drawn and '<button type="submit"' in drawn and chosen(drawn) == {"kind": "number"}
        assert drawn.count("<option") == 1
        said, used = use_table(app, who, path, "en", {"kind": "text"})
        assert used is not None and len(used.items) == 1 and "train" in said
        assert show_columns(app, who, self.file(tmp_path, self.CSV)).partition("</select>")[0].count("<option") > 1

    def test_a_line_that_cannot_be_read_is_told(self, app, who, tmp_path):
        path = self.file(tmp_path, 'question,answer\n"Who "said" it?",Ana\nWho sang?,Eva\n')
        said, _ = use_table(app, who, path, "en", {"kind": "text", "question": "question", "answer": "answer"})
        assert "1 question" in said and "Row 2:" in said

    @pytest.mark.parametrize("content", ["", "one column\nalone\n", "\x00\x01\x02", "a,a\n1,2\n"])
    def test_files_that_cannot_be_read(self, app, who, tmp_path, content):
        drawn = show_columns(app, who, self.file(tmp_path, content))
        assert 'role="alert"' in drawn and "<button" not in drawn

    def test_the_same_column_twice_and_no_file(self, app, who, tmp_path):
        path = self.file(tmp_path, self.CSV)
        for file, given in ((path, {}), (None, {}), (path, {"question": "Pregunta", "answer": "Pregunta"})):
            said, used = use_table(app, who, file, "en", {"kind": "text", **given})
            assert 'role="alert"' in said and used is None
        assert show_columns(app, who, None) == ""

    def test_a_hostile_table_is_text(self, app, who, tmp_path):
        path = self.file(tmp_path, json.dumps({HOSTILE: "q", "answer": HOSTILE}) + "\n", "x.jsonl")
        drawn = show_columns(app, who, path)
        assert "img" not in Seen(drawn).tags and HOSTILE in shown_text(drawn)
        nonsense = {"kind": "text", "question": ["x"], "answer": {"y": 1}, "choices": 7}
        assert 'role="alert"' in use_table(app, who, path, "en", nonsense)[0]


def chosen(drawn: str) -> dict[str, object]:
    """What the fields hold that were drawn."""
    lists = re.findall(r'<select name="(\w+)">(.*?)</select>', drawn, re.DOTALL)
    values: dict[str, object] = {
        name: "".join(re.findall(r'value="([^"]*)" selected', inside)) for name, inside in lists
    }
    boxes = re.findall(r'value="([^"]*)" checked', drawn)
    return {**values, "choices": boxes} if "<fieldset" in drawn else values


class TestFigures:
    def test_bars_from_zero_and_intervals_within_the_axis(self, show):
        columns = [
            PlottedColumn(label="a", colour="#0f766e", value=0.5, low=0.2, high=0.8, items=9, amounts=(10, 0.5, None)),
            PlottedColumn(label="b", colour="#b45309", group=1, amounts=(20, None, 0.1)),
        ]
        shown = plot_intervals(show, columns, "Accuracy", "%{y}")
        assert len(shown.data) == 1 and tuple(shown.layout.xaxis.range) == (0, 1)
        assert shown.data[0].error_x.array == (pytest.approx(0.3),)
        bars = plot_amounts(show, columns, ["Tokens", "Seconds", "Cost"], "%{y}")
        assert [list(one.x) for one in bars.data] == [[10, 20], [0.5], [0.1]]
        assert bars.layout.template.layout.xaxis.rangemode == "tozero"

    def test_one_colour_a_strategy(self):
        colours = [lines.colour_of(one.name) for one in strategies()]
        assert len(set(colours)) == len(strategies())


def test_the_checked_plan_keeps_letters_and_lengths_apart(app, who):
    letters = checked_run(app, who, TaskSetFields(mode="likelihood", normalise="letters"), ways())
    assert (letters.letters, letters.normalise) == (True, "none")
    plain = checked_run(app, who, TaskSetFields(mode="written", normalise="tokens"), ways())
    assert plain.normalise is None and plain.titles["zero_shot"] == "Zero-shot"
    with pytest.raises(InputError):
        checked_run(app, who, TaskSetFields(normalise="weight"), ways())
    assert checked_tasks(app, who, "topic", "es") == load("topic", "es")


async def test_a_run_that_has_ended_is_the_chosen_one_once(app, who, monkeypatch):
    """By the page's own event: the choice of the visitor stands until another run has ended."""
    blocks = page.create(Settings(_env_file=None, home=app.settings.home, model="scripted")).blocks
    (chosen,) = [one for one in blocks.blocks.values() if getattr(one, "elem_id", None) == "runs-chosen"]
    (opening,) = [one for one in blocks.fns.values() if one.inputs[:1] == [chosen] and len(one.inputs) == 3]
    monkeypatch.setattr(type(app), "who", lambda *_: who)
    one, other = await run_of(app, who), await run_of(app, who)
    for run, opened, seen, expected in (
        (None, other, "", other),
        (one, other, other, one),
        (one, "", other, one),
        (other, one, other, one),
    ):
        *listed, now_seen = opening.fn(None, run, opened, seen)
        assert (listed[1]["value"], now_seen) == (expected, opened or seen)
