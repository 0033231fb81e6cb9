"""Strategies as columns of a run: scored, counted, timed, bounded, and repeatable."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from playground.measuring import Control, Item, Plan, Snapshot, TaskSet, run
from playground.measuring.metrics import Scoring
from playground.strategies.runs.contestant import Contestant, column
from playground.strategies.solving.strategy import strategy
from playground.strategies.solving.trace import Trace
from providers.adapters.scripted import Scripted
from providers.types import ModelInfo, Sampling, Scalar

ITEMS = tuple(Item(id=str(n), question=f"How many are {n} and {n + 1}?", answer=str(2 * n + 1)) for n in range(1, 7))
TASKS = TaskSet(name="sums", language="en", kind="number", items=ITEMS, instruction="Add.", answer_format="A number.")


@pytest.fixture
def box() -> Scripted:
    return Scripted()


async def scripted(box: Scripted, name: str) -> ModelInfo:
    return {model.id: model for model in await box.models()}[name]


async def contestant(box: Scripted, name: str, model: str = "adder", **options: Scalar) -> Contestant:
    sampling = Sampling(max_tokens=60)
    return Contestant(
        strategy=strategy(name), provider=box, model=await scripted(box, model), sampling=sampling, options=options
    )


async def finished(plan: Plan) -> Snapshot:
    async with asyncio.timeout(30), aclosing(run(plan, Control())) as snapshots:
        return [snapshot async for snapshot in snapshots][-1]


async def test_strategies_side_by_side_on_a_set(box):
    names = ("zero_shot", "react", "self_consistency", "tree_of_thoughts")
    columns = tuple([column(await contestant(box, name), TASKS, "exact", Scoring()) for name in names])
    last = await finished(Plan(columns=columns, items=ITEMS, seed=1))
    assert (last.state, len(last.outcomes), last.failed, last.cost) == ("done", 24, 0, 0.0)
    by_column = {key.column: [] for key in last.outcomes}
    for cell, outcome in last.outcomes.items():
        by_column[cell.column].append(outcome)
        assert outcome.seconds > 0
        assert Trace.from_json(outcome.trace).answer_text == outcome.text
    parts = [outcome.computing for outcome in last.outcomes.values()]
    assert all(part is not None and part > 0 for part in parts)
    assert sum(parts) <= last.seconds, "the computer worked no longer than the run took"
    react = by_column["react@scripted/adder"]
    assert [(one.score, one.calls, one.extraction.value) for one in react] == [(1.0, 2, item.answer) for item in ITEMS]
    assert {one.calls for one in by_column["self_consistency@scripted/adder"]} == {5}
    assert all(one.usage.output_tokens > 0 for one in by_column["zero_shot@scripted/adder"])


async def test_one_seed_gives_the_same_twice_and_columns_share_an_items_seed(box):
    def texts(last: Snapshot) -> dict[object, str]:
        return {cell: outcome.text for cell, outcome in last.outcomes.items()}

    one = await contestant(box, "zero_shot")
    other = replace(one, strategy=strategy("few_shot"))
    tasks = replace(TASKS, examples=(Item(id="e", question="1 and 1?", answer="2"),))
    columns = (column(one, tasks, "exact", Scoring()), column(other, tasks, "exact", Scoring()))
    first = texts(await finished(Plan(columns=columns, items=ITEMS, repeats=4, seed=7)))
    assert first == texts(await finished(Plan(columns=columns, items=ITEMS, repeats=4, seed=7)))
    assert first != texts(await finished(Plan(columns=columns, items=ITEMS, repeats=4, seed=8)))
    for cell, text in first.items():
        assert text == first[replace(cell, column="zero_shot@scripted/adder")]


async def test_a_failure_is_its_cells_and_no_answer_is_wrong(box):
    broken = await contestant(box, "zero_shot", "broken")
    silent = replace(await contestant(box, "react"), model=await scripted(box, "echo"))
    without = await contestant(box, "few_shot")  # the set has no examples
    columns = tuple(column(one, TASKS, "exact", Scoring()) for one in (broken, silent, without))
    last = await finished(Plan(columns=columns, items=ITEMS[:1]))
    found = {cell.column: outcome for cell, outcome in last.outcomes.items()}
    cut, unread, none = (found[one.key] for one in (broken, silent, without))
    assert (cut.score, cut.failure.key) == (None, "stream_truncated.reset")
    assert (unread.score, unread.failure, unread.text, unread.extraction.value) == (0.0, None, "", None)
    assert (none.score, none.failure.key) == (None, "input_error.no_examples")


async def test_requests_in_flight_stay_bounded_and_a_pause_is_no_latency(box):
    slow = replace(await contestant(box, "self_consistency", "slow", samples=6), sampling=Sampling(max_tokens=8))
    many = column(slow, TASKS, "exact", Scoring())
    plan, control, most, paused = Plan(columns=(many,), items=ITEMS[:2], per_provider=2), Control(), 0, False
    async with asyncio.timeout(60), aclosing(run(plan, control)) as snapshots:
        async for snapshot in snapshots:
            most = max(most, snapshot.in_flight.get("scripted", 0))
            if most == 2 and not paused:
                paused = True
                control.pause()
                asyncio.get_running_loop().call_later(1.2, control.resume)
    assert most == 2
    assert snapshot.state == "done"
    assert sum(outcome.calls for outcome in snapshot.outcomes.values()) == 12
    assert max(outcome.seconds for outcome in snapshot.outcomes.values()) < snapshot.seconds - 0.5


async def test_stopping_a_run_ends_its_calls(box):
    plan = Plan(
        columns=(column(await contestant(box, "self_consistency", "slow"), TASKS, "exact", Scoring()),), items=ITEMS
    )
    control, before = Control(), asyncio.all_tasks()
    async with asyncio.timeout(30), aclosing(run(plan, control)) as snapshots:
        async for snapshot in snapshots:
            if snapshot.in_flight.get("scripted", 0) == 4:
                control.stop()
    assert snapshot.state == "stopped"
    assert asyncio.all_tasks() == before
    computed = box.computed
    await asyncio.sleep(0.2)
    assert box.computed == computed
