"""One prompt at many settings, and how much their texts differ."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.tabs.sampling.lab import (
    Grid,
    SweepCell,
    SweepSetting,
    agreement,
    distinct,
    diversity,
    groups,
    sweep,
)
from playground.tabs.sampling.lab.statistics import common_subsequence
from providers.adapters.scripted import Scripted, words
from providers.errors import InputError, LimitExceeded, StreamTruncated, UnsupportedRequest
from providers.types import Event, Message, ModelInfo, Progress, Request, Sampling
from tests import virtual_time
from tests.playground.tabs.sampling.probes import TEXT, scripted


async def swept(provider: Scripted, request: Request, grid: Grid) -> list[tuple[SweepCell, ...]]:
    async with aclosing(sweep(provider, request, grid, asyncio.Event())) as snapshots:
        return [snapshot async for snapshot in snapshots]


async def asked(box: Scripted, name: str = "words", **sampling: object) -> Request:
    chosen = Sampling(max_tokens=12, **sampling)  # type: ignore[arg-type]
    return Request(model=await scripted(box, name), messages=(Message.of("user", TEXT),), sampling=chosen)


class TestSweep:
    GRID = Grid(temperatures=(0.0, 1.5), varied={"top_k": (5, 50)}, seeds=(1, 2, 3))

    async def test_every_combination_is_a_cell_and_a_seed_repeats_it(self, box):
        first, second = [(await swept(box, await asked(box), self.GRID))[-1] for _ in range(2)]
        assert first == second
        assert [(cell.setting, cell.seed) for cell in first] == [
            (SweepSetting(t, (("top_k", k),)), seed) for t in (0.0, 1.5) for k in (5, 50) for seed in (1, 2, 3)
        ]
        assert {cell.state for cell in first} == {"done"}
        assert len({cell.text for cell in first[:6]}) == 1  # greedy
        assert len({cell.text for cell in first[9:]}) == 3
        assert all(cell.mean_logprob is not None and cell.mean_logprob < 0 for cell in first)
        assert all(1 <= cell.tokens <= 12 for cell in first)

    async def test_without_a_seed_runs_differ(self, box):
        grid = Grid(temperatures=(2.0,), seeds=(None, None, None))
        texts = {cell.text for cell in (await swept(box, await asked(box), grid))[-1]}
        assert len(texts) > 1

    async def test_what_a_cell_leaves_open_is_the_requests_own(self, box):
        requests: list[Sampling] = []

        class Heard(Scripted):
            def stream(self, request):
                requests.append(request.sampling)
                return super().stream(request)

        await swept(
            Heard(), await asked(box, top_k=7, min_p=0.1), Grid(temperatures=(1.0,), varied={"top_p": (None, 0.5)})
        )
        assert [(one.top_k, one.top_p, one.min_p, one.seed) for one in requests] == [
            (7, None, 0.1, None),
            (7, 0.5, 0.1, None),
        ]

    async def test_cells_grow_together_and_keep_what_was_not_taken(self):
        class Narrow(Scripted):
            async def models(self):
                return tuple(
                    replace(one, accepts=frozenset({"temperature", "max_tokens"})) for one in await super().models()
                )

        box = Narrow(delay=0.05)
        snapshots = await swept(
            box, await asked(box), Grid(temperatures=(0.0, 1.0, 2.0), varied={"top_k": (5,)}, seeds=(1,))
        )
        assert any(all(cell.tokens > 0 and cell.running for cell in snapshot) for snapshot in snapshots)
        assert [change.what for change in snapshots[-1][0].changes] == ["top_k", "seed"]

    async def test_a_cell_says_what_its_sampling_became(self, box):
        asking = await asked(box)
        narrow = replace(asking, model=replace(asking.model, temperature_max=1.0))
        (cell,) = (await swept(box, narrow, Grid(temperatures=(1.5,), seeds=(1,))))[-1]
        assert [(change.what, change.reason) for change in cell.changes] == [("temperature", "lowered")]

    async def test_a_failure_leaves_the_other_cells(self):
        class Fails(Scripted):
            async def stream(self, request: Request) -> AsyncGenerator[Event]:
                if request.sampling.seed == 2:
                    raise StreamTruncated("reset", provider="scripted")
                if request.sampling.seed == 3:
                    raise RuntimeError("sk-canary-4d3c2b1a")
                async with aclosing(super().stream(request)) as events:
                    async for event in events:
                        yield event

        box = Fails()
        cells = (await swept(box, await asked(box), Grid(temperatures=(1.0,), seeds=(1, 2, 3, 4))))[-1]
        assert [cell.state for cell in cells] == ["done", "failed", "failed", "done"]
        assert [cell.failure and cell.failure.key for cell in cells] == [
            None,
            "stream_truncated.reset",
            "internal",
            None,
        ]
        assert "canary" not in repr(cells)
        assert groups(cells)[0].runs == 2

    async def test_a_model_that_cannot_be_loaded_fails_every_cell(self):
        class Unloadable(Scripted):
            async def prepare(self, model: ModelInfo) -> AsyncIterator[Progress]:
                yield Progress(stage="load")
                raise UnsupportedRequest(model=model.name)

        cells = (await swept(Unloadable(), await asked(Unloadable()), Grid(temperatures=(0.0, 1.0))))[-1]
        assert {(cell.state, cell.failure.key) for cell in cells} == {("failed", "unsupported_request")}

    async def test_a_stream_without_an_end_fails(self):
        class Endless(Scripted):
            async def stream(self, request: Request) -> AsyncGenerator[Event]:
                return
                yield

        (cell,) = (await swept(Endless(), await asked(Endless()), Grid(temperatures=(1.0,))))[-1]
        assert (cell.state, cell.failure.key) == ("failed", "stream_truncated.no_end")

    async def test_a_prompt_beyond_the_context_fails_in_each_cell(self, box):
        request = replace(await asked(box), messages=(Message.of("user", "é" * words.CONTEXT),))
        cells = (await swept(box, request, Grid(temperatures=(0.0, 1.0))))[-1]
        assert {cell.failure.key for cell in cells} == {"context_too_long"}

    def test_stop_ends_all_cells_at_once_and_beats_while_it_waits(self):
        box, stop = Scripted(delay=0.5), asyncio.Event()

        async def stopped_at(seconds: float) -> list[tuple[SweepCell, ...]]:
            asked_of, snapshots = await asked(box), []
            grid = Grid(temperatures=(0.0,), seeds=tuple(range(8)))
            async with aclosing(sweep(box, asked_of, grid, stop)) as running:
                async for snapshot in running:
                    snapshots.append(snapshot)
                    if asyncio.get_running_loop().time() > seconds:
                        stop.set()
            computed = box.computed
            await asyncio.sleep(0.6)
            assert box.computed == computed
            return snapshots

        snapshots = virtual_time.run(stopped_at(0.7))
        assert {cell.state for cell in snapshots[-1]} == {"stopped"}
        assert snapshots[-1][0].text
        assert 3 <= len(snapshots) <= 12

    async def test_closing_it_ends_all_cells(self):
        box = Scripted(delay=0.05)
        async with aclosing(sweep(box, await asked(box), self.GRID, asyncio.Event())) as running:
            async for snapshot in running:
                if any(cell.tokens for cell in snapshot):
                    break
        computed = box.computed
        await asyncio.sleep(0.3)
        assert box.computed == computed

    async def test_a_vendor_is_asked_four_times_at_once(self):
        most = [0, 0]

        class Busy(Scripted):
            async def stream(self, request: Request) -> AsyncGenerator[Event]:
                most[0] += 1
                most[1] = max(most)
                async with aclosing(super().stream(request)) as events:
                    async for event in events:
                        yield event
                most[0] -= 1

        box = Busy(delay=0.001)
        request = await asked(box)
        for local, together in ((False, 4), (True, 10)):
            most[:] = [0, 0]
            await swept(
                box,
                replace(request, model=replace(request.model, local=local)),
                Grid(temperatures=(1.0,), seeds=tuple(range(10))),
            )
            assert most[1] == together

    def test_a_grid_has_bounds(self):
        assert len(Grid(temperatures=(0.0, 1.0), seeds=tuple(range(32))).cells) == 64
        with pytest.raises(LimitExceeded, match="cells"):
            Grid(temperatures=(0.0, 1.0, 2.0), seeds=tuple(range(22)))
        with pytest.raises(InputError, match="empty"):
            Grid(temperatures=())

    async def test_groups_and_diversity(self, box):
        cells = (await swept(box, await asked(box), self.GRID))[-1]
        found = groups(cells)
        assert [group.setting for group in found] == list(self.GRID.settings)
        assert (found[0].agreement, found[0].runs) == (1.0, 3)
        assert found[3].agreement < 1
        assert found[3].distinct_2 > found[0].distinct_2
        assert found[0].length == cells[0].tokens
        lines = diversity(cells)
        assert [(dict(line.others)["top_k"], [t for t, _ in line.points]) for line in lines] == [
            (5, [0.0, 1.5]),
            (50, [0.0, 1.5]),
        ]
        assert lines[1].points[1][1] == found[3].distinct_2
        waiting = groups(self.GRID.cells)
        assert {(group.runs, group.agreement, group.distinct_1, group.length) for group in waiting} == {
            (0, None, None, None)
        }


WORDS = st.lists(st.sampled_from("abc"), max_size=12)


class TestStatistics:
    def test_distinct_by_hand(self):
        assert distinct(["the cat the cat"], 1) == 2 / 4
        assert distinct(["the cat the cat"], 2) == 2 / 3
        assert distinct(["The cat", "the CAT"], 2) == 1 / 2
        assert distinct(["a b", "c d"], 2) == 1  # "b c" is no bigram
        assert distinct(["", "   "], 1) is None
        assert distinct(["alone"], 2) is None

    def test_agreement_by_hand(self):
        assert agreement(["one"]) is None
        assert agreement(["a b c", "a b c", "A B C"]) == 1
        assert agreement(["a b", "c d"]) == 0
        assert agreement(["a b c d", "a c"]) == pytest.approx(2 * 2 / 6)
        assert agreement(["", ""]) == 1
        assert agreement(["", "a"]) == 0
        assert agreement(["a b", "b a"]) == 0.5  # order counts

    @given(st.lists(st.text(), max_size=6), st.integers(1, 3))
    def test_distinct_has_bounds(self, texts, n):
        value = distinct(texts, n)
        assert value is None or 0 < value <= 1

    @given(st.lists(st.text(max_size=40), min_size=2, max_size=5))
    def test_agreement_has_bounds_and_no_order(self, texts):
        assert 0 <= agreement(texts) <= 1
        assert agreement(texts) == pytest.approx(agreement(texts[::-1]))
        assert agreement([texts[0]] * 3) == 1

    @given(WORDS, st.integers(1, 3), st.integers(2, 4))
    def test_repeating_a_text_divides_distinct_by_as_much(self, found, n, times):
        text = " ".join(found)
        once = distinct([text], n)
        assert distinct([text] * times, n) == (None if once is None else pytest.approx(once / times))

    @given(WORDS, WORDS)
    def test_the_common_subsequence_is_that_of_the_textbook(self, one, other):
        table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
        for row, a in enumerate(one):
            for column, b in enumerate(other):
                best = max(table[row][column + 1], table[row + 1][column])
                table[row + 1][column + 1] = table[row][column] + 1 if a == b else best
        assert common_subsequence(one, other) == table[-1][-1]
