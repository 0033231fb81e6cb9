"""The smallest things of the tab: an escaped text, a word with its explanation, an error, the address of a passage."""

from __future__ import annotations

import html

from playground.labs.retrieval.documents import Chunk
from playground.ui.render import Renderer
from providers.errors import Failure, PlaygroundError


def say(show: Renderer, name: str, /, **values: object) -> str:
    """A text of this tab, escaped."""
    return html.escape(show.text(f"rag.{name}", **values))


def word(show: Renderer, name: str) -> str:
    """A technical word that explains itself on hover, on focus and to a screen reader."""
    label, explained = say(show, name), say(show, f"{name}_info")
    return (
        f'<span class="term" tabindex="0" role="note" aria-label="{label}: {explained}" data-tip="{explained}">'
        f"{label}</span>"
    )


def told(show: Renderer, name: str, /, **values: object) -> str:
    """A sentence in the place of a result."""
    return f'<p class="told" role="status">{say(show, name, **values)}</p>'


def noticed(show: Renderer, mode: str) -> str:
    """What there is to see, once something is there."""
    return f'<p class="noticing"><strong>{say(show, "notice")}</strong> {say(show, f"notice_{mode}")}</p>'


def alert(show: Renderer, error: PlaygroundError) -> str:
    """What went wrong, and what to do."""
    if error.key == "input_error.empty":  # its own sentence speaks of a message
        return f'<div class="notice" role="alert">{say(show, "nothing")}</div>'
    return show.alert(Failure.of(error))


def place_of(chunk: Chunk) -> str:
    """The attributes by which a click opens a chunk in its page. They only name it: the server looks whose it is."""
    values = {"open": chunk.document, "page": chunk.page, "start": chunk.start, "end": chunk.end}
    return " ".join(f'data-{name}="{html.escape(str(value))}"' for name, value in values.items())


def where(show: Renderer, chunk: Chunk) -> str:
    """File and page, escaped."""
    return say(show, "where", file=chunk.name, page=chunk.page)


def decimal(value: float, digits: int = 2) -> str:
    """A number with a true minus sign."""
    return f"{value:.{digits}f}".replace("-", "−")
