"""The sampling lab without a page: bars, paths and sweeps, on a model whose logits are a pure function."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.tabs.sampling.lab import (
    Position,
    look,
    next_tokens,
    small_multiples,
    visible,
)
from playground.tabs.sampling.lab.next_token import likeliest
from providers.adapters.scripted import Scripted, words
from providers.decoding import distribution, softmax
from providers.errors import ContextTooLong, InputError, StreamTruncated, UnsupportedRequest
from providers.types import Sampling
from tests.playground.tabs.sampling.probes import TEXT, position, scripted
from tests.playground.tabs.sampling.test_path import row_of


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
