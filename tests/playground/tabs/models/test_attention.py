"""Attention on the real packaged models: what the figures hold, what is asked of them, and what is refused."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import AsyncGenerator
from html import unescape

import numpy as np
import pytest

from playground.measuring import Control
from playground.tabs.models.lab.attention import nearness, packed_attention, turn_lengths
from playground.tabs.models.lab.errors import LayersError
from playground.tabs.models.page.sections.attention.api import attention_json
from playground.tabs.models.page.sections.attention.drawing import draw_sentences
from playground.tabs.models.page.sections.attention.events import (
    after_each_layer,
    checked_ablation,
    look_at,
    what_counted,
    without,
)
from playground.tabs.models.visit.attention import look, look_once, sentence_in
from providers.errors import Failure, PlaygroundError
from providers.types import Progress
from tests.playground.tabs.models.conftest import ELSEWHERE, ENCODER, WRITER

TEXT = "The cat that chased the mice was hungry because it"


async def last(screens: AsyncGenerator[object]) -> object:
    found = [screen async for screen in screens]
    return found[-1]


async def shown(app, who, text=TEXT, refs=(WRITER, ENCODER)) -> str:
    return str((await last(look_at(app, who, refs, text))).shown)


def unpacked(figure: str) -> np.ndarray:
    """The attention that a figure holds, as the browser reads it: 1 where all of it goes to one token."""
    given = dict(re.findall(r'data-(\w+)="([^"]*)"', figure))
    count = len(json.loads(unescape(given["tokens"])))
    levels = np.frombuffer(base64.b64decode(given["weights"]), np.uint8).reshape(
        int(given["layers"]), int(given["heads"]), -1
    )
    if given["causal"] == "0":
        return levels.reshape(*levels.shape[:2], count, count) / 255
    whole = np.zeros((*levels.shape[:2], count, count))
    rows, columns = np.tril_indices(count)
    whole[:, :, rows, columns] = levels / 255
    return whole


async def test_the_figures_hold_every_head_of_both_models(app, who):
    told: list[Progress] = []
    found = (await look(app.visits, who.visitor, (WRITER, ENCODER), TEXT, told.append)).found
    assert {one.stage for one in told} <= {"load", "queue"} and told
    markup = draw_sentences(app.show(who), found, {})
    writer, encoder = re.findall(r"<figure class=\"attention\".*?</figure>", markup)
    for ref, figure, shape in ((WRITER, writer, (30, 9, 10, 10)), (ENCODER, encoder, (6, 12, 12, 12))):
        read = found[ref].reading
        assert sentence_in(app.visits, who.visitor, ref).reading.attention.shape == (*shape[:2], 0, 0)
        assert read.attention.shape == shape
        np.testing.assert_allclose(unpacked(figure), read.attention, atol=1 / 255)
        assert len(packed_attention(read)) < 60_000
    assert "sees only what stands before" in writer and "sees the whole sentence" in encoder
    assert 'data-ask="lens"' in writer and "data-ask" not in encoder
    assert "Rotary positions" in writer and "Absolute positions" in encoder


async def test_without_a_head_a_layer_and_nothing(app, who):
    await shown(app, who)
    assert await without(app, who, WRITER, [], []) == ""
    told = await without(app, who, WRITER, [[0, 1]], [3])
    assert "Without layer 4, head 2 of layer 1" in told and "nats a token" in told and told.count("<figure") == 2
    assert "cosine" in await without(app, who, ENCODER, [[0, 0]], [])
    for heads, layers in (([[30, 0]], []), ([[0, 9]], []), ([], [-1]), ([[0]], []), ([["0", 1]], []), ([], [True])):
        assert 'role="alert"' in await without(app, who, WRITER, heads, layers)
    with pytest.raises(LayersError):
        checked_ablation([[1, 2, 3]], None)


async def test_what_each_layer_would_say_and_what_counted(app, who):
    await shown(app, who)
    lens = await after_each_layer(app, who, WRITER, 9)
    assert lens.count('<th scope="row">') == 31 and "30 (the whole model)" in lens
    assert re.findall(r'class="agrees"', lens)
    counted = await what_counted(app, who, WRITER, 9, "gradient")
    assert counted.count('class="salient ') == 10 and "no proof" in counted
    assert "writes no words" in await after_each_layer(app, who, ENCODER, 1)
    for place in (-1, 10, "9", None):
        assert 'role="alert"' in await after_each_layer(app, who, WRITER, place)
    assert 'role="alert"' in await after_each_layer(app, who, "nobody/knows", 0)


async def test_a_model_elsewhere_says_why_and_the_others_stand(app, who):
    markup = await shown(app, who, refs=(ELSEWHERE, ENCODER))
    assert 'role="alert"' in markup and markup.count('<figure class="attention"') == 1


async def test_bad_texts_are_refused(app, who):
    assert "Write a text first" in await shown(app, who, "  ")
    assert "at most 64 can be drawn" in await shown(app, who, "word " * 80)
    assert 'role="alert"' in await shown(app, who, "x" * 10_000_000)
    hostile = '<img src=x onerror="window.stolen=1">\x00\u202e</figure>'
    markup = await shown(app, who, hostile)
    assert "<img" not in markup and markup.count("<figure") == 2
    assert "unknown to this tokenizer" in await shown(app, who, "ꙮ ꙮ", (ENCODER,))


async def test_the_endpoint_gives_numbers(app, who):
    read = await look_once(app.visits, who.visitor, WRITER, "one two")
    whole = attention_json(read, None, None)
    assert np.asarray(whole["attention"]).shape == (30, 9, 2, 2)
    np.testing.assert_allclose(np.asarray(whole["attention"]).sum(-1), 1, atol=1e-5)
    one = attention_json(read, 2, 3)
    assert one["attention"] == [[whole["attention"][1][2]]]
    for layer, head in ((0, None), (31, None), (None, 10), (True, None), ("1", None)):
        with pytest.raises(PlaygroundError):
            attention_json(read, layer, head)


def test_rotary_positions_by_hand():
    turns = np.array([1.0, 0.1], np.float32)
    assert turn_lengths(turns) == pytest.approx((2 * np.pi, 20 * np.pi))
    assert nearness(turns, [0, 10]) == pytest.approx([1, (np.cos(10) + np.cos(1)) / 2])


async def test_stop_ends_what_goes_on_and_keeps_what_is_there(app, who):
    """One model never answers: stopped, what the others gave stands."""
    control, reached = Control(), asyncio.Event()

    async def ask(ref: str) -> str:
        if ref == "slow":
            reached.set()
            await asyncio.Event().wait()
        if ref == "wrong":
            raise LayersError("layer_place")
        return ref

    working = asyncio.ensure_future(app.visits.each(control, ("wrong", "quick", "slow", "never"), ask))
    await reached.wait()
    control.stop()
    found = await working
    assert found == {"wrong": Failure("input_error.layer_place"), "quick": "quick"}
