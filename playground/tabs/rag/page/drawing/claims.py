"""The text of an answer: every sentence with the sign of how well it is supported, every citation to be clicked."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from playground.page.parts.render import Renderer
from playground.page.parts.signs import WARNING, draw_sign
from playground.tabs.rag.lab.answering.citations import Citation, citations
from playground.tabs.rag.lab.answering.pages import PageClaim, page_claims
from playground.tabs.rag.lab.answering.support import Label, Sentence
from playground.tabs.rag.lab.documents import Passage
from playground.tabs.rag.page.drawing.marked import draw_marked
from playground.tabs.rag.page.drawing.pieces import decimal, place_of, say, where

SIGNS: dict[Label, str] = {"supported": "✓", "weak": "≈", "unsupported": "✗"}
"""Beside the colour, for those who do not see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """An answer as it can be drawn; `sentences` is empty until it is complete."""

    text: str
    passages: Sequence[Passage] = ()
    sentences: Sequence[Sentence] = ()


def draw_claims(show: Renderer, it: Claims) -> str:
    """Text with bold, code and bullets, line breaks kept: no picture is fetched, no link to follow, no HTML obeyed."""
    cited = citations(it.text, len(it.passages))
    pieces, at = [], 0
    for sentence in it.sentences:
        pieces.append(_draw_cited(show, it, cited, at, sentence.start))
        inside = _draw_cited(show, it, cited, sentence.start, sentence.end)
        tip = support_tip(show, sentence)
        pieces.append(f'<span class="claim {sentence.label}" title="{tip}">{inside}</span>{_sign(it, sentence, tip)}')
        at = sentence.end
    pieces.append(_draw_cited(show, it, cited, at, len(it.text)))
    return f'<div class="answer">{"".join(pieces)}</div>'


def _sign(it: Claims, sentence: Sentence, tip: str) -> str:
    """It leads to the closest passage, whether or not the model named one."""
    told = f'class="sign term {sentence.label}" aria-label="{tip}" data-tip="{tip}"'
    if sentence.passage is None or sentence.passage > len(it.passages):
        return f'<span {told} tabindex="0" role="note">{SIGNS[sentence.label]}</span>'
    place = place_of(it.passages[sentence.passage - 1].chunk)
    return f'<button type="button" {told} {place}>{SIGNS[sentence.label]}</button>'


def support_tip(show: Renderer, sentence: Sentence) -> str:
    """What the sign says, in words, escaped."""
    said = say(show, f"support_{sentence.label}")
    if sentence.passage is not None:
        said += " " + say(show, "support_closest", number=sentence.passage, score=decimal(show, sentence.score))
    if sentence.differs:
        differs = ", ".join(show.text(f"rag.differs_{one}") for one in sentence.differs)
        said += " " + say(show, "support_differs", differs=differs)
    if sentence.missing:
        said += " " + say(show, "support_missing", missing=", ".join(sentence.missing))
    return said


def draw_legend(show: Renderer) -> str:
    """The three signs once, with what they mean, and what they do not."""
    items = "".join(
        f'<span><span class="claim {label}">{say(show, f"label_{label}")}</span> '
        f'<span class="sign {label}" aria-hidden="true">{sign}</span></span>'
        for label, sign in SIGNS.items()
    )
    return f'<p class="legend">{say(show, "legend")} {items}</p><p class="quiet">{say(show, "legend_info")}</p>'


def _draw_cited(show: Renderer, it: Claims, cited: Sequence[Citation], start: int, end: int) -> str:
    """That part of the text, its citations as buttons, page numbers that are wrong with what would be right."""
    claims = page_claims(it.text, [passage.chunk.page for passage in it.passages])
    marks: list[Citation | PageClaim] = [*cited, *(one for one in claims if not one.right)]
    pieces, at = [], start
    for one in sorted(marks, key=lambda mark: mark.start):
        if not max(start, at) <= one.start < end:
            continue
        pieces.append(draw_marked(it.text[at : one.start]))
        at = min(one.end, end)
        said = it.text[one.start : at]
        pieces.append(_citation(show, it, one) if isinstance(one, Citation) else _page(show, said, one))
    return "".join(pieces) + draw_marked(it.text[at:end])


def _citation(show: Renderer, it: Claims, one: Citation) -> str:
    unknown = say(show, "cite_unknown")
    buttons = [_button(show, it.passages[number - 1], number) for number in one.numbers]
    buttons += [f'<span class="cite unknown" title="{unknown}">[{number}?]</span>' for number in one.unknown]
    return "".join(buttons)


def _page(show: Renderer, said: str, one: PageClaim) -> str:
    tip = say(show, "page_wrong", pages=", ".join(map(str, one.pages)))
    name = html.escape(said)
    return (
        f'<span class="cite unknown page" tabindex="0" role="note" aria-label="{name}: {tip}" title="{tip}">'
        f"{name} {draw_sign(WARNING)}</span>"
    )


def _button(show: Renderer, passage: Passage, number: int) -> str:
    name = say(show, "cite", number=number) + ": " + where(show, passage.chunk)
    return (
        f'<button type="button" class="cite" {place_of(passage.chunk)} aria-label="{name}" title="{name}">'
        f"[{number}]</button>"
    )
