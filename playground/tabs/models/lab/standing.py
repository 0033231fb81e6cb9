"""Where models stand among others: their size, their context, when they were published."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from providers.catalog import ASSETS, Catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A model among others. What nobody published is `None`. `source`: the paper, of a milestone."""

    name: str
    ref: str | None = None
    parameters: int | None = None
    context: int | None = None
    published: date | None = None
    """The first of its month."""
    source: str = ""

    @property
    def milestone(self) -> bool:
        return bool(self.source)


def standings(catalog: Catalog, assets: Path = ASSETS) -> tuple[Standing, ...]:
    """The course's milestones, then the catalogue's models. A model named in `released` that is no row is an error."""
    table = tomllib.loads((assets / "milestones.toml").read_text("utf-8"))
    released = {name: _month(when) for name, when in table["released"].items()}
    milestones = [
        Standing(
            name=row["name"],
            parameters=row.get("parameters"),
            context=row.get("context"),
            published=_month(row["date"]),
            source=row["source"],
        )
        for row in table["milestone"]
    ]
    rows = [
        Standing(
            name=one.name, ref=one.ref, parameters=one.parameters, context=one.context, published=released.get(one.id)
        )
        for one in catalog.models
    ]
    encoders = [
        Standing(
            name=one.name, ref=one.ref, parameters=one.parameters, context=one.window, published=released.get(one.id)
        )
        for one in catalog.embeddings
        if one.local
    ]
    return (*milestones, *rows, *encoders)


def names_without_size(found: Sequence[Standing]) -> tuple[str, ...]:
    """Those of which nobody published the size."""
    return tuple(one.name for one in found if one.parameters is None)


def _month(told: str) -> date:
    year, month = told.split("-")
    return date(int(year), int(month), 1)
