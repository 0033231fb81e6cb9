"""The questions of a kept run of any kind, page by page, and one of them opened: what each column answered."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

from playground.measuring.items import Item
from playground.measuring.outcomes import Cell, Outcome, Outcomes, verdict
from playground.measuring.store import ColumnDescription, RunDescription
from playground.measuring.summary import disagreements, extracted_answer
from playground.page.parts.facts import facts_text
from playground.page.parts.render import Renderer
from playground.page.parts.signs import NOTHING, RIGHT, UNSCORED, WARNING, WRONG, draw_named_sign, draw_sign

PAGE = 50
"""Questions at a time: a page of a table that a browser draws at once, however long the run is."""


def pages_of(description: RunDescription, outcomes: Outcomes, *, differ: bool) -> int:
    """How many pages there are, at least one."""
    return max(1, -(-len(_list_items(description, outcomes, differ=differ)) // PAGE))


def draw_run_items(
    show: Renderer, description: RunDescription, outcomes: Outcomes, page: int | None = 1, *, differ: bool = False
) -> str:
    """A line a question, a mark for each column; with `differ`, only where the columns disagree.

    `page` from 1; `None` for all of them at once.
    """
    listed = _list_items(description, outcomes, differ=differ)
    title = html.escape(show.text("kept.items_title"))
    if not listed:
        return f'<p class="told" role="status">{html.escape(show.text("kept.items_none"))}</p>'
    shown, where = listed, ""
    if page is not None and len(listed) > PAGE:
        first = (min(max(1, page), -(-len(listed) // PAGE)) - 1) * PAGE
        shown = listed[first : first + PAGE]
        numbers = {"first": first + 1, "last": first + len(shown), "all": len(listed)}
        counted = {name: show.number(number) for name, number in numbers.items()}
        where = f" <small>{html.escape(show.text('kept.items_shown', **counted))}</small>"
    heads = "".join(
        f'<th scope="col"><span class="head">{html.escape(column.label)}</span></th>' for column in description.columns
    )
    corner, hint = html.escape(show.text("kept.item_question")), html.escape(show.text("kept.items_hint"))
    rows = "".join(_line(show, item, description, outcomes) for item in shown)
    return (
        f'<h4 class="part">{title}{where}</h4><p class="quiet">{hint}</p>'
        f'<div class="questions-scroll" tabindex="0" role="region" aria-label="{title}"><table class="questions">'
        f'<thead><tr><th scope="col">{corner}</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def draw_attempt(show: Renderer, column: ColumnDescription, cell: Cell, outcome: Outcome) -> str:
    """What one column answered once: the answer that was found, whether it is right, the whole text."""
    failed = show.alert(outcome.failure) if outcome.failure is not None else ""
    answer = extracted_answer(outcome)
    found = f'<span class="found-answer">{html.escape(answer)}</span>' if answer else ""
    facts = facts_text(show, outcome.calls, outcome.usage, outcome.seconds, outcome.cost)
    return (
        f'<article class="attempt">{draw_attempt_head(show, column, cell)}{failed}'
        f'<p class="verdict">{found} {_mark(show, outcome, words=True)}</p>'
        f'<pre class="said" tabindex="0">{html.escape(outcome.text)}</pre>'
        f'<p class="quiet facts-line">{html.escape(facts)}</p></article>'
    )


def draw_attempt_head(show: Renderer, column: ColumnDescription, cell: Cell) -> str:
    """The column, and from the second try on which one it is."""
    number = html.escape(show.text("kept.item_run", number=cell.repeat + 1)) if cell.repeat else ""
    return f"<header><h4>{html.escape(column.label)} <small>{number}</small></h4></header>"


def draw_run_item(
    show: Renderer,
    description: RunDescription,
    outcomes: Outcomes,
    item: str,
    attempt: Callable[[Renderer, ColumnDescription, Cell, Outcome], str] = draw_attempt,
) -> str:
    """One question with all that was answered to it; nothing for one that is not there."""
    found = next((one for one in description.items if one.id == item), None)
    if found is None:
        return ""
    tries = [(column, Cell(column.key, item, n)) for column in description.columns for n in range(description.repeats)]
    attempts = "".join(attempt(show, column, cell, outcomes[cell]) for column, cell in tries if cell in outcomes)
    choices = "".join(f"<li>{html.escape(choice)}</li>" for choice in found.choices)
    listed = f'<ol type="A">{choices}</ol>' if description.kind == "choice" else ""
    truth, right = html.escape(show.text("kept.item_truth")), html.escape(" | ".join(found.answers))
    return (
        f'<div class="opened"><h4 class="part">{html.escape(show.text("kept.item_question"))}</h4>'
        f'<pre class="said" tabindex="0">{html.escape(found.question)}</pre>{listed}'
        f'<p><span class="quiet">{truth}:</span> <strong>{right}</strong></p>{attempts}</div>'
    )


def _list_items(description: RunDescription, outcomes: Outcomes, *, differ: bool) -> list[Item]:
    if not differ:
        return list(description.items)
    different = set(disagreements(outcomes, [column.key for column in description.columns]))
    return [item for item in description.items if item.id in different]


def _line(show: Renderer, item: Item, description: RunDescription, outcomes: Outcomes) -> str:
    marks = "".join(
        f"<td>{_marks(show, [outcomes.get(Cell(column.key, item.id, n)) for n in range(description.repeats)])}</td>"
        for column in description.columns
    )
    return (
        f'<tr><th scope="row"><button type="button" data-item="{html.escape(item.id)}">{html.escape(item.question)}'
        f"</button></th>{marks}</tr>"
    )


def _marks(show: Renderer, found: Sequence[Outcome | None]) -> str:
    """Of one column's replies to a question. Of several: how many of the scored ones are right, or their mean where any
    is graded; then, by their signs, how many could not be read, failed, or wait for a person."""
    known = [outcome for outcome in found if outcome is not None]
    if not known:
        return "·"
    if len(found) == 1:
        return _mark(show, known[0])
    verdicts = Counter(map(verdict, known))
    scores = [outcome.score for outcome in known if outcome.failure is None and outcome.score is not None]
    parts = [f"{verdicts['right']}/{len(scores)}"] if scores else []
    if verdicts["graded"]:
        parts = [show.number(fmean(scores), ".2f")]
    for kind in ("no_readable_answer", "failed", "unscored"):
        if verdicts[kind]:
            parts.append(f"<small>{verdicts[kind]} {_draw_sign(show, kind)}</small>")
    return " ".join(parts)


_SIGNS: Mapping[str, tuple[str, str, str]] = {
    "failed": (WARNING, "kept.failed", ""),
    "unscored": (UNSCORED, "kept.unscored", ""),
    "no_readable_answer": (NOTHING, "prompting.no_answer", "unread"),
    "right": (RIGHT, "prompting.right", "right"),
    "wrong": (WRONG, "prompting.wrong", "wrong"),
}
"""Of each verdict but a grade: its sign, its text, and the class that colours it."""


def _mark(show: Renderer, outcome: Outcome, *, words: bool = False) -> str:
    """A sign that says on hover and to a screen reader what it means, or, with `words`, sign and text; or the grade."""
    found = verdict(outcome)
    return show.number(outcome.score or 0.0, ".2f") if found == "graded" else _draw_sign(show, found, words=words)


def _draw_sign(show: Renderer, found: str, *, words: bool = False) -> str:
    sign, key, kind = _SIGNS[found]
    said = html.escape(show.text(key))
    return f'<span class="{kind}">{draw_sign(sign)} {said}</span>' if words else draw_named_sign(sign, said, kind)
