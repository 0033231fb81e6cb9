"""One question of a run, opened: what each strategy wrote, run by run."""

from __future__ import annotations

import html
from collections.abc import Sequence

from pydantic import ValidationError

from playground.measuring import Outcome
from playground.measuring.outcomes import Cell, Outcomes, verdict
from playground.measuring.store import ColumnDescription, RunDescription
from playground.page.parts.facts import facts_text
from playground.page.parts.render import Renderer
from playground.page.parts.run_items import draw_attempt_head, draw_run_item
from playground.strategies.solving.trace import Trace
from playground.tabs.prompting.page.drawing.cards import draw_verdict
from playground.tabs.prompting.page.drawing.steps import answer_chain, draw_steps, mark_answer


def draw_item(show: Renderer, description: RunDescription, outcomes: Outcomes, item: str) -> str:
    """One question with all that was answered to it; nothing for one that is not there."""
    return draw_run_item(show, description, outcomes, item, _draw_attempt)


def _draw_attempt(show: Renderer, column: ColumnDescription, cell: Cell, outcome: Outcome) -> str:
    """With the rule by which the answer was found, and the steps that led to it."""
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
    facts = facts_text(show, outcome.calls, outcome.usage, outcome.seconds, outcome.cost)
    return (
        f'<article class="attempt" {place}>{draw_attempt_head(show, column, cell)}'
        f'{failed}<p class="verdict">{answer} {draw_verdict(show, outcome.score, found)}</p>'
        f'<p class="quiet rule">{rule}</p>'
        f"{_draw_reply(show, cell, outcome)}{_judge(show, outcome)}"
        f'<p class="quiet facts-line">{html.escape(facts)}</p></article>'
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
