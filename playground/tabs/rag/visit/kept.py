"""A measurement of searching as a kept run, and back: enough to draw it again, and to go on with it."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue, TypeAdapter, ValidationError

from playground.measuring.errors import MeasuringError
from playground.measuring.store import ColumnDescription, RunDescription
from playground.tabs.rag.lab.measuring.columns import RetrievalMeasurement, Way, items, key_of
from playground.tabs.rag.lab.measuring.questions import LabelledQuestion
from playground.tabs.rag.visit.values import Wanted

MEASUREMENT = "retrieval"
_WANTED: TypeAdapter[Wanted] = TypeAdapter(Wanted)


def description_of(wanted: Wanted, measuring: RetrievalMeasurement) -> RunDescription:
    """The run as it will be kept: only the questions whose document is here."""
    narrowed = Wanted(
        questions=measuring.asked,
        ways=wanted.ways,
        sizes=wanted.sizes,
        k=wanted.k,
        retrieval=wanted.retrieval,
    )
    embedding = measuring.embedder.info
    details: dict[str, JsonValue] = {"wanted": _WANTED.dump_python(narrowed, mode="json"), "embedding": embedding.name}
    columns = [
        ColumnDescription(
            key=key_of(way, cutting.label),
            label=f"{way}, {cutting.label}",
            model=embedding.ref,
            strategy=way,
            options={"cutting": cutting.label, "k": measuring.k},
        )
        for cutting in measuring.cuttings
        for way in measuring.ways
        if way != "reranked" or measuring.reranker is not None
    ]
    languages = sorted({one.language for one in measuring.asked if one.language})
    return RunDescription(
        tasks=MEASUREMENT,
        language=languages[0] if len(languages) == 1 else "",
        kind="text",
        metric=f"recall@{measuring.k}",
        items=items(measuring.asked),
        columns=tuple(columns),
        measurement=MEASUREMENT,
        details=details,
    )


def wanted_of(description: RunDescription) -> Wanted:
    """What was measured. Raises `MeasuringError("run")` for a run of another kind."""
    try:
        return _WANTED.validate_python(description.details.get("wanted"))
    except ValidationError:
        raise MeasuringError("run") from None


def keys_of(description: RunDescription) -> list[tuple[Way, str]]:
    """Ways and cuttings, in the order of the columns."""
    ways = wanted_of(description).ways
    named = [(column.strategy, str(column.options.get("cutting", ""))) for column in description.columns]
    return [(way, cutting) for name, cutting in named for way in ways if way == name]


def asked_in(description: RunDescription) -> Sequence[LabelledQuestion]:
    """The questions with their places."""
    return wanted_of(description).questions
