"""The table of a task: a line a way, with what it got right, how sure that is, and what it took."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from playground.measuring import TaskSet
from playground.measuring.floors import floors
from playground.page.parts.energy import energy_text
from playground.page.parts.measures import draw_cells, draw_heads, draw_table, draw_whisker
from playground.page.parts.plots import SERIES
from playground.page.parts.render import Renderer
from playground.tabs.models.lab.understanding import (
    ALL,
    ASKED,
    Approach,
    Judged,
    JudgedScore,
    PartlyRight,
    kind_of,
    score_of,
)
from playground.tabs.models.page.pieces import draw_term, say
from playground.tabs.models.page.sections.understanding.layout import way_key
from playground.tabs.models.visit.understanding_ways import Task
from providers.heads import HeadInfo

_TOOK = ("each", "energy", "learnt", "unread")
_RIGHT = {"classes": "accuracy", "entities": "whole", "passages": "exact"}
_PARTLY = {"entities": ("entity_f1",), "passages": ("word_f1",)}


def name_way(show: Renderer, approach: Approach, tasks: TaskSet) -> str:
    """What a way is called in this task; escaped."""
    return say(show, way_key(approach, kind_of(tasks)))


def draw_ways(show: Renderer, done: Mapping[Approach, Judged], task: Task) -> str:
    """All that came of it so far; in grey the model that was trained for the task, where it is not here."""
    kind = kind_of(task.tasks)
    keys = [f"understanding_{name}" for name in (*_PARTLY.get(kind, ()), _RIGHT[kind], *_TOOK)]
    heads = [say(show, key) for key in keys]
    lines = "".join(_line(show, found, task.tasks, heads) for found in done.values())
    if task.absent is not None:
        lines += _draw_absent(show, task.absent, task.tasks, len(heads))
    title, head = say(show, "understanding_of"), draw_heads([say(show, "approach"), *heads])
    explained = " ".join(draw_term(show, key) for key in (*keys, "understanding_interval"))
    table = draw_table(title, head, lines, kind="results runs fitting", foot=_foot(show, task.tasks, heads))
    return f'<p class="words-used">{explained}</p>{table}'


def _foot(show: Renderer, tasks: TaskSet, heads: Sequence[str]) -> str:
    if (least := floors(tasks.items, tasks.kind)) is None:
        return ""
    rest = "<td></td>" * len(_TOOK)
    return "".join(
        f'<tr><th scope="row">{name}</th>{draw_cells(heads[:1], [show.percent(value)])}{rest}</tr>'
        for name, value in (
            (say(show, "understanding_majority", answer=least.answer), least.majority),
            (say(show, "understanding_chance"), least.chance),
        )
    )


def _line(show: Renderer, found: Judged, tasks: TaskSet, heads: Sequence[str]) -> str:
    score = score_of(found, tasks)
    colour = SERIES[ALL.index(found.approach) % len(SERIES)]
    model = f"<br><small>{html.escape(found.model)}</small>" if found.model else ""
    name = f"{name_way(show, found.approach, tasks)}{model}"
    partly = [] if score.partly is None else [_partly(show, score, score.partly, colour)]
    right = _share(show, (score.low, score.accuracy, score.high), score.items, colour)
    cells = draw_cells(heads, [*partly, right, *_costs(show, found, score)])
    return f'<tr data-approach="{found.approach}"><th scope="row">{name}</th>{cells}</tr>'


def _partly(show: Renderer, score: JudgedScore, it: PartlyRight, colour: str) -> str:
    parts = ""
    if it.precision is not None and it.recall is not None:
        told = say(show, "understanding_of_which", precision=it.precision, recall=it.recall)
        parts = f'<br><span class="quiet">{told}</span>'
    return f"{_share(show, (it.low, it.f1, it.high), score.items, colour)}{parts}"


def _share(show: Renderer, places: tuple[float, float, float], count: int, colour: str) -> str:
    low, mean, high = places
    interval = say(show, "understanding_from_to", low=show.percent(low), high=show.percent(high), count=count)
    whisker = draw_whisker(low, mean, high, colour)
    return f'<span class="share">{show.percent(mean)}</span> <small>{interval}</small>{whisker}'


def _costs(show: Renderer, found: Judged, score: JudgedScore) -> tuple[str, str, str, str]:
    ms = show.number(found.milliseconds, ",.0f" if found.milliseconds >= 10 else ".2f")
    together = f" <small>{say(show, 'understanding_together')}</small>" if found.approach in ASKED else ""
    learnt = say(show, "understanding_seconds", seconds=found.training) if found.training is not None else "–"
    energy = energy_text(show, found.energy) if found.energy is not None else "–"
    return f"{say(show, 'understanding_ms', ms=ms)}{together}", energy, learnt, str(score.unread or "–")


def _draw_absent(show: Renderer, info: HeadInfo, tasks: TaskSet, columns: int) -> str:
    told = say(show, "understanding_absent", name=info.name, id=info.id)
    name = f"{name_way(show, 'head', tasks)}<br><small>{html.escape(info.name)}</small>"
    return f'<tr class="absent quiet"><th scope="row">{name}</th><td colspan="{columns}">{told}</td></tr>'
