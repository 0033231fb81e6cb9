"""Every question of a run, and one of them opened: what each strategy wrote, run by run."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from statistics import fmean

from pydantic import ValidationError

from playground.measuring import Item, Outcome
from playground.measuring.outcomes import Cell, verdict
from playground.measuring.store import ColumnDescription, RunDescription
from playground.measuring.summary import Outcomes, disagreements
from playground.page.parts.render import Renderer
from playground.page.parts.signs import NOTHING, RIGHT, UNSCORED, WARNING, WRONG, draw_named_sign
from playground.strategies.solving.trace import Trace
from playground.tabs.prompting.page.drawing.cards import cost_text, draw_verdict
from playground.tabs.prompting.page.drawing.steps import answer_chain, draw_steps, mark_answer


def draw_items(show: Renderer, description: RunDescription, outcomes: Outcomes, *, differ: bool) -> str:
    """A line a question, a mark for each column; with `differ`, only where the columns disagree."""
    different = set(disagreements(outcomes, [column.key for column in description.columns]))
    listed = [item for item in description.items if item.id in different or not differ]
    title = html.escape(show.text("prompting.items_title"))
    if not listed:
        return f'<p class="told" role="status">{html.escape(show.text("prompting.items_none"))}</p>'
    heads = "".join(f'<th scope="col">{html.escape(column.label)}</th>' for column in description.columns)
    corner, hint = html.escape(show.text("prompting.item_question")), html.escape(show.text("prompting.items_hint"))
    rows = "".join(_line(show, item, description, outcomes) for item in listed)
    return (
        f'<h4 class="part">{title}</h4><p class="quiet">{hint}</p>'
        f'<div class="questions-scroll" tabindex="0" role="region" aria-label="{title}"><table class="questions">'
        f'<thead><tr><th scope="col">{corner}</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _line(show: Renderer, item: Item, description: RunDescription, outcomes: Outcomes) -> str:
    tried = {
        column.key: [outcomes.get(Cell(column.key, item.id, repeat)) for repeat in range(description.repeats)]
        for column in description.columns
    }
    marks = "".join(f"<td>{_mark(show, found)}</td>" for found in tried.values())
    return (
        f'<tr><th scope="row"><button type="button" data-item="{html.escape(item.id)}">{html.escape(item.question)}'
        f"</button></th>{marks}</tr>"
    )


def _mark(show: Renderer, found: Sequence[Outcome | None]) -> str:
    """Of one column's runs of a question."""
    known = [outcome for outcome in found if outcome is not None]
    if not known:
        return "·"
    scores = [outcome.score for outcome in known if outcome.score is not None]
    if len(found) > 1 and any(score not in (0, 1) for score in scores):
        return show.number(fmean(scores), ".2f")
    if len(found) > 1:
        right = sum((outcome.score or 0) >= 1 for outcome in known)
        unread = sum(verdict(outcome) == "no_readable_answer" for outcome in known)
        return f"{right}/{len(known)}" + (f" <small>{unread} {_draw_unread(show)}</small>" if unread else "")
    return _sign(show, known[0])


def _draw_unread(show: Renderer) -> str:
    """A sign of its own: no answer was found, which is not the same as a wrong one."""
    return draw_named_sign(NOTHING, html.escape(show.text("prompting.no_answer")), "unread")


def _sign(show: Renderer, outcome: Outcome) -> str:
    if outcome.failure is not None:
        return draw_named_sign(WARNING, html.escape(show.text("kept.failed")))
    if outcome.score is None:
        return draw_named_sign(UNSCORED, html.escape(show.text("kept.unscored")))
    if verdict(outcome) == "no_readable_answer":
        return _draw_unread(show)
    if outcome.score in (0, 1):
        kind, sign = ("right", RIGHT) if outcome.score else ("wrong", WRONG)
        return draw_named_sign(sign, html.escape(show.text(f"prompting.{kind}")), kind)
    return show.number(outcome.score, ".2f")


def draw_item(show: Renderer, description: RunDescription, outcomes: Mapping[Cell, Outcome], item_id: str) -> str:
    """One question with all that was answered to it; nothing for one that is not there."""
    item = next((one for one in description.items if one.id == item_id), None)
    if item is None:
        return ""
    attempts = "".join(
        _attempt(show, column, Cell(column.key, item.id, repeat), outcomes.get(Cell(column.key, item.id, repeat)))
        for column in description.columns
        for repeat in range(description.repeats)
    )
    choices = "".join(f"<li>{html.escape(choice)}</li>" for choice in item.choices)
    listed = f'<ol type="A">{choices}</ol>' if description.kind == "choice" else ""
    truth = html.escape(show.text("prompting.item_truth"))
    return (
        f'<div class="opened"><h4 class="part">{html.escape(show.text("prompting.item_question"))}</h4>'
        f'<pre class="said" tabindex="0">{html.escape(item.question)}</pre>{listed}'
        f'<p><span class="quiet">{truth}:</span> <strong>{html.escape(" | ".join(item.answers))}</strong></p>'
        f"{attempts}</div>"
    )


def _attempt(show: Renderer, column: ColumnDescription, cell: Cell, outcome: Outcome | None) -> str:
    if outcome is None:
        return ""
    number = html.escape(show.text("prompting.item_run", number=cell.repeat + 1)) if cell.repeat else ""
    found = outcome.extraction
    value = found.value if found is not None and found.value is not None else show.text("prompting.no_answer")
    rule = html.escape(show.text(f"prompting.rule_{found.rule}")) if found is not None else ""
    failed = show.alert(outcome.failure) if outcome.failure is not None else ""
    kind = "found-answer" + (" missing" if found is None or found.value is None else "")
    answer = "" if failed else f'<span class="{kind}">{html.escape(value)}</span>'
    place = " ".join(
        f'data-{name}="{html.escape(str(value))}"'
        for name, value in (("column", cell.column), ("item", cell.item), ("repeat", cell.repeat))
    )
    label = html.escape(column.label)
    return (
        f'<article class="attempt" {place}><header><h4>{label} <small>{number}</small></h4></header>'
        f'{failed}<p class="verdict">{answer} {draw_verdict(show, outcome.score, found)}</p>'
        f'<p class="quiet rule">{rule}</p>'
        f"{_draw_reply(show, cell, outcome)}{_judge(show, outcome)}"
        f'<p class="quiet facts-line">{html.escape(_facts(show, outcome))}</p></article>'
    )


def _draw_reply(show: Renderer, cell: Cell, outcome: Outcome) -> str:
    key = f"{cell.column}-{cell.item}-{cell.repeat}"
    if isinstance(outcome.trace, list):
        return _options(show, outcome.trace)
    try:
        trace = Trace.from_json(outcome.trace)
    except (ValidationError, ValueError):  # a failed cell has none
        return f'<pre class="said" tabindex="0">{html.escape(outcome.text)}</pre>' if outcome.text else ""
    whole = ""
    if answer_chain(trace) is None:
        whole = f'<pre class="said" tabindex="0">{mark_answer(outcome.text, outcome.extraction)}</pre>'
    return whole + draw_steps(show, trace, key, outcome.extraction)


def _options(show: Renderer, trace: Sequence[object]) -> str:
    """The options of a question by their likelihood, as bars from zero."""
    rows = []
    for one in trace:
        if isinstance(one, dict):
            share = float(str(one.get("share") or 0))
            rows.append(
                f'<tr><th scope="row">{html.escape(str(one.get("option")))}</th>'
                f'<td class="track"><i class="after" style="width:{share * 100:.1f}%"></i></td>'
                f'<td class="number">{show.number(float(str(one.get("value") or 0)), ".2f")}</td></tr>'
            )
    caption = html.escape(show.text("prompting.item_options"))
    return f'<table class="votes"><caption>{caption}</caption>{"".join(rows)}</table>'


def _judge(show: Renderer, outcome: Outcome) -> str:
    """Buttons for a person's own judgement, where no metric can judge, or where no answer could be read."""
    if verdict(outcome) not in ("unscored", "no_readable_answer"):
        return ""
    buttons = "".join(
        f'<button type="button" data-score="{score}">{html.escape(show.text(f"prompting.{name}"))}</button>'
        for score, name in ((1, "right"), (0, "wrong"))
    )
    return f'<div class="judge">{html.escape(show.text("prompting.item_judge"))} {buttons}</div>'


def _facts(show: Renderer, outcome: Outcome) -> str:
    about = "≈ " if outcome.usage.estimated else ""
    counts = {"input": outcome.usage.input_tokens, "output": outcome.usage.output_tokens}
    parts = [
        show.text("prompting.calls", count=outcome.calls),
        about + show.text("facts.tokens", **counts),
        show.text("prompting.seconds", seconds=show.number(outcome.seconds, ".1f")),
    ]
    if outcome.cost is None or outcome.cost:
        parts.append(cost_text(show, outcome.cost))
    return " · ".join(parts)
