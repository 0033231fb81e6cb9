"""Labels that a visitor types, and several models on them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from playground.tabs.vision.lab.labels import MOST_LABEL, Labelled, candidates, compare
from providers.errors import InputError, LimitExceeded, WeightsUnavailable
from providers.labels import ContrastiveInfo, Fit
from providers.types import Image, Progress
from tests.playground.images import png

RED = Image(png(), "image/png")


def test_candidates() -> None:
    assert candidates("a cat, a dog;  a   boat\n\na cat\n") == ("a cat", "a dog", "a boat")
    assert candidates("x" * 500) == ("x" * MOST_LABEL,)
    for nothing in ("", " , \n;"):
        with pytest.raises(InputError):
            candidates(nothing)
    with pytest.raises(LimitExceeded):
        candidates(",".join(str(number) for number in range(51)))


class Absent:
    """A model that cannot be had."""

    info = ContrastiveInfo(id="absent", provider="huggingface", name="Absent", measure="sigmoid")

    async def prepare(self) -> AsyncIterator[Progress]:
        yield Progress(stage="download", done=1, total=2)
        raise WeightsUnavailable("offline", model="Absent")

    async def label(self, image: Image, labels: Sequence[str], template: str | None = None) -> tuple[Fit, ...]:
        raise AssertionError("never asked")


class Present:
    info = ContrastiveInfo(id="present", provider="huggingface", name="Present", measure="softmax")

    async def prepare(self) -> AsyncIterator[Progress]:
        yield Progress(stage="load", done=1, total=1)

    async def label(self, image: Image, labels: Sequence[str], template: str | None = None) -> tuple[Fit, ...]:
        return tuple(Fit(label, 1.0, 1 / len(labels)) for label in labels)


async def test_one_model_fails_and_the_other_answers() -> None:
    states: list[tuple[Labelled, ...]] = [found async for found in compare([Absent(), Present()], RED, ["a", "b"])]
    assert [one.done for one in states[0]] == [False, False]
    assert any(one[0].progress is not None for one in states)
    absent, present = states[-1]
    assert absent.failure is not None
    assert absent.failure.key == "weights_unavailable.offline"
    assert [fit.probability for fit in present.fits] == [0.5, 0.5]
    assert all(one.done and one.progress is None for one in states[-1])
