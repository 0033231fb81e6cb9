"""A page of a document beside everything else, a passage in it highlighted."""

from __future__ import annotations

import html

from playground.page.parts.render import Renderer
from playground.page.parts.signs import CLOSE, draw_sign
from playground.tabs.rag.lab.documents import DocumentPage, omission_totals
from playground.tabs.rag.lab.index.text_store import StoredDocument
from playground.tabs.rag.page.drawing.omissions import draw_left_out
from playground.tabs.rag.page.drawing.pieces import draw_alert, say
from providers.errors import PlaygroundError

_SHOWN = 20_000
"""Characters of a page around the passage: a whole book may be one page."""


def draw_page(show: Renderer, document: StoredDocument, page: DocumentPage, start: int, end: int) -> str:
    """The page; what lies outside of it is not marked."""
    start, end = sorted((min(max(start, 0), len(page.text)), min(max(end, 0), len(page.text))))
    first = max(0, start - _SHOWN // 2)
    last = min(len(page.text), max(end, first + _SHOWN))
    marked = f'<mark class="found">{html.escape(page.text[start:end])}</mark>' if end > start else ""
    text = (
        ("… " if first else "")
        + html.escape(page.text[first:start])
        + marked
        + html.escape(page.text[end:last])
        + (" …" if last < len(page.text) else "")
    )
    name = html.escape(document.name)
    read = f'<p class="quiet">{say(show, "read_from_picture")}</p>' if page.read else ""
    read += draw_left_out(show, omission_totals((page.number, one) for one in page.omissions))
    label = f" · {html.escape(page.label)}" if page.label else ""
    return (
        f'<div class="reader" role="dialog" tabindex="-1" aria-label="{name}"><header><div><strong>{name}</strong>'
        f'<span class="quiet">{say(show, "page_of", page=page.number, all=document.pages)}{label}</span></div>'
        f"{_turn(show, document, page.number, -1)}{_turn(show, document, page.number, 1)}"
        f'<button type="button" data-close aria-label="{say(show, "close")}" title="{say(show, "close")}">'
        f"{draw_sign(CLOSE)}</button>"
        f'</header>{read}<div class="page-text" tabindex="0" role="region" aria-label="{name}">{text}</div></div>'
    )


def draw_reader_alert(show: Renderer, error: PlaygroundError) -> str:
    """Why the page cannot be shown, in its place."""
    close = say(show, "close")
    return (
        f'<div class="reader" role="dialog" tabindex="-1" aria-label="{close}"><header><span></span>'
        f'<button type="button" data-close aria-label="{close}">{draw_sign(CLOSE)}</button></header>'
        f"{draw_alert(show, error)}</div>"
    )


def _turn(show: Renderer, document: StoredDocument, number: int, by: int) -> str:
    """A button to the page before or after."""
    if not 1 <= number + by <= document.pages:
        return ""
    name, sign = say(show, "page_next" if by > 0 else "page_before"), "›" if by > 0 else "‹"
    return (
        f'<button type="button" data-open="{html.escape(document.digest)}" data-page="{number + by}" data-start="0"'
        f' data-end="0" aria-label="{name}" title="{name}">{sign}</button>'
    )
