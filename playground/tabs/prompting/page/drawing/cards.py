"""One question asked in several ways: a card for each, side by side."""

from __future__ import annotations

import html
from collections.abc import Sequence

from playground.measuring import Extraction
from playground.page.parts.facts import facts_text
from playground.page.parts.notices import draw_changes
from playground.page.parts.render import Renderer
from playground.page.parts.signs import RIGHT, WRONG, draw_sign
from playground.strategies.solving.strategy import strategy
from playground.tabs.prompting.page.drawing.steps import answer_chain, draw_steps, mark_answer
from playground.tabs.prompting.visit.cards import Card


def draw_cards(show: Renderer, shown: Sequence[Card]) -> str:
    """All cards as far as they have come."""
    done = sum(card.state != "running" for card in shown)
    progress = html.escape(show.text("prompting.cards_progress", done=done, all=len(shown)))
    drawn = "".join(draw_card(show, card) for card in shown)
    return f'<p class="quiet" role="status">{progress}</p><div class="attempts">{drawn}</div>'


def draw_card(show: Renderer, card: Card) -> str:
    key = f"{card.strategy}@{card.ref}"
    one = strategy(card.strategy)
    title, info = html.escape(show.text(one.title)), html.escape(show.text(one.info))
    body = "" if card.failure is None or card.trace.steps else show.alert(card.failure)
    steps, changes = draw_steps(show, card.trace, key, card.extraction), draw_changes(show, card.trace.changes)
    head = show.head(card.model, card.ref, ran=card.trace.usage.output_tokens > 0)
    return (
        f'<article class="attempt {card.state}" data-strategy="{html.escape(card.strategy)}">'
        f'<header><h4 title="{info}">{title}</h4>{head}</header>'
        f"{_answer(show, card)}{body}{steps}{changes}"
        f'<p class="quiet facts-line">{html.escape(_facts(show, card))}</p></article>'
    )


def _answer(show: Renderer, card: Card) -> str:
    """What was found as the answer, whether it is right, and the text that it was found in."""
    if card.extraction is None:
        said = show.text(f"prompting.state_{card.state}")
        return f'<p class="verdict"><span class="waiting">{html.escape(said)}</span></p>'
    found = card.extraction
    value = show.text("prompting.no_answer") if found.value is None else found.value
    kind = "found-answer" + (" missing" if found.value is None else "")
    rule = html.escape(show.text(f"prompting.rule_{found.rule}"))
    trace = card.trace
    elsewhere = answer_chain(trace) is None and trace.answer_text.strip() not in ("", found.value)
    whole = f'<pre class="said whole">{mark_answer(trace.answer_text, found)}</pre>' if elsewhere else ""
    return (
        f'<p class="verdict"><span class="{kind}">{html.escape(value)}</span> '
        f"{draw_verdict(show, card.score, found)}</p>"
        f'<p class="quiet rule">{rule}</p>{whole}'
    )


def draw_verdict(show: Renderer, score: float | None, found: Extraction | None) -> str:
    """Right, wrong, or how good; nothing where nobody has judged, or where there is no answer that could be wrong."""
    if score is None or (score == 0 and found is not None and found.value is None):
        return ""
    if score in (0, 1):
        kind, sign = ("right", RIGHT) if score else ("wrong", WRONG)
        return f'<span class="{kind}">{draw_sign(sign)} {html.escape(show.text(f"prompting.{kind}"))}</span>'
    return f'<span class="graded">{html.escape(show.text("prompting.graded", score=show.number(score, ".2f")))}</span>'


def _facts(show: Renderer, card: Card) -> str:
    """What it costs is told of a model elsewhere alone, once it has been asked."""
    trace = card.trace
    paid = card.model is not None and not card.model.local and trace.calls
    return facts_text(show, trace.calls, trace.usage, card.seconds, trace.cost if paid else 0.0)
