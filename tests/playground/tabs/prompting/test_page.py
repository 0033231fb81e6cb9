"""The Prompting tab without a browser: what its handlers show, that all of it is escaped, and what they refuse."""

from __future__ import annotations

import re
from contextlib import aclosing

import pytest

from playground.measuring import Extraction, Item, Outcome
from playground.measuring.outcomes import Cell
from playground.measuring.store import ColumnDescription, RunDescription
from playground.measuring.tasks import load
from playground.page.parts.plots import PlottedColumn, plot_amounts, plot_intervals
from playground.page.parts.run_items import draw_run_items
from playground.page.parts.task_sets import checked_tasks
from playground.page.program import App, Who
from playground.strategies.solving.strategy import strategies
from playground.strategies.solving.trace import Trace, TraceStep
from playground.tabs.prompting.page.drawing import cards, items, lines, results, steps
from playground.tabs.prompting.page.drawing.strategies import draw_strategies
from playground.tabs.prompting.page.events.ask import ask
from playground.tabs.prompting.page.events.measure import (
    PromptingMeasureScreen,
    run_proposed,
    start,
)
from playground.tabs.prompting.page.events.results import list_items, load_run, mark_item, open_item
from playground.tabs.prompting.page.fields import StrategyChoice, TaskSetFields, checked_run
from playground.tabs.prompting.visit.cards import Card
from playground.tabs.prompting.visit.posed import Posed
from playground.text import texts
from providers.errors import Failure, InputError
from providers.types import Message, Sampling
from tests.playground.tabs.prompting.measuring import ADDER, last, run_of, shown_text, visible, ways
from tests.playground.tabs.sampling.test_page import HOSTILE, Seen


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
        (run,) = app.visits.list_runs(who.visitor)
        assert (run.id, run.name, run.whole) == (screens[-1].open_run, "Arithmetic word problems, 6 questions", True)
        assert run.description.language == "es"

    async def test_nothing_of_an_earlier_run_stays_under_a_new_one(self, app, who):
        plan = TaskSetFields(tasks="arithmetic", count=2)
        first, *_, ended = [screen async for screen in start(app, who, plan, ways("zero_shot"))]
        assert (first.table, first.open_run, first.items, first.item) == ("", "", "", "")
        assert not first.accuracy["visible"] and not first.costs["visible"] and not first.differ["value"]
        assert ended.open_run == app.visits.list_runs(who.visitor)[0].id, "the new one is the open one"

    async def test_what_may_cost_is_asked_first(self, app, who):
        app.sessions.vault.put(who.visitor, "openai", "sk-some-key")
        chosen = ways(models=(ADDER, "openai/gpt-6-luna"))
        screen = await last(start(app, who, TaskSetFields(tasks="arithmetic", count=4), chosen))
        assert visible(screen) == {"confirm", "cancel"} and screen.open_run == ""
        assert "At most 16 calls" in shown_text(screen.progress)
        assert app.visits.list_runs(who.visitor) == ()

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
            + draw_run_items(show, description, found)
            + items.draw_item(show, description, found, HOSTILE)
        )
        seen = Seen(drawn)
        assert "img" not in seen.tags and HOSTILE in seen.text
        assert not [name for name, _ in seen.attributes if name.startswith("on")]


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
