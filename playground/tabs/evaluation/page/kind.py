"""Comparisons of models, for whoever lists runs."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace

from playground.measuring import Snapshot
from playground.measuring.kinds import RunFile
from playground.measuring.outcomes import Outcomes
from playground.measuring.store import StoredRun
from playground.page.parts.render import Renderer
from playground.page.parts.run_kinds import AnyKind
from playground.tabs.evaluation.lab.comparison import comparison
from playground.tabs.evaluation.page.drawing.compare import describe_comparison, draw_comparison_run
from playground.tabs.evaluation.page.drawing.report import markdown_took, report
from playground.tabs.evaluation.visit.visits import EvaluationVisits

_PLACE = "kept"


@dataclass(frozen=True, slots=True)
class ComparisonKind(AnyKind):
    """Models compared on a set."""

    NAME: str = EvaluationVisits.MEASUREMENT
    EXPORTS: tuple[str, ...] = ("csv", "jsonl", "markdown", "notebook", "report")
    visits: EvaluationVisits = field(kw_only=True)

    def describe(self, show: Renderer, run: StoredRun) -> str:
        return describe_comparison(show, run)

    def draw(self, show: Renderer, run: StoredRun, outcomes: Outcomes) -> str:
        return draw_comparison_run(show, run, outcomes)

    def export(self, show: Renderer, run: StoredRun, outcomes: Outcomes, kind: str) -> RunFile:
        if kind == "report":
            return report(show, self, run, outcomes)
        if kind == "markdown":
            file = AnyKind.export(self, show, run, outcomes, kind)
            more = markdown_took(show, comparison(run.description, outcomes))
            return replace(file, content=f"{file.content}\n{more}")
        return AnyKind.export(self, show, run, outcomes, kind)

    async def resume(self, visitor: str, run: str) -> AsyncGenerator[Snapshot]:
        async for snapshot in self.visits.compare(visitor, run, _PLACE):
            yield snapshot

    def stop(self, visitor: str) -> None:
        self.visits.stop(visitor, _PLACE)
