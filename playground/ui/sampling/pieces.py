"""The smallest things shown: a token, a word with its explanation, a sentence."""

from __future__ import annotations

import html

from playground.labs.sampling import visible
from playground.ui.render import Renderer


def word(show: Renderer, name: str) -> str:
    """A technical word that explains itself on hover, on focus and to a screen reader."""
    label, explained = html.escape(show.text(f"sampling.{name}")), html.escape(show.text(f"sampling.{name}_info"))
    return (
        f'<span class="term" tabindex="0" role="note" aria-label="{label}: {explained}" data-tip="{explained}">'
        f"{label}</span>"
    )


def shown(piece: str) -> str:
    """A token as it can be read, escaped."""
    return marked(visible(piece))


def marked(text: str) -> str:
    """What `visible` made, escaped; the sign for a space, which few fonts have, is drawn by the style sheet."""
    return html.escape(text).replace("␠", "<i>␠</i>")


def chip(piece: str, *, special: bool = False) -> str:
    """A token in a frame of its own; the model's own marks stand out."""
    kind = " special" if special else ""
    return f'<span class="piece{kind}">{shown(piece)}</span>'


def noticed(show: Renderer, mode: str) -> str:
    """What there is to see, once something is there."""
    lead, text = html.escape(show.text("sampling.notice")), html.escape(show.text(f"sampling.{mode}.notice"))
    return f'<p class="noticing"><strong>{lead}</strong> {text}</p>'


def told(show: Renderer, key: str, **values: object) -> str:
    """A sentence in the place of a result."""
    return f'<p class="told" role="status">{html.escape(show.text(key, **values))}</p>'
