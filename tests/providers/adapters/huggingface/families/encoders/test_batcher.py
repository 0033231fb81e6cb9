"""The threads that compute for many callers, with a computation that only notes what it was given."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from providers.adapters.huggingface.families.encoders.batcher import TEXTS, TOKENS, EncodedText, TextBatcher
from providers.errors import Unavailable


class Noting:
    """Computes a text's sum; `gate` holds a batch back until it is opened."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate, self.begun = threading.Event(), threading.Event()
        self.gate.set()
        self.fails = False

    def __call__(self, texts: Sequence[EncodedText]) -> NDArray[np.float32]:
        self.begun.set()
        self.gate.wait(600)
        self.batches.append([len(text) for text in texts])
        if self.fails:
            raise Unavailable("out_of_memory", provider="huggingface")
        return np.array([[sum(text.ids)] for text in texts], dtype=np.float32)


def text(length: int, number: int = 1) -> EncodedText:
    return EncodedText([number] * length, [0] * length)


@pytest.fixture
def noting() -> Noting:
    return Noting()


@pytest.fixture
async def batching(noting: Noting) -> AsyncIterator[TextBatcher]:
    made = TextBatcher(noting, "test")
    yield made
    noting.gate.set()
    made.close()


async def begun(noting: Noting) -> None:
    assert await asyncio.to_thread(noting.begun.wait, 10)


async def test_rows_come_back_in_the_order_asked_whatever_the_lengths(batching: TextBatcher, noting: Noting) -> None:
    lengths = [int(length) for length in np.random.default_rng(3).integers(1, 300, size=150)]
    rows = await batching.submit([text(length) for length in lengths])
    assert [int(row[0]) for row in rows] == lengths
    assert all(len(batch) <= TEXTS and max(batch) * len(batch) <= TOKENS for batch in noting.batches)
    assert sum(max(batch) * len(batch) for batch in noting.batches) < 1.3 * sum(lengths)  # sorted: little is filled up


async def test_callers_share_batches_and_each_gets_its_own(batching: TextBatcher, noting: Noting) -> None:
    noting.gate.clear()
    first = asyncio.create_task(batching.submit([text(5)]))
    await begun(noting)
    others = [asyncio.create_task(batching.submit([text(5, number)])) for number in range(2, 20)]
    await asyncio.sleep(0.05)
    noting.gate.set()
    rows = await asyncio.gather(first, *others)
    assert [int(row[0][0]) for row in rows] == [5, *(5 * number for number in range(2, 20))]
    assert len(noting.batches) == 2


async def test_a_question_does_not_wait_for_a_book(batching: TextBatcher, noting: Noting) -> None:
    noting.gate.clear()
    book = asyncio.create_task(batching.submit([text(200)] * (TEXTS * 20)))
    await begun(noting)
    question = asyncio.create_task(batching.submit([text(9, 2)]))
    await asyncio.sleep(0.05)
    noting.gate.set()
    assert int((await question)[0][0]) == 18
    await book
    assert next(place for place, batch in enumerate(noting.batches) if 9 in batch) <= 2


async def test_a_cancelled_callers_texts_are_not_computed(batching: TextBatcher, noting: Noting) -> None:
    noting.gate.clear()
    book = asyncio.create_task(batching.submit([text(200)] * (TEXTS * 20)))
    await begun(noting)
    book.cancel()
    with pytest.raises(asyncio.CancelledError):
        await book
    noting.gate.set()
    assert len(await batching.submit([text(3)])) == 1
    assert batching.computed <= TEXTS + 1


async def test_a_failure_is_told_to_its_callers_and_the_thread_goes_on(batching: TextBatcher, noting: Noting) -> None:
    noting.fails = True
    with pytest.raises(Unavailable):
        await batching.submit([text(3)] * 100)
    noting.fails = False
    assert len(await batching.submit([text(3)])) == 1


async def test_closing_tells_those_who_wait(batching: TextBatcher, noting: Noting) -> None:
    noting.gate.clear()
    book = asyncio.create_task(batching.submit([text(200)] * (TEXTS * 20)))
    await begun(noting)
    closing = asyncio.create_task(asyncio.to_thread(batching.close))
    await asyncio.sleep(0.05)
    noting.gate.set()
    await closing
    with pytest.raises(Unavailable):
        await book
    with pytest.raises(Unavailable):
        await batching.submit([text(1)])


async def test_nothing_to_compute_is_nothing_computed(batching: TextBatcher, noting: Noting) -> None:
    assert await batching.submit([]) == [] and noting.batches == []


async def test_two_workers_compute_two_batches_of_a_book_at_once() -> None:
    together = threading.Barrier(2)  # a batch alone breaks it, and fails

    def compute(texts: Sequence[EncodedText]) -> NDArray[np.float32]:
        together.wait(600)
        return np.array([[sum(text.ids)] for text in texts], dtype=np.float32)

    made = TextBatcher(compute, "test", workers=2)
    try:
        rows = await made.submit([text(TOKENS, number) for number in range(4)])
    finally:
        made.close()
    assert [int(row[0]) for row in rows] == [TOKENS * number for number in range(4)]


async def test_closing_with_two_workers_lets_what_is_computed_finish() -> None:
    noting = Noting()
    noting.gate.clear()
    made = TextBatcher(noting, "test", workers=2)
    asked = asyncio.create_task(made.submit([text(3)]))
    await begun(noting)
    closing = asyncio.create_task(asyncio.to_thread(made.close))
    await asyncio.sleep(0.05)  # the worker without work has ended by then, as a rule; either way the row must come
    noting.gate.set()
    await closing
    assert int((await asked)[0][0]) == 3
