"""Text from outside as Markdown that means itself, and back."""

from __future__ import annotations

import re


def tags_shown(text: str) -> str:
    """Markdown in which HTML is seen, not obeyed: `<b>` is a text, not bold. Code and formulas stay as they are.

    Of dollar signs only those around a formula mean one (`$x^2$`, not `$5 today and $10`): it is written as `\\(…\\)`,
    for the browser knows no single dollar.
    """
    parts = _VERBATIM.split(text)
    return "".join(_formula_shown(part) if place % 2 else _TAG.sub(r"\\<", part) for place, part in enumerate(parts))


def tags_typed(text: str) -> str:
    """What was typed, from what `tags_shown` made of it."""
    parts = _VERBATIM.split(text)
    return "".join(_formula_typed(part) if place % 2 else _SHOWN_TAG.sub("<", part) for place, part in enumerate(parts))


def _formula_shown(verbatim: str) -> str:
    return rf"\({{{verbatim[1:-1]}}}\)" if _DOLLARS.fullmatch(verbatim) else verbatim


def _formula_typed(verbatim: str) -> str:
    inside = verbatim[3:-3]
    return f"${inside}$" if verbatim == rf"\({{{inside}}}\)" and _DOLLARS.fullmatch(f"${inside}$") else verbatim


_VERBATIM = re.compile(
    r"(```.*?(?:```|\Z)|`[^`\n]+`|\$\$.*?\$\$|\\\(.*?\\\)|\\\[.*?\\\]|"
    # As pandoc has it: no blank inside the dollars, no digit after them; nor an amount with words after it within.
    r"(?<![\\$\w])\$(?!\d[\d.,]*\s+[A-Za-z]{2})(?=[^\s$])[^$\n]*?(?<![\s\\])\$(?![\w$]))",
    re.DOTALL,
)
_DOLLARS = re.compile(r"\$[^$\n]+\$")
_TAG = re.compile(r"<(?=[A-Za-z/!?])(?!(?:br|/?su[bp])\s*/?>)")
_SHOWN_TAG = re.compile(r"\\<(?=[A-Za-z/!?])")


def plain(text: str) -> str:
    """Text from outside (a model's name, a value) as Markdown that means itself."""
    return re.sub(r"([\\`*_\[\]<>#|~!$])", r"\\\1", text)


def longest_fence(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
