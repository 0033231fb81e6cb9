"""Probabilities as colours: five steps that differ in tint and in underline, the same on every tab."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from providers.types import TokenLogprob

_LEVELS = (0.05, 0.2, 0.5, 0.9)
"""Where one step ends and the next begins."""
_MARKUP = re.compile(r"[^A-Za-z0-9 \x80-\U0010ffff]")


def level(probability: float) -> int:
    """0 for a surprise to 4 for a certainty: a token's class is `p0` to `p4`."""
    return sum(probability >= edge for edge in _LEVELS)


def colour_tokens(text: str, tokens: Sequence[TokenLogprob], percent: Callable[[float], str]) -> str:
    """A reply coloured by the probability of its tokens, as one line of HTML for a Chatbot's Markdown.

    `percent` writes a probability, for a token's title. Of a span, the Chatbot keeps class and title. What stands
    before the first known token (a reply that was continued) stays uncoloured. Every character that Markdown or a
    formula could take for its own is written as an entity.
    """
    said = "".join(one.token for one in tokens)
    begun = text[: -len(said)] if said and text.endswith(said) else ""
    spans = []
    for one in tokens:
        probability = math.exp(min(one.logprob, 0.0))
        spans.append(
            f'<span class="token p{level(probability)}" title="{percent(probability).replace("<", "&lt;")}">'
            f"{_inert(one.token)}</span>"
        )
    return f'<div class="coloured">{_inert(begun)}{"".join(spans)}</div>'


def _inert(text: str) -> str:
    """Text that means itself in a line of HTML in Markdown."""
    lines = text.replace("\r", "").split("\n")
    return "<br>".join(_MARKUP.sub(lambda found: f"&#{ord(found[0])};", line) for line in lines)
