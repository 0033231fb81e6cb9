"""Tokens as every tab shows them: nothing of them is invisible, and nothing of them is markup."""

from __future__ import annotations

import html

from playground.asking.visible import visible


def draw_piece(piece: str) -> str:
    """A token as it can be read, escaped."""
    return mark_spaces(visible(piece))


def mark_spaces(text: str) -> str:
    """What `visible` made, escaped; the sign for a space, which few fonts have, is drawn by the style sheet."""
    return html.escape(text).replace("␠", "<i>␠</i>")


def draw_chip(piece: str, *, special: bool = False) -> str:
    """A token in a frame of its own; the model's own marks stand out."""
    kind = " special" if special else ""
    return f'<span class="piece{kind}">{draw_piece(piece)}</span>'
