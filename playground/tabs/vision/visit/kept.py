"""A measurement of seeing as a kept run, and back: enough to draw it again, and to go on with it."""

from __future__ import annotations

from pydantic import JsonValue, TypeAdapter, ValidationError

from playground.measuring import Snapshot
from playground.measuring.errors import MeasuringError
from playground.measuring.outcomes import Outcomes
from playground.measuring.store import ColumnDescription, RunDescription
from playground.tabs.vision.lab.measure import Way
from playground.tabs.vision.lab.questions import load
from playground.tabs.vision.visit.measure import Contender, VisionMeasurement, VisionResult
from providers.types import ModelInfo, Sampling

MEASUREMENT = "vision"
_SAMPLING: TypeAdapter[Sampling] = TypeAdapter(Sampling)
_WAYS: TypeAdapter[tuple[Way, ...]] = TypeAdapter(tuple[Way, ...])


def description_of(measuring: VisionMeasurement, planned: VisionResult, per_provider: int) -> RunDescription:
    """The run as it will be kept."""
    details: dict[str, JsonValue] = {
        "models": list[JsonValue](measuring.models),
        "ways": list[JsonValue](measuring.ways),
        "sampling": _SAMPLING.dump_python(measuring.sampling, mode="json"),
    }
    return RunDescription(
        tasks=MEASUREMENT,
        language=measuring.questions[0].language if measuring.questions else "en",
        kind="text",
        metric="exact",
        items=tuple(one.item for one in measuring.questions),
        columns=tuple(
            ColumnDescription(key=one.key, label=f"{one.model.name}, {one.way}", model=one.model.ref, strategy=one.way)
            for one in planned.columns
        ),
        per_provider=per_provider,
        measurement=MEASUREMENT,
        details=details,
    )


def measuring_of(description: RunDescription) -> VisionMeasurement:
    """What was measured, of the questions that are still among the samples. Raises `MeasuringError("run")` for a run of
    another kind."""
    wanted = {item.id for item in description.items}
    models = description.details.get("models")
    try:
        return VisionMeasurement(
            models=tuple(str(one) for one in models) if isinstance(models, list) else (),
            ways=_WAYS.validate_python(description.details.get("ways")),
            questions=tuple(one for one in load(description.language) if one.item.id in wanted),
            sampling=_SAMPLING.validate_python(description.details.get("sampling")),
        )
    except ValidationError:
        raise MeasuringError("run") from None


def model_of(column: ColumnDescription) -> str:
    """What the model of a column was called."""
    return column.label.rpartition(", ")[0]


def result_of(description: RunDescription, outcomes: Outcomes) -> VisionResult:
    """As the tab draws it. A model goes by the name that it had."""
    measuring = measuring_of(description)
    known = {one.item.id for one in measuring.questions}
    columns = []
    for column in description.columns:
        provider, _, name = column.model.partition("/")
        for way in measuring.ways:
            if way == column.strategy:
                model = ModelInfo(id=name, provider=provider, name=model_of(column))
                columns.append(Contender(key=column.key, way=way, model=model))
    kept = {cell: outcome for cell, outcome in outcomes.items() if cell.item in known}
    whole = len(outcomes) >= description.total
    return VisionResult(
        snapshot=Snapshot(state="done" if whole else "stopped", total=description.total, outcomes=kept),
        columns=tuple(columns),
        questions=measuring.questions,
    )
