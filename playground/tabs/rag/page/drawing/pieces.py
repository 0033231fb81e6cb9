"""The smallest things of the tab: an escaped text, a word with its explanation, an error, the address of a passage."""

from __future__ import annotations

import html

from playground.page.parts.notices import Notices
from playground.page.parts.render import Renderer
from playground.tabs.rag.lab.documents import Chunk

NOTICES = Notices("rag")
say, draw_term, draw_sentence = NOTICES.say, NOTICES.draw_term, NOTICES.draw_sentence
draw_notice, draw_alert, draw_undo = NOTICES.draw_notice, NOTICES.draw_alert, NOTICES.draw_undo


def place_of(chunk: Chunk) -> str:
    """The attributes by which a click opens a chunk in its page. They only name it: the server looks whose it is."""
    values = {"open": chunk.document, "page": chunk.page, "start": chunk.start, "end": chunk.end}
    return " ".join(f'data-{name}="{html.escape(str(value))}"' for name, value in values.items())


def where(show: Renderer, chunk: Chunk) -> str:
    """File and page, escaped."""
    return say(show, "where", file=chunk.name, page=chunk.page)


def decimal(show: Renderer, value: float, digits: int = 2) -> str:
    """A number as the language writes it, with a true minus sign."""
    return show.number(value, f".{digits}f").replace("-", "−")
