"""The smallest things of the tab: an escaped text, an error in the place of a result, a picture's address."""

from __future__ import annotations

import base64
import html

from playground.ui.render import Renderer
from providers.errors import Failure, PlaygroundError
from providers.types import Image


def say(show: Renderer, name: str, /, **values: object) -> str:
    """A text of this tab, escaped."""
    return html.escape(show.text(f"vision.{name}", **values))


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


def alert(show: Renderer, error: PlaygroundError, empty: str = "nothing") -> str:
    """What went wrong, and what to do. `empty` is the sentence for what was left empty."""
    if error.key == "input_error.empty":  # its own sentence speaks of a message
        return f'<div class="notice" role="alert">{say(show, empty)}</div>'
    return show.alert(Failure.of(error))


def address(image: Image) -> str:
    """The picture itself as an address: nothing is fetched for it."""
    return f"data:{image.mime};base64,{base64.b64encode(image.content).decode('ascii')}"


def money(show: Renderer, cost: float | None) -> str:
    """US dollars as an estimate, escaped; "free" for nothing, "unknown" for what nobody published."""
    if cost is None:
        return say(show, "cost_unknown")
    if not cost:
        return say(show, "cost_nothing")
    return say(show, "cost_about", cost=f"{cost:.4f}" if cost >= 0.0001 else f"{cost:.2g}")
