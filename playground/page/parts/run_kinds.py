"""What kinds of measurement have in common on the page: a table of means, questions, files. Each changes its own."""

from __future__ import annotations

import html
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace

from playground.measuring import Snapshot
from playground.measuring.errors import MeasuringError
from playground.measuring.kinds import RunFile
from playground.measuring.outcomes import Outcomes
from playground.measuring.store import ColumnDescription, StoredRun
from playground.measuring.summary import ColumnSummary, summarise
from playground.page.parts.measures import draw_heads, draw_interval, draw_mean, draw_swatch, draw_table
from playground.page.parts.plots import SERIES
from playground.page.parts.render import Renderer
from playground.page.parts.run_files import run_file
from playground.page.parts.run_items import draw_run_item
from playground.page.parts.run_titles import draw_settings, task_set_title, title_text


@dataclass(frozen=True, slots=True)
class AnyKind:
    """Of a run that nobody here knows: it is described, drawn and exported by what all runs have, and not resumed."""

    NAME: str = ""
    EXPORTS: tuple[str, ...] = ("csv", "jsonl", "markdown")

    def describe(self, show: Renderer, run: StoredRun) -> str:
        return f"{task_set_title(show, run.description.tasks)} · {title_text(show, run)}"

    def draw(self, show: Renderer, run: StoredRun, outcomes: Outcomes) -> str:
        found = summarise(outcomes, [column.key for column in run.description.columns])
        return draw_kept_title(show, self.describe(show, run), run) + draw_means(show, run, found)

    def title_columns(self, show: Renderer, run: StoredRun) -> StoredRun:
        """As they were called when it was measured."""
        return run

    def draw_item(self, show: Renderer, run: StoredRun, outcomes: Outcomes, item: str) -> str:
        return draw_run_item(show, self.title_columns(show, run).description, outcomes, item)

    def export(self, show: Renderer, run: StoredRun, outcomes: Outcomes, kind: str) -> RunFile:
        return run_file(show, run, outcomes, kind)

    def resume(self, visitor: str, run: str) -> AsyncGenerator[Snapshot]:
        raise MeasuringError("run")

    def stop(self, visitor: str) -> None:
        """Nothing runs."""


def call_columns(run: StoredRun, called: Callable[[ColumnDescription], str]) -> StoredRun:
    """The same run with columns of other names."""
    columns = tuple(replace(one, label=called(one)) for one in run.description.columns)
    return replace(run, description=replace(run.description, columns=columns))


def draw_kept_title(show: Renderer, described: str, run: StoredRun) -> str:
    """Over a kept run's result: its name, what it is of, and, unfolded, what it was made with."""
    name, said = html.escape(run.name), html.escape(described)
    return f'<h4 class="part run-title">{name} <small>{said}</small></h4>{draw_settings(show, run.description)}'


def draw_means(show: Renderer, run: StoredRun, found: tuple[ColumnSummary, ...]) -> str:
    """A row a column: mean, interval, questions, seconds."""
    labels = {column.key: column.label for column in run.description.columns}
    heads = [show.text(f"prompting.result_{name}") for name in ("column", "mean", "interval", "seconds")]
    rows = "".join(
        f'<tr><th scope="row">{draw_swatch(SERIES[place % len(SERIES)])}{html.escape(labels[one.key])}</th>'
        f"<td>{draw_mean(show, one)}</td><td>{draw_interval(show, one, SERIES[place % len(SERIES)])}</td>"
        f"<td>{show.seconds(one.seconds)}</td></tr>"
        for place, one in enumerate(found)
    )
    return draw_table(html.escape(run.name), draw_heads(map(html.escape, heads)), rows)
