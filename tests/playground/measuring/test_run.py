"""The runner: order, bounds, failures, pause, stop, and going on after a crash."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from playground.asking.pump import HEARTBEAT
from playground.measuring import Cell, Control, Extraction, Outcome, Plan, Slots, run
from playground.measuring.outcomes import Snapshot, outcome_from_json, outcome_to_json, seed_for
from playground.measuring.run import REDRAW
from playground.measuring.store import ColumnDescription, RunDescription, Runs
from playground.measuring.summary import disagreements, summarise, tries
from playground.sqlite import StorageFailed
from tests import virtual_time
from tests.playground.measuring.columns import ITEMS, Watch, column

ROOT = Path(__file__).parents[3]


async def last(plan: Plan, control: Control | None = None, **more: object) -> Snapshot:
    return [snapshot async for snapshot in run(plan, control or Control(), **more)][-1]  # type: ignore[arg-type]


def plain(outcomes: object) -> dict[Cell, Outcome]:
    return dict(outcomes)  # type: ignore[call-overload]


async def test_every_cell_once_and_the_same_again():
    plans = []
    for _ in range(2):
        watch = Watch()
        plan = Plan(columns=(column("a", watch), column("b", watch, wrong=2)), items=ITEMS, repeats=2, seed=5)
        snapshot = await last(plan)
        assert snapshot.state == "done" and snapshot.total == len(snapshot.outcomes) == 48
        assert len(set(watch.begun)) == len(watch.begun) == 48
        plans.append(plain(snapshot.outcomes))
    assert plans[0] == plans[1]
    other = await last(Plan(columns=(column("a", Watch()),), items=ITEMS, seed=6))
    assert {cell: outcome.text for cell, outcome in other.outcomes.items()} != {
        cell: outcome.text for cell, outcome in plans[0].items() if cell.column == "a" and cell.repeat == 0
    }


async def test_items_go_before_columns_so_that_partial_results_can_be_compared():
    watch = Watch()
    await last(Plan(columns=(column("a", watch), column("b", watch)), items=ITEMS, repeats=1, per_provider=1))
    assert [place[0] for place in watch.begun] == ["a", "b"] * len(ITEMS)
    assert [place[1] for place in watch.begun[::2]] == [item.id for item in ITEMS]


def test_columns_share_the_seed_of_a_cell_and_cells_do_not():
    seeds = {seed_for(1, item.id, repeat) for item in ITEMS for repeat in range(5)}
    assert len(seeds) == 60
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert seed_for(7, "item", 3) == 1618092711


@pytest.mark.parametrize("most", [1, 3])
async def test_requests_in_flight_are_bounded_by_provider(most):
    """Every cell asks for five samples at once: bounded all the same, each provider on its own, and both at work."""
    watch = Watch()
    columns = (
        column("a", watch, "one", samples=5),
        column("b", watch, "one", samples=5),
        column("c", watch, "two", samples=5),
    )
    seen: list[int] = []
    async for snapshot in run(Plan(columns=columns, items=ITEMS, per_provider=most), Control()):
        seen += snapshot.in_flight.values()
    assert dict(watch.most) == {"one": most, "two": most}
    assert max(seen, default=0) <= most
    assert watch.ended == 36


async def test_hold_keeps_a_place_for_the_length_of_a_stream():
    watch, slots = Watch(), Slots(2)

    async def stream():
        await watch.request("here", 0.01)
        yield 1
        await watch.request("here", 0.01)
        yield 2

    async def read() -> list[int]:
        return [value async for value in slots.hold("here", stream())]

    assert await asyncio.gather(*(read() for _ in range(6))) == [[1, 2]] * 6
    assert watch.most["here"] == 2
    assert slots.in_flight == {"here": 0}


async def test_a_failing_cell_says_so_and_the_rest_goes_on(caplog):
    watch = Watch()
    columns = (column("a", watch, failing=frozenset({"item-03"}), broken=frozenset({"item-04"})), column("b", watch))
    snapshot = await last(Plan(columns=columns, items=ITEMS))
    failures = {cell.item: outcome.failure for cell, outcome in snapshot.outcomes.items() if outcome.failure}
    assert {item: failure.key for item, failure in failures.items()} == {
        "item-03": "rate_limited",
        "item-04": "internal",
    }
    assert snapshot.failed == 2 and len(snapshot.outcomes) == 24
    broken = snapshot.outcomes[Cell("a", "item-03")]
    assert (broken.text, broken.score, broken.done) == ("thinking", None, True)
    assert "secret" not in caplog.text


async def test_a_column_that_ends_without_being_done_has_failed():
    async def run_nothing(attempt):
        yield Outcome(text="half")

    lazy = column("a", Watch())
    snapshot = await last(Plan(columns=(replace(lazy, run=run_nothing),), items=ITEMS[:1]))
    (outcome,) = snapshot.outcomes.values()
    assert outcome.failure is not None and outcome.failure.key == "stream_truncated.no_end"


async def test_pause_begins_no_request_and_resume_goes_on():
    watch, control = Watch(), Control()
    plan = Plan(columns=(column("a", watch, seconds=0.02, samples=3),), items=ITEMS, per_provider=2)
    async with aclosing(run(plan, control)) as snapshots:
        async for snapshot in snapshots:
            if len(snapshot.outcomes) >= 3:
                break
        control.pause()
        await asyncio.sleep(0.2)  # what was under way ends
        assert watch.now["here"] == 0
        ended, begun = watch.ended, len(watch.begun)
        snapshot = await anext(snapshots)
        snapshot = await anext(snapshots)
        assert snapshot.state == "paused"
        await asyncio.sleep(0.1)
        assert (watch.ended, len(watch.begun), watch.now["here"]) == (ended, begun, 0)
        control.resume()
        snapshot = [one async for one in snapshots][-1]
    assert snapshot.state == "done" and len(snapshot.outcomes) == 12


@pytest.mark.parametrize("paused", [False, True])
async def test_stop_ends_everything_at_once(paused):
    watch, control, kept = Watch(), Control(), []
    plan = Plan(columns=(column("a", watch, seconds=60),), items=ITEMS, per_provider=4)
    async for snapshot in run(plan, control, lambda cell, outcome: kept.append(cell)):
        if watch.now["here"] == 4 and snapshot.state == "running":
            assert len(snapshot.running) == 4
            if paused:
                control.pause()
            control.stop()
    assert snapshot.state == "stopped"
    assert watch.cancelled == 4 and watch.now["here"] == 0
    assert kept == [] and not snapshot.outcomes and not snapshot.running


async def test_closing_ends_everything_too():
    watch = Watch()
    plan = Plan(columns=(column("a", watch, seconds=60),), items=ITEMS, per_provider=3)
    snapshots = run(plan, Control())
    async for _ in snapshots:
        if watch.now["here"] == 3:
            break
    await snapshots.aclose()
    assert watch.cancelled == 3
    assert len(asyncio.all_tasks()) == 1


def test_snapshots_come_at_most_ten_and_at_least_four_a_second():
    async def times(plan: Plan) -> list[float]:
        return [asyncio.get_running_loop().time() async for _ in run(plan, Control())]

    watch = Watch()
    quiet = Plan(
        columns=(column("a", watch, seconds=0.004), column("slow", watch, "there", seconds=0.9)), items=ITEMS[:1]
    )
    busy = Plan(columns=(column("a", watch, seconds=0.02),), items=ITEMS, repeats=4, per_provider=1)
    for plan in (quiet, busy):
        gaps = [after - before for before, after in pairwise(virtual_time.run(times(plan))[:-1])]
        assert len(gaps) >= 4
        assert min(gaps) > REDRAW * 0.999
        assert max(gaps) < HEARTBEAT * 1.001


async def test_what_cannot_be_kept_ends_the_run():
    def keep(cell: Cell, outcome: Outcome) -> None:
        raise StorageFailed("full")

    watch = Watch()
    with pytest.raises(StorageFailed):
        await last(Plan(columns=(column("a", watch), column("b", watch, seconds=60)), items=ITEMS), keep=keep)
    assert watch.now["here"] == 0


async def test_cells_that_are_done_are_not_run_again():
    watch = Watch()
    plan = Plan(columns=(column("a", watch),), items=ITEMS)
    whole = plain((await last(plan)).outcomes)
    some = dict(list(whole.items())[:5])
    watch.begun.clear()
    foreign = {Cell("gone", "item-00"): Outcome(done=True)}
    again = await last(plan, done=some | foreign)
    assert len(watch.begun) == 7
    assert plain(again.outcomes) == whole


# ---- a crash


def crash_plan(seconds: float) -> Plan:
    watch = Watch()
    columns = (column("a", watch, seconds=seconds), column("b", watch, wrong=2, seconds=seconds))
    return Plan(columns=columns, items=ITEMS, repeats=2, per_provider=2, seed=11)


def crash_description() -> RunDescription:
    columns = tuple(ColumnDescription(key=key, label=key, model="none/none") for key in "ab")
    return RunDescription(
        tasks="sums", language="en", kind="number", metric="exact", items=ITEMS, columns=columns, repeats=2, seed=11
    )


async def test_a_run_that_was_killed_goes_on_to_the_same_result(tmp_path):
    path = tmp_path / "runs.db"
    command = [sys.executable, "-m", "tests.playground.measuring.crash", str(path)]
    child = subprocess.Popen(command, cwd=ROOT)
    try:
        while child.poll() is None:
            await asyncio.sleep(0.05)
            if path.exists() and (found := Runs(path).list()) and found[0].done >= 7:
                break
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    runs = Runs(path)
    (kept,) = runs.list()
    assert 7 <= kept.done < kept.description.total == 48
    assert not kept.whole
    done = runs.to_resume(kept.id)
    plan = crash_plan(seconds=0)
    resumed = await last(plan, keep=partial(runs.keep, kept.id), done=done)
    unbroken = await last(crash_plan(seconds=0))
    assert plain(resumed.outcomes) == plain(unbroken.outcomes)
    assert runs.outcomes(kept.id) == plain(unbroken.outcomes)
    assert runs.load(kept.id).whole
    keys = ["a", "b"]
    assert summarise(resumed.outcomes, keys, "a") == summarise(unbroken.outcomes, keys, "a")


@pytest.mark.long
async def test_a_run_that_was_killed_twenty_times_loses_nothing_and_ends_the_same(tmp_path):
    path = tmp_path / "runs.db"
    command = [sys.executable, "-m", "tests.playground.measuring.crash", str(path)]
    acknowledged: dict[object, object] = {}
    for kill in range(1, 21):
        child = subprocess.Popen(command, cwd=ROOT)
        try:
            while child.poll() is None:
                await asyncio.sleep(0.02)
                if path.exists() and (found := Runs(path).list()) and found[0].done >= 2 * kill:
                    break
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()
        runs = Runs(path)
        (kept,) = runs.list()
        now = runs.outcomes(kept.id)
        assert {cell: now[cell] for cell in acknowledged} == acknowledged, "what was kept once stays as it was"
        acknowledged = dict(now)
        if kept.whole:
            break
    resumed = await last(crash_plan(seconds=0), keep=partial(runs.keep, kept.id), done=runs.to_resume(kept.id))
    unbroken = await last(crash_plan(seconds=0))
    assert plain(resumed.outcomes) == plain(unbroken.outcomes)
    assert runs.outcomes(kept.id) == plain(unbroken.outcomes)


# ---- what a run says


async def test_the_summary_of_a_run():
    watch = Watch()
    columns = (
        column("base", watch, wrong=2),
        column("other", watch, wrong=4),
        column("bad", watch, failing=frozenset({"item-01"})),
    )
    snapshot = await last(Plan(columns=columns, items=ITEMS))
    base, other, bad = summarise(snapshot.outcomes, ["base", "other", "bad"], "base")
    right = sum(seed_for(0, item.id, 0) % 2 != 0 for item in ITEMS)
    assert base.mean == pytest.approx(right / 12)
    assert base.low is not None and base.high is not None and base.low < right / 12 < base.high
    assert (base.cells, base.items, base.failed, base.calls) == (12, 12, 0, 12)
    assert (base.input_tokens, base.output_tokens, base.seconds, base.cost) == (120, 36, 0.5, 3.0)
    assert base.comparison is None and base.binary
    assert other.comparison is not None
    # whoever is right with `wrong=2` is right with `wrong=4` too: an odd seed is no multiple of 4
    assert other.comparison.worse == 0 and other.comparison.items == 12
    assert other.comparison.p == pytest.approx(min(1, 2 / 2**other.comparison.better))
    assert (bad.cells, bad.items, bad.failed) == (12, 11, 1)
    assert snapshot.cost == pytest.approx(35 * 0.25)


async def test_repeats_are_no_new_items():
    snapshot = await last(Plan(columns=(column("a", Watch(), wrong=2),), items=ITEMS[:4], repeats=25))
    (found,) = summarise(snapshot.outcomes, ["a"])
    assert (found.cells, found.items) == (100, 4)
    assert found.low is not None and found.high is not None and found.high - found.low > 0.4
    of = tries(snapshot.outcomes, "a")
    assert [one.of for one in of] == [25] * 4
    assert sum(one.right for one in of) == sum(outcome.score == 1 for outcome in snapshot.outcomes.values())
    assert all(sum(count for _, count in one.answers) == 25 for one in of)


def test_where_columns_disagree():
    def done(score: float | None, value: str = "x") -> Outcome:
        return Outcome(score=score, extraction=Extraction(value, 0, 1, "whole"), done=True)

    outcomes = {
        Cell("a", "1"): done(1.0, "x"),
        Cell("b", "1"): done(0.0, "y"),
        Cell("a", "2"): done(1.0, "x"),
        Cell("b", "2"): done(1.0, "X"),
        Cell("a", "3"): done(None, "x"),
        Cell("b", "3"): done(None, "y"),
    }
    assert disagreements(outcomes, ["a", "b"]) == ("1", "3")


def test_graded_scores_are_compared_by_sign_and_bootstrap():
    outcomes = {Cell("a", str(n)): Outcome(score=0.5, done=True) for n in range(20)}
    outcomes |= {Cell("b", str(n)): Outcome(score=0.75 if n < 15 else 0.25, done=True) for n in range(20)}
    _, found = summarise(outcomes, ["a", "b"], "a")
    assert not found.binary and found.comparison is not None
    assert (found.comparison.better, found.comparison.worse) == (15, 5)
    assert found.comparison.difference == pytest.approx(0.125)
    assert found.comparison.p == pytest.approx(0.04139, abs=1e-5)
    assert 0 < found.comparison.low < 0.125 < found.comparison.high


def test_a_summary_of_nothing():
    (found,) = summarise({}, ["a"], "b")
    assert (found.mean, found.low, found.seconds, found.comparison) == (None, None, None, None)


async def test_outcomes_survive_json():
    snapshot = await last(Plan(columns=(column("a", Watch(), failing=frozenset({"item-02"})),), items=ITEMS))
    for outcome in snapshot.outcomes.values():
        assert outcome_from_json(outcome_to_json(outcome)) == outcome
    with pytest.raises(ValueError):
        outcome_from_json('{"text": 3}')


async def test_a_computers_time_is_shared_out_among_the_requests_under_way() -> None:
    """One alone for a second, then two together for four, then the second alone for a second."""
    now = 0.0
    slots = Slots(4, clock=lambda: now)
    async with slots.at("here") as first:
        now = 1.0
        async with slots.at("elsewhere") as other, slots.at("here") as second:
            now = 5.0
            assert (first.seconds, second.seconds) == (3.0, 2.0)
        now = 6.0
    assert (first.seconds, second.seconds) == (4.0, 2.0), "together the six seconds in which any was under way"
    assert other.seconds == 4.0, "another provider's time is its own"
    now = 60.0
    assert first.seconds == 4.0
