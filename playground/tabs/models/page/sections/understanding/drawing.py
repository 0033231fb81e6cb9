"""A task done in several ways: a table with intervals, who confuses what with what, and item by item."""

from __future__ import annotations

import html
from collections.abc import Mapping

from playground.measuring import Item, TaskSet
from playground.page.parts.measures import draw_cells, draw_heads, draw_table
from playground.page.parts.render import Renderer
from playground.tabs.models.lab.understanding import Approach, Judged, classes_of, confusion_of, is_right, kind_of
from playground.tabs.models.page.pieces import break_lines, draw_notice, draw_sentence, say
from playground.tabs.models.page.sections.understanding.table import draw_ways, name_way
from playground.tabs.models.visit.understanding import KeptTask
from providers.errors import Failure

_COUNTS = {
    "classes": "understanding_items",
    "entities": "understanding_sentences",
    "passages": "understanding_questions",
}
_NOTICES = {"classes": "understanding", "entities": "entities", "passages": "passages"}


def draw_task(show: Renderer, kept: KeptTask, *, running: bool = False) -> str:
    """All that came of the task so far."""
    tasks, kind = kept.task.tasks, kind_of(kept.task.tasks)
    done = {one: found for one, found in kept.verdicts.items() if isinstance(found, Judged) and found.said}
    title = html.escape(tasks.title or show.text("models.task_own"))
    count = say(show, _COUNTS[kind], count=len(tasks.items), classes=", ".join(classes_of(tasks)))
    alerts = "".join(
        f'<div class="approach-failed"><strong>{name_way(show, one, tasks)}</strong>{show.alert(found)}</div>'
        for one, found in kept.verdicts.items()
        if isinstance(found, Failure)
    )
    waiting = draw_sentence(show, "understanding_running") if running else ""
    rest = f"{_confusions(show, done, tasks)}{_words(show, done)}{_items(show, done, tasks)}" if not running else ""
    notice = draw_notice(show, _NOTICES[kind]) if done and not running else ""
    table = draw_ways(show, done, kept.task) if done or kept.task.absent is not None else ""
    told = f"{waiting}{alerts}{_lonely(show, done)}"
    return f'<h4 class="part">{title}</h4><p class="quiet">{count}</p>{table}{told}{rest}{notice}'


def _lonely(show: Renderer, done: Mapping[Approach, Judged]) -> str:
    names = dict.fromkeys(name for found in done.values() for name in found.lonely)
    return f'<p class="told">{say(show, "understanding_lonely", names=", ".join(names))}</p>' if names else ""


def _confusions(show: Renderer, done: Mapping[Approach, Judged], tasks: TaskSet) -> str:
    """A small table for each way: a row is what is right, a column what was said."""
    figures = "".join(
        f'<figure class="cut-figure"><figcaption><strong>{name_way(show, one, tasks)}</strong></figcaption>'
        f"{_confusion(show, table)}</figure>"
        for one, found in done.items()
        if (table := confusion_of(found, tasks))
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
    heads = [say(show, "confusion_right"), *(name_way(show, one, tasks) for one in done)]
    lines = ""
    for place, item in enumerate(tasks.items):
        said = [_draw_answer(show, found.said[place : place + 1], item, tasks) for found in done.values()]
        cells = draw_cells(heads, [break_lines(item.answer), *said])
        lines += f'<tr><th scope="row">{break_lines(item.question)}</th>{cells}</tr>'
    head = draw_heads([say(show, "item_text"), *heads])
    table = draw_table(say(show, "items_of"), head, lines, kind="results runs fitting items")
    return f'<details class="read"><summary>{say(show, "items_of")}</summary>{table}</details>' if done else ""


def _draw_answer(show: Renderer, said: tuple[str, ...], item: Item, tasks: TaskSet) -> str:
    """Nothing of an item that has not been answered."""
    if not said:
        return "–"
    kind = "right" if is_right(said[0], item, tasks) else "wrong"
    return f'<span class="{kind}">{break_lines(said[0]) or say(show, "confusion_none")}</span>'
