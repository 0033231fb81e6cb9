"""Measurements of seeing, for whoever lists runs: drawn as the tab draws them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from playground.measuring import Snapshot
from playground.measuring.kinds import RunFile
from playground.measuring.outcomes import Outcomes
from playground.measuring.store import ColumnDescription, StoredRun
from playground.page.parts.render import Renderer
from playground.page.parts.run_kinds import AnyKind, call_columns
from playground.tabs.vision.page.drawing.results import draw_scores, draw_vision_title, vision_title
from playground.tabs.vision.visit.kept import MEASUREMENT, model_of, result_of
from playground.tabs.vision.visit.visits import MEASURE, VisionVisits


@dataclass(frozen=True, slots=True)
class VisionKind(AnyKind):
    """How well models see the sample images."""

    NAME: str = MEASUREMENT
    EXPORTS: tuple[str, ...] = ("csv", "jsonl")
    visits: VisionVisits = field(kw_only=True)

    def describe(self, show: Renderer, run: StoredRun) -> str:
        return vision_title(show, result_of(run.description, {}), run.description.language, run.created)

    def draw(self, show: Renderer, run: StoredRun, outcomes: Outcomes) -> str:
        result = result_of(run.description, outcomes)
        return draw_vision_title(show, result, run.description.language, run.created) + draw_scores(show, result)

    def title_columns(self, show: Renderer, run: StoredRun) -> StoredRun:
        def name_column(one: ColumnDescription) -> str:
            key = f"vision.way_{one.strategy}"
            return f"{model_of(one)}, {show.text(key) if show.has(key) else one.strategy}"

        return call_columns(run, name_column)

    def export(self, show: Renderer, run: StoredRun, outcomes: Outcomes, kind: str) -> RunFile:
        if kind == "csv":
            content = "\ufeff" + result_of(run.description, outcomes).csv()
            return RunFile(name=f"aula-{run.id}.csv", type="text/csv", content=content)
        return AnyKind.export(self, show, run, outcomes, kind)

    async def resume(self, visitor: str, run: str) -> AsyncGenerator[Snapshot]:
        async for snapshot in self.visits.resume(visitor, run):
            yield snapshot

    def stop(self, visitor: str) -> None:
        self.visits.stop(visitor, MEASURE)
