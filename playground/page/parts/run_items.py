"""The questions of a kept run of any kind, page by page, and one of them opened: what each column answered."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from playground.measuring.items import Item
from playground.measuring.kinds import Outcomes
from playground.measuring.outcomes import Cell, Outcome, verdict
from playground.measuring.store import ColumnDescription, RunDescription, StoredRun
from playground.measuring.summary import disagreements, extracted_answer
from playground.page.parts.render import Renderer
from playground.page.parts.signs import NOTHING, RIGHT, UNSCORED, WARNING, WRONG, draw_named_sign, draw_sign

PAGE = 50
"""Questions at a time: a page of a table that a browser draws at once, however long the run is."""


def pages_of(run: StoredRun, outcomes: Outcomes, *, differ: bool) -> int:
    """How many pages there are, at least one."""
    return max(1, -(-len(_list_items(run.description, outcomes, differ=differ)) // PAGE))


def draw_run_items(show: Renderer, run: StoredRun, outcomes: Outcomes, page: int = 1, *, differ: bool = False) -> str:
    """A line a question, a mark for each column; with `differ`, only where the columns disagree. `page` from 1."""
    description = run.description
    listed = _list_items(description, outcomes, differ=differ)
    title = html.escape(show.text("prompting.items_title"))
    if not listed:
        return f'<p class="told" role="status">{html.escape(show.text("prompting.items_none"))}</p>'
    last = -(-len(listed) // PAGE)
    first = (min(max(1, page), last) - 1) * PAGE
    shown = listed[first : first + PAGE]
    numbers = {"first": first + 1, "last": first + len(shown), "all": len(listed)}
    counted = {name: show.number(number) for name, number in numbers.items()}
    where = html.escape(show.text("kept.items_shown", **counted)) if last > 1 else ""
    heads = "".join(f'<th scope="col">{html.escape(column.label)}</th>' for column in description.columns)
    corner = html.escape(show.text("prompting.item_question"))
    rows = "".join(_line(show, item, description, outcomes) for item in shown)
    return (
        f'<h4 class="part">{title} <small>{where}</small></h4>'
        f'<p class="quiet">{html.escape(show.text("kept.items_hint"))}</p>'
        f'<div class="questions-scroll" tabindex="0" role="region" aria-label="{title}"><table class="questions">'
        f'<thead><tr><th scope="col">{corner}</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def draw_run_item(show: Renderer, run: StoredRun, outcomes: Outcomes, item: str) -> str:
    """One question with all that was answered to it; nothing for one that is not there."""
    description = run.description
    found = next((one for one in description.items if one.id == item), None)
    if found is None:
        return ""
    cells = [Cell(column.key, item, repeat) for column in description.columns for repeat in range(description.repeats)]
    labels = {column.key: column for column in description.columns}
    attempts = "".join(_attempt(show, labels[cell.column], cell, outcomes[cell]) for cell in cells if cell in outcomes)
    truth = html.escape(show.text("prompting.item_truth"))
    right = html.escape(" | ".join(found.answers))
    return (
        f'<div class="opened"><h4 class="part">{html.escape(show.text("prompting.item_question"))}</h4>'
        f'<pre class="said" tabindex="0">{html.escape(found.question)}</pre>'
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
    known = [outcome for outcome in found if outcome is not None]
    return " ".join(_mark(show, outcome) for outcome in known) if known else "·"


_SIGNS: Mapping[str, tuple[str, str, str]] = {
    "failed": (WARNING, "kept.failed", ""),
    "unscored": (UNSCORED, "kept.unscored", ""),
    "no_readable_answer": (NOTHING, "prompting.no_answer", "unread"),
    "right": (RIGHT, "prompting.right", "right"),
    "wrong": (WRONG, "prompting.wrong", "wrong"),
}
"""Of each verdict but a grade: its sign, its text, and the class that colours it."""


def _mark(show: Renderer, outcome: Outcome, *, words: bool = False) -> str:
    """A sign that says on hover and to a screen reader what it means, or, with `words`, sign and text."""
    found = _SIGNS.get(verdict(outcome))
    if found is None:
        return show.number(outcome.score or 0.0, ".2f")
    sign, key, kind = found
    said = html.escape(show.text(key))
    if words:
        return f'<span class="{kind}">{draw_sign(sign)} {said}</span>'
    return draw_named_sign(sign, said, kind)


def _attempt(show: Renderer, column: ColumnDescription, cell: Cell, outcome: Outcome) -> str:
    number = (
        f" <small>{html.escape(show.text('prompting.item_run', number=cell.repeat + 1))}</small>" if cell.repeat else ""
    )
    failed = show.alert(outcome.failure) if outcome.failure is not None else ""
    answer = extracted_answer(outcome)
    found = f'<span class="found-answer">{html.escape(answer)}</span>' if answer else ""
    facts = [show.text("prompting.seconds", seconds=show.number(outcome.seconds, ".2f"))]
    if outcome.usage.input_tokens or outcome.usage.output_tokens:
        counts = {"input": outcome.usage.input_tokens, "output": outcome.usage.output_tokens}
        facts.insert(0, ("≈ " if outcome.usage.estimated else "") + show.text("facts.tokens", **counts))
    if outcome.cost:
        facts.append(f"≈ ${show.dollars(outcome.cost)}")
    return (
        f'<article class="attempt"><header><h4>{html.escape(column.label)}{number}</h4></header>{failed}'
        f'<p class="verdict">{found} {_mark(show, outcome, words=True)}</p>'
        f'<pre class="said" tabindex="0">{html.escape(outcome.text)}</pre>'
        f'<p class="quiet facts-line">{html.escape(" · ".join(facts))}</p></article>'
    )
