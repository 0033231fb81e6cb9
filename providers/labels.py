"""How well each of some labels fits a picture: what zero-shot classification stands on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from providers.catalog_row import CatalogRow
from providers.types import Image, Progress

Measure = Literal["softmax", "sigmoid"]
"""What the model was trained to do with its scores.

"softmax" (CLIP; Radford et al. 2021): one of the labels fits, and their probabilities sum to 1; another label changes
all of them. "sigmoid" (SigLIP; Zhai et al. 2023): each label fits or not by itself; they may all be near 0, or near 1.
"""
MOST_LABELS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastiveInfo(CatalogRow):
    """A model that compares pictures with texts: a row `[[contrastive]]` of `models.toml`."""

    measure: Measure
    template: str = "{}"
    """The sentence around a label that the model's makers recommend."""


@dataclass(frozen=True, slots=True)
class Fit:
    """`score` is the model's own number, `probability` what its measure makes of it beside the other labels."""

    label: str
    score: float
    probability: float


class Labeller(Protocol):
    """A model that compares, connected."""

    info: ContrastiveInfo

    def prepare(self) -> AsyncIterator[Progress]:
        """Make ready (fetch, load), telling how far it is. `label` may be called without it, and waits."""
        ...

    async def label(self, image: Image, labels: Sequence[str], template: str | None = None) -> tuple[Fit, ...]:
        """Each label's fit, in their order. `template` is a sentence with one `{}`; `None` for the recommended one.

        Raises `InputError`: "empty" without labels, "label" for one that is longer than the model reads;
        `LimitExceeded("labels")`; `ImageError("damaged")`; `WeightsUnavailable`, `MissingPackage`.
        """
        ...


@runtime_checkable
class ContrastiveProvider(Protocol):
    """A provider that has contrastive models."""

    def labeller(self, info: ContrastiveInfo) -> Labeller: ...
