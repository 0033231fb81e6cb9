"""The sampling lab without a page: bars, paths and sweeps, on a model whose logits are a pure function."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.tabs.sampling.lab import (
    Grid,
    Growth,
    Position,
    SweepCell,
    SweepSetting,
    TokenCandidate,
    TokenTree,
    agreement,
    choose,
    distinct,
    diversity,
    groups,
    grow,
    look,
    next_tokens,
    path_from_logprobs,
    replay,
    small_multiples,
    sweep,
    trace,
    visible,
)
from playground.tabs.sampling.lab.next_token import likeliest
from playground.tabs.sampling.lab.statistics import common_subsequence
from playground.tabs.sampling.lab.tree import MAX_NODES
from providers.adapters.scripted import Scripted, words
from providers.decoding import distribution, softmax
from providers.errors import ContextTooLong, InputError, LimitExceeded, StreamTruncated, UnsupportedRequest
from providers.types import Event, Message, ModelInfo, Progress, Request, Sampling, TokenLogprob
from providers.whitebox import shows
from tests import virtual_time

TEXT = "The capital of France is"


@pytest.fixture
def box() -> Scripted:
    return Scripted()


async def scripted(box: Scripted, name: str = "words") -> ModelInfo:
    return {model.id: model for model in await box.models()}[name]


async def position(box: Scripted, text: str = TEXT) -> Position:
    return await look(box, await scripted(box), words.encode(text))


async def root(box: Scripted, text: str = TEXT) -> TokenTree:
    return TokenTree(prompt=await box.encode(await scripted(box), text))


async def grown(box: Scripted, tree: TokenTree, growth: Growth) -> list[TokenTree]:
    async with aclosing(grow(box, await scripted(box), tree, growth)) as trees:
        return [one async for one in trees]


class TestVisible:
    @pytest.mark.parametrize(
        ("piece", "shown"),
        [
            (" Paris", "␠Paris"),
            ("  \n\t", "␠␠⏎⇥"),
            ("", "∅"),
            ("\x00\x1b\r\x7f", "␀␛␍␡"),
            ("<0xF0>", "<0xF0>"),
            ("a\u00a0b\u200b\u202e", "a<U+00A0>b<U+200B><U+202E>"),
            ("\u0301", "◌\u0301"),
            ("ñ🙂�", "ñ🙂�"),
            ("\ud800", "<U+D800>"),
        ],
    )
    def test_nothing_of_a_token_is_invisible(self, piece, shown):
        assert visible(piece) == shown

    @given(st.text())
    def test_whatever_it_is_it_can_be_seen(self, piece):
        assert visible(piece).isprintable()
        assert " " not in visible(piece)
        assert visible(piece)


class TestNextTokens:
    async def test_rows_are_the_models_own_best_first(self, box):
        model, place = await scripted(box), await position(box)
        found = await next_tokens(box, model, place, Sampling())
        assert (found.rows[0].token, len(found.rows), found.vocabulary) == (" Paris", 25, place.logits.size)
        own = softmax(place.logits)
        assert [row.probability for row in found.rows] == sorted(own, reverse=True)[:25]
        for row in found.rows:
            assert (row.logit, row.probability, row.kept) == (place.logits[row.id], own[row.id], True)
            assert row.reshaped == pytest.approx(row.probability)
        assert found.survivors == found.vocabulary
        assert found.cut_mass == 0
        assert found.entropy == pytest.approx(-np.sum(own * np.log(own)))
        assert found.reshaped_entropy == pytest.approx(found.entropy)

    async def test_moving_a_slider_needs_no_forward_pass(self, box):
        model, place = await scripted(box), await position(box)
        computed = box.computed
        for sampling in (Sampling(temperature=0.3), Sampling(top_k=3), Sampling(typical_p=0.5)):
            await next_tokens(box, model, place, sampling)
        assert box.computed == computed

    @pytest.mark.parametrize(
        ("sampling", "survivors"),
        [
            (Sampling(temperature=0), 1),
            (Sampling(temperature=0, top_k=5), 1),
            (Sampling(top_k=0), None),
            (Sampling(top_k=1), 1),
            (Sampling(top_k=1_000_000), None),
            (Sampling(top_p=0), 1),
            (Sampling(top_p=1), None),
            (Sampling(min_p=1), 1),
            (Sampling(top_k=2, top_p=0, min_p=1, typical_p=0.01), 1),
            (Sampling(temperature=100, top_k=3), 3),
        ],
    )
    async def test_extremes(self, box, sampling, survivors):
        model, place = await scripted(box), await position(box)
        found = await next_tokens(box, model, place, sampling, k=place.logits.size)
        assert found.survivors == (place.logits.size if survivors is None else survivors)
        assert sum(row.kept for row in found.rows) == found.survivors
        assert sum(row.reshaped for row in found.rows) == pytest.approx(1)
        assert found.rows[0].kept
        assert all(math.isfinite(value) for value in (found.entropy, found.reshaped_entropy, found.cut_mass))

    async def test_temperature_100_is_nearly_even_and_0_certain(self, box):
        model, place = await scripted(box), await position(box)
        hot = await next_tokens(box, model, place, Sampling(temperature=100), k=10_000)
        assert hot.reshaped_entropy == pytest.approx(math.log(hot.vocabulary), rel=0.01)
        cold = await next_tokens(box, model, place, Sampling(temperature=0, top_k=7))
        assert (cold.rows[0].reshaped, cold.reshaped_entropy, cold.cut_mass) == (1, 0, 0)

    async def test_the_mass_cut_is_counted_after_temperature_and_penalties(self, box):
        model, place = await scripted(box), await position(box)
        sampling = Sampling(temperature=2.0, repetition_penalty=1.3)
        warm = distribution(place.logits, sampling, place.ids)
        found = await next_tokens(box, model, place, replace(sampling, top_k=4), k=4)
        assert found.cut_mass == pytest.approx(1 - np.sort(warm)[-4:].sum())
        assert found.cut_mass + np.sort(warm)[-4:].sum() == pytest.approx(1)

    async def test_penalties_see_prompt_and_reply_as_the_engines_do(self, box):
        model, ids = await scripted(box), words.encode(TEXT)
        sampling = Sampling(repetition_penalty=1.5, frequency_penalty=1.0)
        place = await look(box, model, ids, prompt=3)
        assert place.distribution(sampling) == pytest.approx(distribution(place.logits, sampling, ids[:3], ids[3:]))
        whole = await look(box, model, ids)
        assert whole.distribution(sampling) == pytest.approx(distribution(place.logits, sampling, ids))

    async def test_bytes_and_marks_are_rows_like_any_other(self, box):
        model, place = await scripted(box), await position(box)
        rows = (await next_tokens(box, model, place, Sampling(), k=10_000)).rows
        assert len(rows) == place.logits.size
        assert {"<0xF0>", "\n", " ", "<|end|>"} <= {row.token for row in rows}

    async def test_small_multiples_are_the_same_tokens_at_four_temperatures(self, box):
        model, place = await scripted(box), await position(box)
        rows = (await next_tokens(box, model, place, Sampling(top_k=5), k=10)).rows
        smalls = small_multiples(place, rows, Sampling(temperature=9, top_k=5))
        assert [small.temperature for small in smalls] == [0.3, 0.7, 1.0, 1.5]
        assert {tuple(row.id for row in small.rows) for small in smalls} == {tuple(row.id for row in rows)}
        first = [small.rows[0].reshaped for small in smalls]
        assert first == sorted(first, reverse=True)
        for small in smalls:
            direct = (await next_tokens(box, model, place, Sampling(temperature=small.temperature, top_k=5), 10)).rows
            assert small.rows == direct
            assert [row.kept for row in small.rows] == [True] * 5 + [False] * 5

    async def test_bad_prompts(self, box):
        model = await scripted(box)
        with pytest.raises(InputError, match="empty"):
            await look(box, model, ())
        with pytest.raises(ContextTooLong):
            await look(box, model, [70] * (words.CONTEXT + 1))
        with pytest.raises(UnsupportedRequest, match="logits"):
            await look(box, await scripted(box, "echo"), [70])

    @pytest.mark.parametrize("logits", [[math.nan, 1.0], [-math.inf, -math.inf], [math.inf, 0.0]])
    async def test_logits_that_are_none_are_refused(self, logits):
        class Odd(Scripted):
            async def next_token_logits(self, model, ids):
                return np.array(logits)

        with pytest.raises(StreamTruncated, match="malformed"):
            await look(Odd(), await scripted(Odd()), [70])

    def test_equal_logits_come_in_the_order_of_their_ids(self):
        assert likeliest(np.zeros(100), 4) == [0, 1, 2, 3]
        assert likeliest(np.array([1.0, 3.0, 3.0, 2.0]), 3) == [1, 2, 3]
        assert likeliest(np.array([1.0, 2.0]), 99) == [1, 0]

    @settings(max_examples=50)
    @given(
        st.lists(st.floats(-50, 50), min_size=2, max_size=60),
        st.builds(
            Sampling,
            temperature=st.sampled_from([None, 0, 0.01, 1.0, 100]),
            top_k=st.sampled_from([None, 0, 1, 3, 10**6]),
            top_p=st.sampled_from([None, 0, 0.5, 1]),
            min_p=st.sampled_from([None, 0, 0.5, 1]),
            typical_p=st.sampled_from([None, 0.01, 0.5, 1]),
        ),
    )
    async def test_bounds_of_every_number(self, logits, sampling):
        place = Position((5,), np.array(logits), 1)
        rows = small_multiples(
            place, [row_of(place, one) for one in range(len(logits))], sampling, [sampling.temperature or 0]
        )
        kept = [row for row in rows[0].rows if row.kept]
        assert kept
        assert sum(row.reshaped for row in kept) == pytest.approx(1)
        box = Scripted()
        found = await next_tokens(box, await scripted(box), place, sampling, k=5)
        assert 0 <= found.cut_mass <= 1
        assert 0 <= found.entropy <= math.log(len(logits)) + 1e-9
        assert 0 <= found.reshaped_entropy <= math.log(found.survivors) + 1e-9
        assert 1 <= found.survivors <= found.vocabulary == len(logits)
        assert [row.probability for row in found.rows] == sorted((row.probability for row in found.rows), reverse=True)


def row_of(place: Position, token: int) -> TokenCandidate:
    return TokenCandidate(str(token), token, float(place.logits[token]), 0.0, 0.0, True)


class TestPath:
    async def test_greedy_steps_take_the_likeliest(self, box):
        trees = await grown(box, await root(box), Growth(how="greedy", steps=3))
        assert [len(tree.nodes) for tree in trees] == [1, 2, 3]
        assert [node.token.piece for node in trees[-1].path()] == [" Paris", ".", " The"]
        first = trees[-1].nodes[0]
        assert (first.rank, first.how, first.parent) == (1, "greedy", None)
        assert first.probability == pytest.approx(softmax(words.logits(words.encode(TEXT)))[first.token.id])
        assert len(first.alternatives) == 10
        assert first.alternatives[0] == (first.token, first.probability)
        assert trees[-1].ids == (*words.encode(TEXT), *words.encode(" Paris. The"))

    async def test_greedy_again_goes_where_it_went_before(self, box):
        once = (await grown(box, await root(box), Growth(how="greedy", steps=2)))[-1]
        again = (await grown(box, once.at(None), Growth(how="greedy", steps=2)))[-1]
        assert again.nodes == once.nodes
        assert again.leaf == once.leaf

    async def test_a_seed_draws_the_same_in_one_go_and_step_by_step(self, box):
        sampling = Sampling(temperature=1.5, seed=11)
        tree = await root(box)
        together = (await grown(box, tree, Growth(how="sampled", steps=6, sampling=sampling)))[-1]
        for _ in range(6):
            tree = (await grown(box, tree, Growth(how="sampled", sampling=sampling)))[-1]
        assert tree == together
        other = (
            await grown(box, await root(box), Growth(how="sampled", steps=6, sampling=replace(sampling, seed=12)))
        )[-1]
        assert other.ids != together.ids

    async def test_without_a_seed_two_draws_differ(self, box):
        growth = Growth(how="sampled", steps=12, sampling=Sampling(temperature=2.0))
        runs = [(await grown(box, await root(box), growth))[-1].ids for _ in range(3)]
        assert len(set(runs)) > 1

    async def test_it_ends_where_the_model_ends(self, box):
        tree = (
            await grown(
                box, await root(box), Growth(how="sampled", steps=400, sampling=Sampling(temperature=2, seed=3))
            )
        )[-1]
        assert tree.nodes[-1].token.special
        assert [node.token.special for node in tree.nodes].count(True) == 1
        assert await grown(box, tree, Growth(how="greedy", steps=3)) == []

    async def test_it_ends_where_the_context_ends(self, box):
        full = TokenTree(prompt=tuple(words.token(70) for _ in range(words.CONTEXT - 1)))
        sampling = Sampling(top_k=1, temperature=1.0, repetition_penalty=1.0)
        trees = await grown(box, full, Growth(how="greedy", steps=5, sampling=sampling))
        assert 1 <= len(trees) <= 2
        over = TokenTree(prompt=tuple(words.token(70) for _ in range(words.CONTEXT + 1)))
        with pytest.raises(ContextTooLong):
            await grown(box, over, Growth(how="greedy"))

    async def test_a_click_forks_and_needs_no_forward_pass(self, box):
        model = await scripted(box)
        tree = (await grown(box, await root(box), Growth(how="greedy", steps=3)))[-1]
        computed, second = box.computed, tree.nodes[1]
        other, probability = second.alternatives[4]
        forked = await choose(box, model, tree.at(second.parent), other.id)
        assert box.computed == computed
        assert [node.token for node in forked.path()] == [tree.nodes[0].token, other]
        assert forked.nodes[:3] == tree.nodes
        chosen = forked.nodes[3]
        assert (chosen.probability, chosen.rank, chosen.how) == (probability, 5, "chosen")
        assert forked.children(0) == (tree.nodes[1], chosen)
        assert await choose(box, model, forked.at(0), other.id) == forked  # there already
        afresh = await choose(box, model, (await root(box)).at(None), tree.nodes[0].token.id)
        assert replace(afresh.nodes[0], how="greedy") == tree.nodes[0]

    async def test_a_token_far_down_is_ranked_by_a_forward_pass(self, box):
        model, tree = await scripted(box), await root(box)
        order = np.argsort(-words.logits(words.encode(TEXT)), kind="stable")
        chosen = (await choose(box, model, tree, int(order[40]))).nodes[0]
        assert chosen.rank == 41
        assert len(chosen.alternatives) == 10
        for wrong in (-1, 10**6):
            with pytest.raises(InputError, match="node"):
                await choose(box, model, tree, wrong)

    async def test_places_that_are_not_there(self, box):
        tree = await root(box)
        for wrong in (0, -1, 7):
            with pytest.raises(InputError, match="node"):
                tree.at(wrong)
        with pytest.raises(InputError, match="empty"):
            await grown(box, TokenTree(), Growth(how="greedy"))

    async def test_a_tree_has_a_most(self, box):
        full = path_from_logprobs([TokenLogprob("a", -1.0)] * MAX_NODES)
        with pytest.raises(LimitExceeded, match="nodes"):
            full.grown(full.nodes[0])
        with pytest.raises(LimitExceeded, match="nodes"):
            path_from_logprobs([TokenLogprob("a", -1.0)] * (MAX_NODES + 1))

    async def test_json_and_text(self, box):
        model = await scripted(box)
        tree = (await grown(box, await root(box), Growth(how="greedy", steps=2)))[-1]
        tree = await choose(box, model, tree.at(None), tree.nodes[0].alternatives[3][0].id)
        assert TokenTree.from_json(json.loads(json.dumps(tree.to_json()))) == tree
        lines = tree.to_text().splitlines()
        assert lines[0] == "The␠capital␠of␠France␠is"
        assert [line[:4] for line in lines[1:]] == ["  - ", "  - ", "  * "]
        assert "␠Paris" in lines[1]
        assert "#1" in lines[1]
        assert "greedy" in lines[1]
        assert "#4  chosen" in lines[3]

    @pytest.mark.parametrize("wrong", [None, [], {"nodes": [{}]}, "leaf", "parent"])
    async def test_json_of_another_shape_is_refused(self, box, wrong):
        tree = (await grown(box, await root(box), Growth(how="greedy", steps=2)))[-1]
        value = tree.to_json()
        match wrong:
            case "leaf":
                value["leaf"] = 9
            case "parent":
                value["nodes"][1]["parent"] = 1
            case _:
                value = wrong
        with pytest.raises(ValueError):
            TokenTree.from_json(value)

    async def test_a_reply_is_replayed_and_forked(self, box):
        model = await scripted(box)
        prompt = await box.encode(model, TEXT)
        reply = words.encode(" Paris. The moon é")
        tree = await replay(box, model, prompt, reply)
        assert [node.token.id for node in tree.path()] == reply
        step = (await grown(box, TokenTree(prompt=prompt), Growth(how="greedy")))[-1].nodes[0]
        assert tree.nodes[0].token == step.token
        assert tree.nodes[0].probability == pytest.approx(step.probability)
        assert [one for one, _ in tree.nodes[0].alternatives] == [one for one, _ in step.alternatives]
        assert (tree.nodes[0].rank, tree.nodes[0].how) == (1, "reply")
        assert tree.nodes[-1].rank > 100  # a byte, none of the likeliest
        other = tree.nodes[2].alternatives[3][0]
        forked = await choose(box, model, tree.at(1), other.id)
        assert [node.token for node in forked.path()][-1] == other
        assert await replay(box, model, prompt, ()) == TokenTree(prompt=prompt)

    async def test_a_remote_reply_can_be_read_and_not_grown(self, box):
        said = [TokenLogprob("Hi", -0.5, (("Ho", -2.0), ("Hi", -0.5))), TokenLogprob("!", -9.0, (("?", -0.1),))]
        tree = path_from_logprobs(said)
        assert tree.readable_only
        assert [(node.token.piece, node.rank) for node in tree.path()] == [("Hi", 1), ("!", None)]
        assert tree.nodes[0].probability == pytest.approx(math.exp(-0.5))
        assert [one.piece for one, _ in tree.nodes[0].alternatives] == ["Hi", "Ho"]
        for growing in (grown(box, tree, Growth(how="greedy")), choose(box, await scripted(box), tree, 5)):
            with pytest.raises(UnsupportedRequest, match="logits"):
                await growing

    async def test_a_model_that_reports_log_probabilities_is_traced(self, box):
        request = Request(model=await scripted(box, "echo"), messages=(Message.of("user", "Hello there"),))
        async with aclosing(trace(box, request)) as trees:
            found = [tree async for tree in trees]
        assert [len(tree.nodes) for tree in found] == [1, 2, 3, 4]
        assert "".join(node.token.piece for node in found[-1].path()) == "You said: Hello there"
        assert len(found[-1].nodes[0].alternatives) > 5

    async def test_what_is_not_asked_as_it_was_wanted_is_told(self, box):
        model = replace(await scripted(box, "echo"), accepts=frozenset({"temperature"}))
        sampling = Sampling(temperature=0.5, typical_p=0.5)
        request = Request(model=model, messages=(Message.of("user", "Hello there"),), sampling=sampling)
        async with aclosing(trace(box, request)) as trees:
            found = [tree async for tree in trees]
        assert [[(one.what, one.reason) for one in tree.changes] for tree in found] == [
            [("typical_p", "not_offered")]
        ] * 4

    async def test_one_that_reports_none_says_so(self, box):
        request = Request(model=await scripted(box, "showcase"), messages=(Message.of("user", "Hello"),))
        with pytest.raises(UnsupportedRequest, match="logprobs"):
            async with aclosing(trace(box, request)) as trees:
                await anext(trees)

    async def test_what_a_model_shows(self, box):
        assert await shows(box, await scripted(box)) == "logits"
        assert await shows(box, await scripted(box, "echo")) == "logprobs"
        assert await shows(box, await scripted(box, "showcase")) == "text"


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
