"""A task done in several ways: a table with intervals, who confuses what with what, and item by item."""

from __future__ import annotations

import html
from collections.abc import Mapping

from playground.measuring import TaskSet
from playground.measuring.floors import floors
from playground.page.parts.measures import draw_heads, draw_table, draw_whisker
from playground.page.parts.plots import SERIES
from playground.page.parts.render import Renderer
from playground.tabs.models.lab.understanding import (
    ALL,
    ASKED,
    Approach,
    Judged,
    classes_of,
    confusion_of,
    score_of,
)
from playground.tabs.models.page.pieces import draw_notice, draw_sentence, draw_term, say
from playground.tabs.models.visit.understanding import KeptTask
from providers.errors import Failure

_COLUMNS = ("each", "learnt", "unread")


def draw_task(show: Renderer, kept: KeptTask, *, running: bool = False) -> str:
    """All that came of the task so far."""
    tasks = kept.task.tasks
    done = {one: found for one, found in kept.verdicts.items() if isinstance(found, Judged) and found.said}
    title = html.escape(tasks.title or show.text("models.task_own"))
    count = say(show, "understanding_items", count=len(tasks.items), classes=", ".join(classes_of(tasks)))
    alerts = "".join(
        f'<div class="approach-failed"><strong>{say(show, f"approach_{one}")}</strong>{show.alert(found)}</div>'
        for one, found in kept.verdicts.items()
        if isinstance(found, Failure)
    )
    waiting = draw_sentence(show, "understanding_running") if running else ""
    rest = f"{_confusions(show, done, tasks)}{_words(show, done)}{_items(show, done, tasks)}" if not running else ""
    notice = draw_notice(show, "understanding") if done and not running else ""
    table = _table(show, done, tasks) if done else ""
    told = f"{waiting}{alerts}{_lonely(show, done)}{notice}"
    return f'<h4 class="part">{title}</h4><p class="quiet">{count}</p>{table}{told}{rest}'


def _table(show: Renderer, done: Mapping[Approach, Judged], tasks: TaskSet) -> str:
    right = f"{draw_term(show, 'understanding_accuracy')} · {draw_term(show, 'understanding_interval')}"
    heads = draw_heads([say(show, "approach"), right, *(draw_term(show, f"understanding_{name}") for name in _COLUMNS)])
    lines = "".join(_line(show, found, tasks) for found in done.values())
    foot = ""
    if (least := floors(tasks.items, tasks.kind)) is not None:
        foot = "".join(
            f'<tr><th scope="row">{name}</th><td>{show.percent(value)}</td><td></td><td></td><td></td></tr>'
            for name, value in (
                (say(show, "understanding_majority", answer=least.answer), least.majority),
                (say(show, "understanding_chance"), least.chance),
            )
        )
    return draw_table(say(show, "understanding_of"), heads, lines, kind="results fitting", foot=foot)


def _line(show: Renderer, found: Judged, tasks: TaskSet) -> str:
    score = score_of(found, tasks)
    colour = SERIES[ALL.index(found.approach) % len(SERIES)]
    interval = say(
        show, "understanding_from_to", low=show.percent(score.low), high=show.percent(score.high), count=score.items
    )
    each = say(
        show, "understanding_ms", ms=show.number(found.milliseconds, ",.0f" if found.milliseconds >= 10 else ".2f")
    )
    learnt = say(show, "understanding_seconds", seconds=found.training) if found.training is not None else "–"
    together = f" <small>{say(show, 'understanding_together')}</small>" if found.approach in ASKED else ""
    return (
        f'<tr data-approach="{found.approach}"><th scope="row">{say(show, f"approach_{found.approach}")}'
        f"<br><small>{html.escape(found.model)}</small></th>"
        f'<td><span class="share">{show.percent(score.accuracy)}</span> <small>{interval}</small>'
        f"{draw_whisker(score.low, score.accuracy, score.high, colour)}</td>"
        f"<td>{each}{together}</td><td>{learnt}</td><td>{score.unread or '–'}</td></tr>"
    )


def _lonely(show: Renderer, done: Mapping[Approach, Judged]) -> str:
    names = dict.fromkeys(name for found in done.values() for name in found.lonely)
    return f'<p class="told">{say(show, "understanding_lonely", names=", ".join(names))}</p>' if names else ""


def _confusions(show: Renderer, done: Mapping[Approach, Judged], tasks: TaskSet) -> str:
    """A small table for each way: a row is what is right, a column what was said."""
    figures = "".join(
        f'<figure class="cut-figure"><figcaption><strong>{say(show, f"approach_{one}")}</strong></figcaption>'
        f"{_confusion(show, confusion_of(found, tasks))}</figure>"
        for one, found in done.items()
    )
    if not figures:
        return ""
    return (
        f'<details class="read" open><summary>{say(show, "confusions")}</summary>'
        f'<p class="quiet">{say(show, "confusions_info")}</p><div class="cuts">{figures}</div></details>'
    )


def _confusion(show: Renderer, table: Mapping[str, Mapping[str, float]]) -> str:
    names = list(dict.fromkeys(said for row in table.values() for said in row))
    heads = f'<th scope="col">{say(show, "confusion_right")}</th>' + "".join(
        f'<th scope="col">{html.escape(name) or say(show, "confusion_none")}</th>' for name in names
    )
    lines = "".join(
        f'<tr><th scope="row">{html.escape(right)}</th>'
        + "".join(_count(show, row.get(name, 0), sum(row.values()), right == name) for name in names)
        + "</tr>"
        for right, row in table.items()
    )
    return draw_table(say(show, "confusions"), heads, lines, kind="results likenesses confusion")


def _count(show: Renderer, value: float, total: float, diagonal: bool) -> str:
    kind = ' class="diagonal"' if diagonal else ""
    return f'<td{kind} style="--share:{value / total if total else 0:.2f}">{show.number(value, ".0f")}</td>'


def _words(show: Renderer, done: Mapping[Approach, Judged]) -> str:
    telling = done["words"].telling if "words" in done else {}
    if not telling:
        return ""
    lines = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(', '.join(words))}</dd>" for name, words in telling.items()
    )
    return (
        f'<details class="read"><summary>{say(show, "telling_words")}</summary>'
        f'<p class="quiet">{say(show, "telling_words_info")}</p><dl class="form-answers">{lines}</dl></details>'
    )


def _items(show: Renderer, done: Mapping[Approach, Judged], tasks: TaskSet) -> str:
    heads = draw_heads(
        [say(show, "item_text"), say(show, "confusion_right"), *(say(show, f"approach_{one}") for one in done)]
    )
    lines = "".join(
        f'<tr><th scope="row">{html.escape(item.question)}</th><td>{html.escape(item.answer)}</td>'
        + "".join(_said(show, found.said[place : place + 1], item.answers) for found in done.values())
        + "</tr>"
        for place, item in enumerate(tasks.items)
    )
    table = draw_table(say(show, "items_of"), heads, lines, kind="results fitting items")
    return f'<details class="read"><summary>{say(show, "items_of")}</summary>{table}</details>' if done else ""


def _said(show: Renderer, said: tuple[str, ...], right: tuple[str, ...]) -> str:
    """Nothing of an item that has not been answered."""
    if not said:
        return "<td>–</td>"
    kind = "right" if said[0] in right else "wrong"
    return f'<td><span class="{kind}">{html.escape(said[0]) or say(show, "confusion_none")}</span></td>'
