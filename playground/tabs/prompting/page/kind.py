"""Measurements of strategies, for whoever lists runs: drawn as the tab draws them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from playground.measuring import Snapshot
from playground.measuring.outcomes import Outcomes
from playground.measuring.store import STRATEGIES, StoredRun
from playground.page.parts.render import Renderer
from playground.page.parts.run_files import FILE_TYPES
from playground.page.parts.run_kinds import AnyKind
from playground.page.parts.run_titles import task_set_title, title_text
from playground.tabs.prompting.page.drawing.items import draw_item
from playground.tabs.prompting.page.drawing.title import strategy_names
from playground.tabs.prompting.page.events.results import draw_run
from playground.tabs.prompting.visit.visits import PromptingVisits

_PLACE = "kept"


@dataclass(frozen=True, slots=True)
class StrategiesKind(AnyKind):
    """Runs of Prompting, those of earlier versions too."""

    NAME: str = STRATEGIES
    EXPORTS: tuple[str, ...] = tuple(FILE_TYPES)
    visits: PromptingVisits = field(kw_only=True)

    def describe(self, show: Renderer, run: StoredRun) -> str:
        strategies = ", ".join(strategy_names(show, run.description))
        return f"{task_set_title(show, run.description.tasks)} · {title_text(show, run, strategies)}"

    def draw(self, show: Renderer, run: StoredRun, outcomes: Outcomes) -> str:
        return draw_run(show, run, outcomes)

    def draw_item(self, show: Renderer, run: StoredRun, outcomes: Outcomes, item: str) -> str:
        return draw_item(show, run.description, outcomes, item)

    async def resume(self, visitor: str, run: str) -> AsyncGenerator[Snapshot]:
        async for snapshot in self.visits.measure(visitor, run, _PLACE):
            yield snapshot

    def stop(self, visitor: str) -> None:
        self.visits.stop(visitor, _PLACE)
