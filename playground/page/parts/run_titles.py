"""What a kept run is of, in words: set, questions, language, models, metric, date."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable

from playground.languages import in_language
from playground.measuring import metrics
from playground.measuring.store import RunDescription, StoredRun
from playground.measuring.tasks import names, set_rows
from playground.page.parts.model_labels import model_id
from playground.page.parts.render import Renderer
from playground.strategies.runs.columns import NORMALISE


def title_text(show: Renderer, run: StoredRun, strategies: str = "") -> str:
    """In one line, without the set."""
    it = run.description
    parts = [
        show.text("prompting.title_questions", count=len(it.items)),
        show.text("prompting.title_repeats", count=it.repeats) if it.repeats > 1 else "",
        show.in_language(it.language),
        ", ".join(dict.fromkeys(model_id(column.model) for column in it.columns)),
        strategies,
        metric_name(show, it),
        show.text("prompting.title_when", when=show.moment(run.created)),
    ]
    return " · ".join(part for part in parts if part)


def task_set_title(show: Renderer, name: str) -> str:
    """What one of our sets is called; a visitor's own has its file's name."""
    rows = dict(zip(names(), set_rows(), strict=True))
    return in_language(rows[name].words, show.language).title if name in rows else name


def metric_name(show: Renderer, it: RunDescription) -> str:
    """What is measured, by name; a metric without a text goes by its own."""
    name = show.text(key) if show.has(key := f"metric.{it.metric}") else it.metric
    by_likelihood = any(NORMALISE in column.options for column in it.columns)
    return show.text("metric.likelihood", metric=name) if by_likelihood else name


def is_graded(it: RunDescription) -> bool:
    """Answers are not right or wrong, but more or less good."""
    return it.metric in metrics.names() and not metrics.metric(it.metric).BINARY


def draw_settings(show: Renderer, it: RunDescription) -> str:
    """The run's own settings: the fields above the result may say something else by now."""
    rows = [("title_seed", str(it.seed)), ("title_repeats_each", str(it.repeats))]
    lines = [f"<li>{html.escape(show.text(f'prompting.{name}'))}: {html.escape(value)}</li>" for name, value in rows]
    for column in it.columns:
        values = _values(show, column.sampling.items()) + [
            f"{name} {show.value(value)}" for name, value in column.options.items() if value not in ("", None)
        ]
        said = f"{column.label} ({column.model}): {', '.join(values) or show.text('prompting.title_defaults')}"
        lines.append(f"<li>{html.escape(said)}</li>")
    versions = ", ".join(f"{name} {value}" for name, value in it.versions.items())
    if versions:
        lines.append(f"<li>{html.escape(versions)}</li>")
    summary = html.escape(show.text("prompting.title_settings"))
    return f'<details class="run-settings quiet"><summary>{summary}</summary><ul>{"".join(lines)}</ul></details>'


def _values(show: Renderer, sampling: Iterable[tuple[str, object]]) -> list[str]:
    """Parameters by the names that the sidebar gives them."""
    return [
        f"{show.text(key) if show.has(key := f'parameter.{name}.label') else name} "
        f"{show.value(value) if isinstance(value, int | float) else json.dumps(value, ensure_ascii=False)}"
        for name, value in sampling
    ]
