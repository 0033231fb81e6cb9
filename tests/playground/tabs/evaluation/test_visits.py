"""A visitor's comparisons and kept runs without a browser: the same twice, resumed, of every tab."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from playground.measuring import Snapshot
from playground.measuring.store import Runs
from playground.measuring.tasks import load
from playground.settings import DEFAULT_MODEL
from playground.tabs.evaluation.lab.comparison import ENERGY, comparison
from playground.tabs.evaluation.lab.judging import judged_json
from playground.tabs.evaluation.visit.visits import EvaluationVisits, Judging
from providers.adapters.scripted import Scripted
from providers.types import ModelInfo, Sampling
from tests.playground.tabs.evaluation.comparing import ADDER, WHO, WORDS, begun, visits_of, wanted

ROOT = Path(__file__).parents[4]


class Elsewhere(Scripted):
    """Scripted models as if they were a service's."""

    async def models(self) -> tuple[ModelInfo, ...]:
        return tuple(replace(one, local=False) for one in await super().models())


async def last(snapshots: AsyncGenerator[Snapshot]) -> Snapshot:
    async with aclosing(snapshots) as coming:
        return [snapshot async for snapshot in coming][-1]


def kept(visits: EvaluationVisits, run: str) -> list[tuple[str, str, str, float | None]]:
    """What does not depend on the clock."""
    with visits.runs(WHO) as runs:
        return sorted((c.column, c.item, one.text, one.score) for c, one in runs.outcomes(run).items())


async def test_twice_with_one_seed_is_identical_and_both_are_kept(tmp_path):
    visits = visits_of(tmp_path)
    found = [await begun(visits, wanted(ADDER, WORDS)) for _ in range(2)]
    for run in found:
        assert (await last(visits.compare(WHO, run))).state == "done"
    assert kept(visits, found[0]) == kept(visits, found[1])
    stored = visits.load_run(WHO, found[0])
    assert (stored.description.measurement, stored.whole) == ("comparison", True)
    assert {run.id for run in visits.list_runs(WHO)} == set(found)
    with visits.runs(WHO) as runs:
        lines = comparison(stored.description, runs.outcomes(found[0]))
    assert [line.found.items for line in lines] == [4, 4]
    assert all(line.place.local for line in lines)


async def test_a_service_costs_and_is_asked_about_and_its_tokens_left(tmp_path):
    visits = visits_of(tmp_path, Elsewhere())
    description, estimate = await visits.propose(WHO, wanted(ADDER))
    assert not estimate.free
    run = visits.create(WHO, "away", visits.confirm(WHO))
    await last(visits.compare(WHO, run))
    with visits.runs(WHO) as runs:
        stored, outcomes = runs.load(run), runs.outcomes(run)
    assert ENERGY not in stored.description.details  # nothing of it ran here
    (line,) = comparison(description, outcomes)
    assert not line.place.local and line.requests == 4 and line.sent > 0


async def test_one_stopped_half_way_is_finished_and_the_energy_of_both_parts_is_kept(tmp_path):
    visits = visits_of(tmp_path, Scripted(delay=0.02))
    run = await begun(visits, wanted(WORDS, count=40))  # more than run at once
    async with aclosing(visits.compare(WHO, run)) as snapshots:
        async for snapshot in snapshots:
            if snapshot.outcomes:
                visits.stop(WHO, "compare")
    before = dict(kept_outcomes(visits, run))
    assert 0 < len(before) < 40
    assert (await last(visits.compare(WHO, run))).state == "done"
    after = kept_outcomes(visits, run)
    assert len(after) == 40
    assert all(after[cell] == outcome for cell, outcome in before.items())
    rows = visits.load_run(WHO, run).description.details[ENERGY]
    assert isinstance(rows, list) and len(rows) == 2


async def test_one_whose_process_was_killed_is_finished_to_the_same_result(tmp_path):
    """SIGKILL in the middle: what was kept stays, the rest is asked, and what the first part took is not known."""
    command = [sys.executable, "-m", "tests.playground.tabs.evaluation.crash", str(tmp_path / "killed")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            reached = next((int(line) for line in child.stdout if int(line) >= 3), 0)
        finally:
            child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL, "it did not end by itself"
    visits, unbroken = visits_of(tmp_path / "killed"), visits_of(tmp_path / "unbroken")
    (half,) = visits.list_runs(WHO)
    before = dict(kept_outcomes(visits, half.id))
    assert 3 <= reached <= len(before) < half.description.total
    assert (await last(visits.compare(WHO, half.id))).state == "done"
    after = kept_outcomes(visits, half.id)
    assert len(after) == half.description.total
    assert all(after[cell] == outcome for cell, outcome in before.items())
    whole = await begun(unbroken, wanted(WORDS, ADDER, count=len(half.description.items)))
    await last(unbroken.compare(WHO, whole))
    assert kept(visits, half.id) == kept(unbroken, whole)
    lines = comparison(visits.load_run(WHO, half.id).description, after)
    assert [line.energy for line in lines] == [None, None]
    assert [line.found.mean for line in lines] == [
        line.found.mean
        for line in comparison(unbroken.load_run(WHO, whole).description, kept_outcomes(unbroken, whole))
    ]


def kept_outcomes(visits: EvaluationVisits, run: str):
    with visits.runs(WHO) as runs:
        return runs.outcomes(run)


async def test_a_judge_is_stopped_at_once_and_what_was_said_is_kept(tmp_path):
    visits = visits_of(tmp_path)
    run = await begun(visits, wanted(ADDER, "scripted/echo"))
    await last(visits.compare(WHO, run))
    async with aclosing(visits.judge(WHO, run, Judging(judge="scripted/echo", count=2))) as states:
        *_, whole = [state async for state in states]
    assert [one.vote for one in whole.judgements.values()] == ["tie", "tie"]  # the last word that it repeats
    assert visits.load_run(WHO, run).description.details["judged"] == judged_json(whole.judge, whole.judgements)
    async with aclosing(visits.judge(WHO, run, Judging(judge="scripted/slow"))) as states:
        async for state in states:  # noqa: B007 - the last one is looked at
            visits.stop(WHO, "judge")
    assert len(state.judgements) < len(state.pairs)
    async with visits.sessions.limits.stream(WHO):  # nothing is held any more
        pass


def test_runs_of_earlier_versions_are_strategies(tmp_path):
    """Written as 0.2.0 wrote them: without a kind of measurement."""
    path = tmp_path / "runs.sqlite"
    row = '{"tasks": "sentiment", "language": "en", "kind": "label", "metric": "exact", "items": [], "columns": []}'
    runs = Runs(path)
    runs._connection.execute("insert into run values ('a', 'old', '2026-01-01T00:00:00+00:00', ?)", (row,))
    assert runs.load("a").description.measurement == "strategies"
    runs.close()


@pytest.mark.long
async def test_the_default_model_against_itself_in_another_precision(model_home, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    for name in ("models", "encoders"):
        (home / name).symlink_to(model_home / name)
    visits = visits_of(home, Elsewhere(), model=DEFAULT_MODEL)
    models = (f"{DEFAULT_MODEL}@torch", f"{DEFAULT_MODEL}@openvino", ADDER)
    asked = wanted(*models, count=6, tasks=load("sentiment", "en"), sampling=Sampling(max_tokens=16, temperature=0))
    found = [await begun(visits, asked) for _ in range(2)]
    for run in found:
        assert (await last(visits.compare(WHO, run))).state == "done"
    one, other = (
        [row for row in kept(visits, run) if "@openvino" not in row[0]] for run in found
    )  # which other requests share a batch may change OpenVINO's last digits
    assert one == other
    with visits.runs(WHO) as runs:
        lines = comparison(runs.load(found[0]).description, runs.outcomes(found[0]))
    assert [line.place.local for line in lines] == [True, True, False]
    assert all(line.energy is not None for line in lines[:2])
    assert lines[2].requests == 6
    likely = await begun(visits, replace(asked, models=(models[0],), normalise="characters"))
    assert (await last(visits.compare(WHO, likely))).state == "done"
    (line,) = comparison(visits.load_run(WHO, likely).description, kept_outcomes(visits, likely))
    assert line.sure is not None and (line.sure.answers, line.sure.options) == (6, 18)
    assert 0 < line.sure.error < 1 and line.sure.auc is not None and 0 < line.sure.auc < 1
