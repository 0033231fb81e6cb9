"""A visitor's trials without a browser: questions asked in several ways, runs proposed, kept, stopped and finished."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from playground.asking.opening import opened_for
from playground.measuring import Control, Plan, Snapshot, run
from playground.measuring.store import RunDescription
from playground.measuring.tasks import load
from playground.settings import DEFAULT_MODEL, Settings
from playground.strategies.runs.columns import columns_of
from playground.strategies.runs.describe import RunRequest, describe, estimate, sample_items
from playground.strategies.solving.strategy import strategy
from playground.tabs.prompting.visit.cards import Asked, Card
from playground.tabs.prompting.visit.posed import Posed, metric_of, question_of, truth_of
from playground.tabs.prompting.visit.visits import FILE, PromptingVisits
from playground.visitors import Sessions
from playground.visitors.checks import InputBounds
from playground.visitors.reach import Reach
from providers import catalog
from providers.adapters.scripted import Scripted
from providers.errors import InputError, LimitExceeded, MissingKey, UnsupportedRequest
from providers.types import Sampling
from tests.loop_thread import watched

WHO = "visitor"
ADDER, SLOW, BROKEN, WORDS = "scripted/adder", "scripted/slow", "scripted/broken", "scripted/words"
SENTIMENT = load("sentiment", "en")


def trials_of(home: Path, *, scripted: Scripted | None = None, **settings: object) -> PromptingVisits:
    values = {"messages_per_minute": 500, **settings}
    chosen = Settings(_env_file=None, home=home, model="scripted", **values)
    rows = catalog.load()
    sessions = Sessions.of(chosen, rows)
    reach = Reach(rows, chosen.options(), sessions.vault, scripted=True)
    reach._shared["scripted"] = scripted or Scripted()
    return PromptingVisits(reach, sessions, chosen.code_allowed)


@pytest.fixture
def trials(tmp_path: Path) -> PromptingVisits:
    return trials_of(tmp_path)


def posed(question: str = "Add 12 and 30.", **values: str) -> Posed:
    return Posed(**{"question": question, "kind": "number", **values})


def asked(*strategies: str, models: tuple[str, ...] = (ADDER,), truth: str = "42", **values: object) -> Asked:
    question = question_of(posed(), InputBounds())
    right = truth_of(posed(truth=truth), question)
    given = {"sampling": Sampling(seed=1), **values}
    return Asked(
        question=question, metric=metric_of("number"), truth=right, models=models, strategies=strategies, **given
    )


def wanted(*strategies: str, count: int = 4, models: tuple[str, ...] = (ADDER,), **values: object) -> RunRequest:
    given = {"tasks": load("arithmetic", "en"), "sampling": Sampling(max_tokens=64), **values}
    return RunRequest(count=count, models=models, strategies=strategies or ("zero_shot", "few_shot"), **given)


async def last(cards: AsyncGenerator[tuple[Card, ...]]) -> tuple[Card, ...]:
    async with aclosing(cards) as snapshots:
        *_, final = [snapshot async for snapshot in snapshots]
    return final


async def measured(trials: PromptingVisits, run_id: str) -> Snapshot:
    async with aclosing(trials.measure(WHO, run_id)) as snapshots:
        *_, final = [snapshot async for snapshot in snapshots]
    return final


async def begun(trials: PromptingVisits, what: RunRequest) -> tuple[str, RunDescription]:
    description, _ = await trials.propose(WHO, what)
    return trials.create(WHO, "a run", trials.confirm(WHO)), description


class TestAsking:
    async def test_every_strategy_on_every_model_has_a_card(self, trials):
        cards = await last(trials.ask(WHO, asked("zero_shot", "self_consistency", models=(ADDER, "scripted/echo"))))
        assert [(card.strategy, card.ref) for card in cards] == [
            ("zero_shot", ADDER),
            ("zero_shot", "scripted/echo"),
            ("self_consistency", ADDER),
            ("self_consistency", "scripted/echo"),
        ]
        assert {card.state for card in cards} == {"done"}
        assert [card.score for card in cards][:2] == [1.0, 0.0]
        assert [card.trace.calls for card in cards] == [1, 1, 5, 5]
        assert cards[0].extraction is not None and cards[0].extraction.value == "42"

    async def test_a_failure_is_its_cards_alone(self, trials):
        models = (ADDER, BROKEN, "openai/gpt-6-luna", "scripted/none")
        cards = await last(trials.ask(WHO, asked("zero_shot", models=models)))
        assert [card.state for card in cards] == ["done", "failed", "failed", "failed"]
        keys = [card.failure.key for card in cards if card.failure]
        assert keys[:2] == ["stream_truncated.reset", "missing_key"] and keys[2].startswith("unknown_model")

    async def test_what_a_strategy_refuses_is_its_cards_alone(self, trials):
        wrong = asked("zero_shot", "template", options={"template": {"template": "{question} {secret}"}})
        cards = await last(trials.ask(WHO, wrong))
        assert [card.state for card in cards] == ["done", "failed"]
        assert cards[1].failure is not None and cards[1].failure.key == "input_error.placeholder"

    async def test_stop_ends_every_call_at_once(self, tmp_path):
        scripted = Scripted()
        trials = trials_of(tmp_path, scripted=scripted)
        seen: list[tuple[Card, ...]] = []
        async with aclosing(trials.ask(WHO, asked("zero_shot", "self_consistency", models=(SLOW,)))) as snapshots:
            async for snapshot in snapshots:
                seen.append(snapshot)
                if scripted.computed > 10:
                    trials.stop(WHO, "question")
        assert {card.state for card in seen[-1]} == {"stopped"}
        computed = scripted.computed
        await asyncio.sleep(0.3)
        assert scripted.computed == computed
        async with trials.sessions.limits.stream(WHO):  # nothing is held any more
            pass

    async def test_a_new_question_stops_the_one_before(self, trials):
        first = trials.ask(WHO, asked("zero_shot", models=(SLOW,)))
        await anext(first)
        await anext(first)
        second = asyncio.create_task(last(trials.ask(WHO, asked("zero_shot"))))
        cards = [snapshot async for snapshot in first][-1]
        assert cards[0].state == "stopped"
        assert (await second)[0].state == "done"

    async def test_questions_count_as_messages(self, tmp_path):
        trials = trials_of(tmp_path, messages_per_minute=1)
        await last(trials.ask(WHO, asked("zero_shot")))
        with pytest.raises(LimitExceeded):
            await last(trials.ask(WHO, asked("zero_shot")))

    async def test_no_strategy_and_an_unknown_one(self, trials):
        for names in ((), ("hope",)):
            with pytest.raises(InputError):
                await last(trials.ask(WHO, asked(*names)))


class TestPosing:
    def test_examples_come_from_a_set_of_that_kind(self):
        assert question_of(posed(), InputBounds()).examples == load("arithmetic", "en").examples
        labels = question_of(posed(kind="label", choices="neutral\npositive|negative"), InputBounds())
        assert labels.examples == SENTIMENT.examples and labels.aliases == SENTIMENT.aliases
        own = question_of(posed(kind="label", choices="warm\ncold"), InputBounds())
        assert own.examples == () and "warm, cold" in own.form

    @pytest.mark.parametrize(
        ("wrong", "key"),
        [
            ({"question": " "}, "input_error.empty"),
            ({"kind": "poem"}, "input_error.choice"),
            ({"language": "fr"}, "input_error.choice"),
            ({"kind": "label", "choices": "one"}, "input_error.choices"),
            ({"question": "x" * 200}, "limit_exceeded.message_length"),
        ],
    )
    def test_what_cannot_be_asked(self, wrong, key):
        with pytest.raises(InputError) as refused:
            question_of(posed(**wrong), InputBounds(message_characters=100))
        assert refused.value.key == key

    @pytest.mark.parametrize(
        ("values", "truth"),
        [
            ({"kind": "number", "truth": "1,234.50"}, ("1234.5",)),
            ({"kind": "number", "truth": ""}, ()),
            ({"kind": "text", "truth": "the Nile | Nile"}, ("the Nile", "Nile")),
            ({"kind": "choice", "choices": "Ana\nBeto", "truth": "beto"}, ("B",)),
            ({"kind": "label", "choices": "positive\nnegative", "truth": "Negative"}, ("negative",)),
        ],
    )
    def test_the_truth_as_metrics_want_it(self, values, truth):
        given = posed(**values)
        assert truth_of(given, question_of(given, InputBounds())) == truth

    @pytest.mark.parametrize(
        "values", [{"truth": "many"}, {"kind": "choice", "choices": "a1\nb1", "truth": "D"}], ids=str
    )
    def test_a_truth_that_does_not_fit(self, values):
        given = posed(**values)
        with pytest.raises(InputError) as refused:
            truth_of(given, question_of(given, InputBounds()))
        assert refused.value.key == "input_error.truth"


class TestProposing:
    def test_the_same_seed_draws_the_same_questions_and_more_contain_fewer(self):
        few, more = sample_items(SENTIMENT, 5, 3), sample_items(SENTIMENT, 12, 3)
        assert few == sample_items(SENTIMENT, 5, 3) and set(few) < set(more)
        assert sample_items(SENTIMENT, 5, 4) != few
        assert sample_items(SENTIMENT, 1000, 0) == SENTIMENT.items

    async def test_nothing_is_sent_and_nothing_kept(self, tmp_path):
        scripted = Scripted()
        trials = trials_of(tmp_path, scripted=scripted)
        names = ("zero_shot", "few_shot", "tree_of_thoughts", "react")
        description, found = await trials.propose(WHO, wanted(*names))
        assert scripted.computed == 0 and trials.list_runs(WHO) == ()
        assert not (trials.sessions.conversations.folder(WHO) / FILE).exists()
        assert found.free and found.cost == 0 and found.elsewhere == ()
        assert found.calls == 4 * sum(
            strategy(name).calls() for name in ("zero_shot", "few_shot", "tree_of_thoughts", "react")
        )
        assert description.baseline == f"zero_shot@{ADDER}"
        assert description.columns[1].prompts["1 system"].startswith("Solve this word problem.")
        assert sum(" user" in name for name in description.columns[1].prompts) == 5  # four examples and the question

    async def test_what_a_priced_model_may_cost(self, trials):
        rows = catalog.load()
        model = next(row for row in rows.models if row.provider == "openai")
        opened = {model.ref: (Scripted(), model), ADDER: (Scripted(), (await Scripted().models())[0])}
        asking = wanted("zero_shot", "self_consistency", models=(model.ref,), sampling=Sampling(max_tokens=100))
        one = {model.ref: opened[model.ref]}
        description = await describe(asking, one)
        found = await estimate(description, one)
        assert not found.free and found.elsewhere == (model.name,)
        assert found.calls == 4 * (1 + 5)
        longer = await describe(replace(asking, sampling=Sampling(max_tokens=1000)), one)
        more = await estimate(longer, one)
        assert found.cost is None or (more.cost or 0) > found.cost > 0

    async def test_a_missing_key_is_told_before_anything_runs(self, trials):
        with pytest.raises(MissingKey):
            await trials.propose(WHO, wanted(models=("openai/gpt-6-luna",)))

    async def test_a_template_is_checked_before_anything_runs(self, trials):
        with pytest.raises(InputError) as refused:
            await begun(trials, wanted("template", options={"template": {"template": "no gap"}}))
        assert refused.value.key == "input_error.no_question"

    async def test_more_answers_than_allowed(self, trials):
        with pytest.raises(LimitExceeded) as refused:
            await trials.propose(WHO, wanted(*["zero_shot"], count=44, repeats=10_000))
        assert refused.value.key == "limit_exceeded.answers"

    async def test_what_was_not_proposed_cannot_be_confirmed(self, trials):
        with pytest.raises(InputError):
            trials.confirm(WHO)
        await trials.propose(WHO, wanted())
        trials.confirm(WHO)
        with pytest.raises(InputError):
            trials.confirm(WHO)


class TestMeasuring:
    async def test_the_event_loop_neither_reads_nor_writes_a_run(self, trials):
        """The first time, what is read once and kept."""
        await measured(trials, (await begun(trials, wanted()))[0])
        run_id, _ = await begun(trials, wanted())
        with watched() as watch:
            snapshot = await measured(trials, run_id)
        assert watch.found == []
        assert (snapshot.state, len(snapshot.outcomes)) == ("done", 8)

    async def test_a_run_is_kept_cell_by_cell(self, trials):
        run_id, description = await begun(trials, wanted("zero_shot", "self_consistency"))
        snapshot = await measured(trials, run_id)
        assert (snapshot.state, len(snapshot.outcomes)) == ("done", 8)
        (kept,) = trials.list_runs(WHO)
        assert (kept.done, kept.whole, kept.failed) == (8, True, 0)
        assert kept.description == description
        with trials.runs(WHO) as runs:
            assert runs.outcomes(run_id) == dict(snapshot.outcomes)
        assert {cell.column for cell in snapshot.outcomes} == {f"zero_shot@{ADDER}", f"self_consistency@{ADDER}"}

    async def test_another_visitor_sees_none_of_it(self, trials):
        run_id, _ = await begun(trials, wanted("zero_shot", count=1))
        assert trials.list_runs("somebody else") == ()
        with pytest.raises(InputError), trials.runs("somebody else") as runs:
            runs.load(run_id)

    async def test_stopped_and_finished_later(self, tmp_path):
        scripted = Scripted()
        trials = trials_of(tmp_path, scripted=scripted)
        sampling = Sampling(max_tokens=20)
        run_id, _ = await begun(trials, wanted("zero_shot", count=40, models=(SLOW,), sampling=sampling))
        async with aclosing(trials.measure(WHO, run_id)) as snapshots:
            async for snapshot in snapshots:
                if snapshot.outcomes:
                    trials.stop(WHO, "set")
        assert snapshot.state == "stopped"
        (kept,) = trials.list_runs(WHO)
        assert 0 < kept.done < 40
        before = scripted.computed
        later = trials_of(tmp_path, scripted=scripted)  # as after a restart
        final = await measured(later, run_id)
        assert (final.state, len(final.outcomes)) == ("done", 40)
        assert scripted.computed - before <= (40 - kept.done) * 2000

    async def test_paused_nothing_begins(self, trials):
        sampling = Sampling(max_tokens=30)
        run_id, _ = await begun(trials, wanted("zero_shot", count=40, models=(SLOW,), sampling=sampling))
        states: list[str] = []
        pausing = False
        async with aclosing(trials.measure(WHO, run_id)) as snapshots:
            async for snapshot in snapshots:
                states.append(snapshot.state)
                if not pausing and sum(snapshot.in_flight.values()):  # however long it takes until something begins
                    pausing = True
                    trials.pause(WHO)
                # What was under way ends; its answers are kept a moment after.
                if snapshot.state == "paused" and not sum(snapshot.in_flight.values()) and snapshot.outcomes:
                    held = len(snapshot.outcomes)
                    trials.resume(WHO)
        assert "paused" in states and 0 < held < 40
        assert len(snapshot.outcomes) == 40

    async def test_likelihood_is_a_mode_of_its_own(self, trials):
        asking = wanted("zero_shot", "react", tasks=SENTIMENT, models=(WORDS,), normalise="characters")
        run_id, description = await begun(trials, asking)
        assert [column.key for column in description.columns] == [f"likelihood:zero_shot@{WORDS}"]
        snapshot = await measured(trials, run_id)
        found = list(snapshot.outcomes.values())
        assert all(outcome.extraction and outcome.extraction.rule == "likelihood" for outcome in found)
        assert all(outcome.calls == 3 for outcome in found)
        sums = await begun(trials, replace(asking, normalise="none"))
        other = await measured(trials, sums[0])
        assert [one.trace for one in other.outcomes.values()] != [one.trace for one in found]

    async def test_likelihood_needs_options_and_logits(self, trials):
        with pytest.raises(InputError) as refused:
            await trials.propose(WHO, wanted("zero_shot", models=(WORDS,), normalise="none"))
        assert refused.value.key == "input_error.options"
        with pytest.raises(UnsupportedRequest):
            await trials.propose(WHO, wanted("zero_shot", tasks=SENTIMENT, models=(ADDER,), normalise="none"))

    async def test_react_searches_the_passages_that_were_kept(self, trials):
        asking = wanted("react", count=1, passages="The lighthouse is 41 metres high.")
        run_id, description = await begun(trials, asking)
        assert description.columns[0].options["passages"] == "The lighthouse is 41 metres high."
        assert "search[" in description.columns[0].prompts["1 system"]
        assert (await measured(trials, run_id)).state == "done"

    async def test_programs_of_models_run_only_where_the_operator_says_so(self, tmp_path):
        assert not trials_of(tmp_path).code_allowed
        assert trials_of(tmp_path, run_code=True).code_allowed
        assert not trials_of(tmp_path, run_code=True, hosted=True).code_allowed
        trials = trials_of(tmp_path)
        run_id, _ = await begun(trials, wanted("zero_shot", count=2, tasks=load("code", "en")))
        assert {outcome.score for outcome in (await measured(trials, run_id)).outcomes.values()} == {None}

    async def test_a_new_conversation_leaves_the_runs(self, trials):
        await begun(trials, wanted("zero_shot", count=1))
        conversations = trials.sessions.conversations
        conversations.save(WHO, {"turns": []})
        conversations.delete(WHO)
        assert conversations.load(WHO) is None and len(trials.list_runs(WHO)) == 1


@pytest.mark.long
async def test_the_default_model_twice_with_one_seed(tmp_path, model_home):
    """The sentiment set with the real default model: the same seed, the same answers and scores."""
    settings = Settings(_env_file=None, home=model_home, messages_per_minute=500)
    rows = catalog.load()
    reach = Reach(rows, settings.options(), Sessions.of(settings, rows).vault)
    asking = wanted(
        "zero_shot", "few_shot", count=6, tasks=SENTIMENT, models=(DEFAULT_MODEL,), seed=7,
        sampling=Sampling(temperature=0.7, max_tokens=24),
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        opened = await opened_for(stack, reach, "", [DEFAULT_MODEL])
        description = await describe(asking, opened)
        columns = await columns_of(description, opened)
        found = []
        for _ in range(2):
            plan = Plan(columns=columns, items=description.items, seed=description.seed)
            async with aclosing(run(plan, Control())) as snapshots:
                *_, final = [snapshot async for snapshot in snapshots]
            found.append({cell: (one.text, one.score) for cell, one in final.outcomes.items()})
    assert len(found[0]) == 12 and all(text for text, _ in found[0].values())
    assert found[0] == found[1]
    assert {score for _, score in found[0].values()} <= {0.0, 1.0}


async def test_similar_examples_are_chosen_and_the_model_that_chose_them_is_recorded(trials: PromptingVisits) -> None:
    similar = {"few_shot": {"choose": "similar", "examples": 1}}
    given = wanted("few_shot", "zero_shot", options=similar)
    description, _ = await trials.propose(WHO, given)
    assert description.versions["embedding"] == "scripted/bag"
    run_id = trials.create(WHO, "similar", trials.confirm(WHO))
    async with aclosing(trials.measure(WHO, run_id)) as snapshots:
        screens = [snapshot async for snapshot in snapshots]
    assert not [one.failure for one in screens[-1].outcomes.values() if one.failure]
    plain, _ = await trials.propose(WHO, wanted("few_shot"))
    assert "embedding" not in plain.versions


async def test_the_most_similar_example_stands_last(trials: PromptingVisits) -> None:
    vectors = await trials.near(["a red fox", "the stock market fell", "one red fox"])
    assert vectors[2] @ vectors[0] > vectors[1] @ vectors[0]
    again = await trials.near(["one red fox"])
    assert again[0] == pytest.approx(vectors[2])
    [card] = await last(trials.ask(WHO, asked("few_shot", options={"few_shot": {"choose": "similar"}})))
    assert card.state == "done", card.failure


async def test_of_a_question_longer_than_the_model_reads_its_beginning_is_compared(trials: PromptingVisits) -> None:
    long = " ".join(f"word{number}" for number in range(400))
    whole, beginning = await trials.near([long, " ".join(long.split()[:256])])
    assert whole @ beginning == pytest.approx(1)
