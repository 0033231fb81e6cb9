"""What a result is of: the title over every result of a run, and the settings that it was made with."""

from __future__ import annotations

import html

from playground.measuring.store import RunDescription, StoredRun
from playground.page.parts.render import Renderer
from playground.page.parts.run_titles import (
    draw_settings,
    is_graded,
    metric_name,
    task_set_title,
    title_text,
)
from playground.strategies.solving.strategy import strategies

__all__ = ["draw_title", "is_graded", "metric_name", "strategy_names", "task_set_title", "title_text"]


def draw_title(show: Renderer, run: StoredRun) -> str:
    """Set, questions, language, models, strategies, metric and date; unfolded, everything it was made with."""
    said = title_text(show, run, ", ".join(strategy_names(show, run.description)))
    title = html.escape(task_set_title(show, run.description.tasks))
    settings = draw_settings(show, run.description)
    return f'<h4 class="part run-title">{title} <small>{html.escape(said)}</small></h4>{settings}'


def strategy_names(show: Renderer, it: RunDescription) -> list[str]:
    """The run's strategies, each once."""
    titles = strategy_titles(show)
    return list(dict.fromkeys(titles.get(column.strategy, column.label) for column in it.columns))


def strategy_titles(show: Renderer) -> dict[str, str]:
    """What every strategy is called, by its name."""
    return {one.name: show.text(one.title) for one in strategies()}
