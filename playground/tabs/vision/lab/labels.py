"""Candidate labels for an image, and what several contrastive models make of them."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

from providers.errors import Failure, InputError, LimitExceeded, PlaygroundError
from providers.labels import MOST_LABELS, ContrastiveInfo, Fit, Labeller
from providers.types import Image, Progress

_BETWEEN = re.compile(r"[\n,;]")
MOST_LABEL = 120
"""Characters of a label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What one model makes of the labels; `fits` in the order given, empty until it is done."""

    info: ContrastiveInfo
    fits: tuple[Fit, ...] = ()
    progress: Progress | None = None
    failure: Failure | None = None

    @property
    def done(self) -> bool:
        return bool(self.fits) or self.failure is not None


def candidates(text: str) -> tuple[str, ...]:
    """The labels that a visitor typed, one a line or between commas, each once.

    Raises `InputError("empty")` and `LimitExceeded("labels")`.
    """
    found = tuple(dict.fromkeys(" ".join(label.split())[:MOST_LABEL] for label in _BETWEEN.split(text)))
    named = tuple(label for label in found if label)
    if not named:
        raise InputError("empty")
    if len(named) > MOST_LABELS:
        raise LimitExceeded("labels", limit=MOST_LABELS)
    return named


async def compare(
    labellers: Sequence[Labeller], image: Image, labels: Sequence[str], template: str | None = None
) -> AsyncGenerator[tuple[Labelled, ...]]:
    """One model after another; what is known so far whenever that changes. A failure leaves the others alone."""
    found = [Labelled(info=labeller.info) for labeller in labellers]
    yield tuple(found)
    for place, labeller in enumerate(labellers):
        try:
            async for progress in labeller.prepare():
                found[place] = replace(found[place], progress=progress)
                yield tuple(found)
            fits = await labeller.label(image, labels, template)
            found[place] = replace(found[place], fits=fits, progress=None)
        except PlaygroundError as error:
            found[place] = replace(found[place], failure=Failure.of(error), progress=None)
        yield tuple(found)
