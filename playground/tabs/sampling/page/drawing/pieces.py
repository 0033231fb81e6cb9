"""The smallest things shown: a token, a word with its explanation, a sentence."""

from __future__ import annotations

import html

from playground.page.parts.notices import Notices
from playground.tabs.sampling.lab import visible

NOTICES = Notices("sampling")
say, word, told, noticed, alert = NOTICES.say, NOTICES.word, NOTICES.told, NOTICES.noticed, NOTICES.alert


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
