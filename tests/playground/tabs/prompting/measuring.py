"""A set measured as the page measures it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from playground.page.program import App, Who
from playground.tabs.prompting.page.events.measure import (
    PromptingMeasureScreen,
    start,
)
from playground.tabs.prompting.page.fields import StrategyChoice, TaskSetFields
from playground.tabs.prompting.visit.visits import PromptingVisits
from providers.types import Sampling
from tests.playground.page.drawn import last_drawn
from tests.playground.page.markup import Seen

ADDER = "scripted/adder"
SLOW = "scripted/slow"


def ways(*names: str, models: tuple[str, ...] = (ADDER,), **values: Any) -> StrategyChoice:
    """Two usual strategies where none is named, and short replies."""
    return StrategyChoice(
        strategies=names or ("zero_shot", "few_shot"), models=models, sampling=Sampling(max_tokens=40), **values
    )


def shown_text(markup: object) -> str:
    """As one reads it."""
    return " ".join(Seen(str(markup)).text.split())


async def last(screens: AsyncGenerator[PromptingMeasureScreen]) -> PromptingMeasureScreen:
    """What the page shows in the end: for every place, the last thing that was drawn there."""
    return PromptingMeasureScreen(**await last_drawn(screens))


def visible(screen: PromptingMeasureScreen) -> set[str]:
    """The buttons that a screen shows."""
    buttons = ("run", "pause", "proceed", "stop", "confirm", "cancel")
    return {name for name in buttons if getattr(screen, name).get("visible")}


async def run_of(
    app: App[PromptingVisits], who: Who, plan: TaskSetFields | None = None, chosen: StrategyChoice | None = None
) -> str:
    """A run to its end; its id."""
    screen = await last(start(app, who, plan or TaskSetFields(tasks="arithmetic", count=4), chosen or ways()))
    assert screen.open_run, screen.progress
    return str(screen.open_run)
