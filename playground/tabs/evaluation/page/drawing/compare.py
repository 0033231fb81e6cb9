"""A comparison of models: how good each is, what it took, what left this computer; while it runs, how far it is."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from playground.measuring import Snapshot
from playground.measuring.outcomes import Outcomes
from playground.measuring.store import RunDescription, StoredRun
from playground.measuring.summary import tries
from playground.page.parts.energy import carbon_text, energy_text
from playground.page.parts.measures import (
    draw_cells,
    draw_explained,
    draw_heads,
    draw_interval,
    draw_mean,
    draw_progress,
    draw_swatch,
    draw_table,
)
from playground.page.parts.plots import SERIES
from playground.page.parts.render import Renderer
from playground.page.parts.run_floors import always_same, draw_floors
from playground.page.parts.run_kinds import draw_kept_title
from playground.page.parts.run_titles import is_graded, metric_name, task_set_title, title_text
from playground.tabs.evaluation.lab.comparison import ComparedLine, comparison
from playground.tabs.evaluation.page.drawing.classes import draw_classes
from playground.tabs.evaluation.page.drawing.pieces import say
from playground.tabs.evaluation.page.drawing.sureness import draw_sureness

_GOOD = ("score", "interval", "against", "corrected", "needed")
_TOOK = ("left", "tokens", "computing", "seconds", "cost", "energy", "carbon")


def draw_compared_progress(show: Renderer, snapshot: Snapshot) -> str:
    """A bar, and how many answers there are."""
    done, total = len(snapshot.outcomes), snapshot.total
    state, answers = say(show, f"state_{snapshot.state}"), say(show, "answers", done=done, all=total)
    said = f"<strong>{state}</strong> <span>{answers}</span>"
    if snapshot.failed:
        said += f' <span class="wrong">{say(show, "answers_failed", count=snapshot.failed)}</span>'
    return draw_progress(said, done / total if total else 1)


def describe_comparison(show: Renderer, run: StoredRun) -> str:
    """In one line of plain text."""
    return f"{task_set_title(show, run.description.tasks)} · {title_text(show, run)}"


def draw_comparison_run(show: Renderer, run: StoredRun, outcomes: Outcomes) -> str:
    """Title, both tables, what they say, and how steady the answers are. Takes some tenths of a second."""
    lines = comparison(run.description, outcomes)
    return (
        draw_kept_title(show, describe_comparison(show, run), run)
        + _draw_unfinished(show, run)
        + draw_good(show, run.description, lines)
        + draw_findings(show, run.description, lines, always_same(show, run.description, outcomes))
        + draw_sureness(show, lines)
        + draw_took(show, lines)
        + draw_classes(show, run.description, outcomes)
        + draw_steady(show, run.description, outcomes)
    )


def _draw_unfinished(show: Renderer, run: StoredRun) -> str:
    """That answers are missing, and how they can be had; nothing of a whole run."""
    if run.whole:
        return ""
    return f'<p class="notice" role="status">{say(show, "unfinished", done=run.done, all=run.description.total)}</p>'


def draw_good(show: Renderer, description: RunDescription, lines: Sequence[ComparedLine]) -> str:
    """A row a model: its score, the others against the first."""
    graded = is_graded(description)
    heads = [say(show, "model_head"), *(say(show, f"{name}_head") for name in _GOOD)]
    heads[1] = html.escape(metric_name(show, description))
    texts = _good_texts(show, description, lines)
    explained = " ".join(draw_explained(head, texts[name]) for head, name in zip(heads[1:], _GOOD, strict=True))
    rows = "".join(_good_row(show, line, place, heads[1:], graded=graded) for place, line in enumerate(lines))
    foot = "" if graded else draw_floors(show, description, len(_GOOD) - 1)
    table = draw_table(say(show, "good_title"), draw_heads(heads), rows, "results runs fitting", foot)
    return f'<p class="words-used">{explained}</p>{table}'


def _good_texts(show: Renderer, description: RunDescription, lines: Sequence[ComparedLine]) -> dict[str, str]:
    """What explains each head: the interval and the test that were really used; escaped."""
    binary = {line.found.binary for line in lines if line.found.mean is not None}
    interval = "interval" if binary <= {True} else "bootstrap" if binary == {False} else "intervals"
    signs = is_graded(description) or description.repeats > 1
    test = show.text("evaluation.test_signs" if signs else "evaluation.test_mcnemar")
    said = {name: say(show, f"{name}_info") for name in ("score", "against", "needed")}
    said["interval"] = html.escape(show.text(f"prompting.result_{interval}_info"))
    return said | {"corrected": say(show, "corrected_info", test=test)}


def _good_row(show: Renderer, line: ComparedLine, place: int, heads: Sequence[str], *, graded: bool) -> str:
    it, colour = line.found, SERIES[place % len(SERIES)]
    spec = ".2f" if graded or not it.binary else ".0%"
    value, interval = draw_mean(show, it, spec), draw_interval(show, it, colour, spec)
    against = corrected = needed = "–"
    if it.comparison is not None:
        low, high = (show.number(one, "+.2f") for one in (it.comparison.low, it.comparison.high))
        against = f"{show.number(it.comparison.difference, '+.2f')} <small>({low} – {high})</small>"
        corrected = _p(show, line.corrected)
        needed = say(show, "needed_none") if line.needed is None else f"≈ {show.number(line.needed)}"
    cells = draw_cells(heads, (value, interval, against, corrected, needed))
    sign = "here" if line.place.local else "away"
    where = f'<small class="place-{sign}">{say(show, f"place_{sign}")}</small>'
    label = html.escape(line.column.label)
    return (
        f'<tr data-column="{html.escape(line.column.key)}"><th scope="row">{draw_swatch(colour)}{label} {where}</th>'
        f"{cells}</tr>"
    )


def draw_took(show: Renderer, lines: Sequence[ComparedLine]) -> str:
    """A row a model: tokens, time, cost, energy, CO₂, and what left this computer."""
    heads = [say(show, "model_head"), *(say(show, f"{name}_head") for name in _TOOK)]
    explained = " ".join(
        draw_explained(head, say(show, f"{name}_info")) for head, name in zip(heads[1:], _TOOK, strict=True)
    )
    rows = "".join(_took_row(show, line, place, heads[1:]) for place, line in enumerate(lines))
    title = say(show, "took_title")
    table = draw_table(title, draw_heads(heads), rows, "results runs fitting")
    return f'<h4 class="part">{title}</h4><p class="words-used">{explained}</p>{table}'


def _took_row(show: Renderer, line: ComparedLine, place: int, heads: Sequence[str]) -> str:
    it = line.found
    tokens = show.number((it.input_tokens + it.output_tokens) / it.cells, ",.0f") if it.cells else "–"
    cost = (
        say(show, "cost_unknown")
        if it.cost is None
        else f"≈ ${show.dollars(it.cost)}"
        if it.cost
        else say(show, "free")
    )
    left = left_text(show, line)
    times = (show.seconds(it.computing), show.seconds(it.seconds))
    cells = (left, tokens, *times, cost, energy_text(show, line.energy), carbon_text(show, line.energy))
    inside = draw_cells(heads, cells)
    label = html.escape(line.column.label)
    return f'<tr><th scope="row">{draw_swatch(SERIES[place % len(SERIES)])}{label}</th>{inside}</tr>'


def left_text(show: Renderer, line: ComparedLine) -> str:
    """What left this computer, and to whom; escaped."""
    if line.place.local:
        return say(show, "left_nothing")
    vendor = show.vendor(line.place.provider)
    return say(show, "left_some", count=line.requests, tokens=show.number(line.sent, ",.0f"), vendor=vendor)


def draw_findings(
    show: Renderer, description: RunDescription, lines: Sequence[ComparedLine], monotonous: Mapping[str, str]
) -> str:
    """A sentence a comparison, true of these very numbers, and those of columns that say the same nearly always."""
    first = next((line for line in lines if line.column.key == description.baseline), None)
    said = [f"<li>{one}</li>" for one in monotonous.values()]
    for line in lines:
        it = line.found.comparison
        if it is None or first is None or line.corrected is None:
            continue
        values = {"label": line.column.label, "other": first.column.label, "count": it.items}
        needed = line.needed if line.needed is not None else 0
        counts = {"more": it.better, "fewer": it.worse, "p": show.p_compared(line.corrected), "needed": needed}
        said.append(f"<li>{say(show, f'found_{it.finding(line.corrected)}', **values, **counts)}</li>")
    if description.items and len(description.items) == 1:
        said.append(f"<li>{say(show, 'one_item')}</li>")
    return f'<ul class="findings">{"".join(said)}</ul>' if said else ""


def draw_steady(show: Renderer, description: RunDescription, outcomes: Outcomes) -> str:
    """Over several runs of each question: how often it is answered alike. Nothing for one run."""
    if description.repeats < 2:
        return ""
    said = []
    for column in description.columns:
        found = [one for one in tries(outcomes, column.key) if one.of]
        same = sum(len(one.answers) == 1 for one in found)
        values = {"label": column.label, "same": same, "all": len(found), "of": description.repeats}
        said.append(f"<li>{say(show, 'steady', **values)}</li>")
    return f'<h4 class="part">{say(show, "steady_title")}</h4><ul>{"".join(said)}</ul>'


def _p(show: Renderer, value: float | None) -> str:
    return "–" if value is None else html.escape(show.p_value(value))
