"""What was not read of a document, in words."""

from __future__ import annotations

import html
from collections.abc import Sequence

from playground.page.parts.render import Renderer
from playground.page.parts.signs import WARNING, draw_sign
from playground.tabs.rag.lab.documents import BY_OCR, OmissionTotal
from playground.tabs.rag.page.drawing.pieces import say
from playground.tabs.rag.visit.values import Incomplete

_MOST_RANGES = 6


def left_out(show: Renderer, omissions: Sequence[OmissionTotal]) -> str:
    """All of it in one line; not escaped."""
    said = "; ".join(omission_text(show, one) for one in omissions)
    return show.text("rag.not_read", parts=said)


def omission_text(show: Renderer, one: OmissionTotal) -> str:
    """One kind of it, with its pages; not escaped."""
    return show.text(f"rag.omission.{one.kind}", count=one.count, pages=page_ranges(one.pages))


def page_ranges(pages: Sequence[int]) -> str:
    """As in a print dialogue: 1, 3–5, …"""
    ranges: list[list[int]] = []
    for page in sorted(set(pages)):
        if ranges and page == ranges[-1][1] + 1:
            ranges[-1][1] = page
        else:
            ranges.append([page, page])
    said = [str(first) if first == last else f"{first}–{last}" for first, last in ranges[:_MOST_RANGES]]
    return ", ".join(said + ["…"] * (len(ranges) > _MOST_RANGES))


def draw_left_out(show: Renderer, omissions: Sequence[OmissionTotal]) -> str:
    """For the document's line, with what helps; nothing where it was read whole."""
    if not omissions:
        return ""
    hint = f" {say(show, 'ocr_again')}" if any(one.kind in BY_OCR for one in omissions) else ""
    return f'<span class="left-out">{draw_sign(WARNING)} {html.escape(left_out(show, omissions))}{hint}</span>'


def draw_incomplete(show: Renderer, it: Incomplete) -> str:
    """That a file was added and what of it was not read, with the button that reads its pictures where that helps."""
    name = html.escape(it.name)
    button = draw_ocr_button(show, it.came) if any(one.kind in BY_OCR for one in it.omissions) else ""
    said = html.escape(left_out(show, it.omissions))
    return f'<div class="notice" role="status"><strong>{name}:</strong> {said} {button}</div>'


def draw_waiting(show: Renderer, names: Sequence[str]) -> str:
    """The files whose pictures may still be read, after one of those that came with them was."""
    return "".join(
        f'<div class="notice" role="status">{say(show, "ocr_waiting", file=name)} {draw_ocr_button(show, name)}</div>'
        for name in names
    )


def draw_ocr_button(show: Renderer, name: str) -> str:
    """Reads the text in the pictures of a file that was just uploaded."""
    return f'<button type="button" class="inline-button" data-ocr="{html.escape(name)}">{say(show, "ocr")}</button>'
