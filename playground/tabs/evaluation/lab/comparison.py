"""What a kept comparison of models says: each with its interval, against the first, corrected for several tests, what
it took, what left this computer, and how many questions would tell two apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from playground.measuring.energy import EnergyUse, local_energy, service_energy
from playground.measuring.outcomes import Outcome, Outcomes
from playground.measuring.reference import Labels
from playground.measuring.statistics import holm, items_to_tell
from playground.measuring.store import ColumnDescription, RunDescription
from playground.measuring.summary import ColumnSummary, extracted_answer, item_means, summarise
from playground.tabs.evaluation.lab.sureness import Sureness, sureness

PLACES, ENERGY = "places", "energy"
"""Details of a kept comparison: where each model answers, and what this computer took while it ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a model answers."""

    local: bool
    provider: str
    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedLine:
    """A model. `corrected`: p after Holm; `needed`: questions that would show a difference like this one, `None` where
    there is none, or nothing to compare with. `sent`: tokens that left this computer, in `requests`."""

    column: ColumnDescription
    place: Place
    found: ColumnSummary
    corrected: float | None
    needed: int | None
    energy: EnergyUse | None
    sent: int
    requests: int
    sure: Sureness | None
    """`None` where answers were written."""


def comparison(description: RunDescription, outcomes: Outcomes) -> tuple[ComparedLine, ...]:
    """All models, in their order, the others against the first. Takes a tenth of a second a model: resampling."""
    keys = [one.key for one in description.columns]
    found = summarise(outcomes, keys, description.baseline)
    corrected = iter(holm([one.comparison.p for one in found if one.comparison is not None]))
    shares = _shares(description, outcomes)
    base = item_means(outcomes, description.baseline or "")
    lines = []
    for column, summary in zip(description.columns, found, strict=True):
        place = place_of(description, column.model)
        mine = [outcome for cell, outcome in outcomes.items() if cell.column == column.key]
        means = item_means(outcomes, column.key)
        differences = [means[item] - base[item] for item in means if item in base]
        compared = summary.comparison is not None
        lines.append(
            ComparedLine(
                column=column,
                place=place,
                found=summary,
                corrected=next(corrected) if compared else None,
                needed=items_to_tell(differences) if compared else None,
                energy=_energy(description, place, mine, shares.get(column.key, 0.0)),
                sent=0 if place.local else summary.input_tokens,
                requests=0 if place.local else summary.calls,
                sure=sureness(description, outcomes, column.key),
            )
        )
    return tuple(lines)


def place_of(description: RunDescription, ref: str) -> Place:
    """Where the model of that name answers; an unknown one counts as elsewhere."""
    places = description.details.get(PLACES)
    kept = places.get(ref) if isinstance(places, dict) else None
    it: Mapping[str, JsonValue] = kept if isinstance(kept, dict) else {}
    provider, _, name = ref.partition("/")
    return Place(
        local=it.get("local") is True,
        provider=str(it.get("provider") or provider),
        id=str(it.get("id") or name),
        name=str(it.get("name") or name),
    )


def labels_of(description: RunDescription, outcomes: Outcomes, column: str) -> Labels | None:
    """What a column said beside what is right, of a set of labels; `None` of others, and before any answer."""
    if description.kind != "label":
        return None
    expected, predicted = list[str](), list[str]()
    right = {item.id: item for item in description.items}
    for cell, outcome in sorted(outcomes.items()):
        if cell.column == column and outcome.failure is None and cell.item in right:
            expected.append(right[cell.item].answer)
            predicted.append(extracted_answer(outcome))
    if not expected:
        return None
    classes = tuple(dict.fromkeys(choice for item in description.items for choice in item.choices))
    return Labels(expected=tuple(expected), predicted=tuple(predicted), classes=classes)


def _shares(description: RunDescription, outcomes: Outcomes) -> dict[str, float]:
    """Each local column's part of this computer's time."""
    local = [one.key for one in description.columns if place_of(description, one.model).local]
    times = dict.fromkeys(local, 0.0)
    for cell, outcome in outcomes.items():
        if cell.column in times:
            times[cell.column] += outcome.computing if outcome.computing is not None else outcome.seconds
    total = sum(times.values())
    return {key: time / total for key, time in times.items()} if total else {}


def _energy(description: RunDescription, place: Place, mine: list[Outcome], share: float) -> EnergyUse | None:
    if not place.local:
        return service_energy(place.provider, place.id, mine)
    tracked = description.details.get(ENERGY)
    rows = [one for one in tracked if isinstance(one, dict)] if isinstance(tracked, list) else []
    return local_energy(rows, share)
