"""Text from outside as Markdown that means itself, and back."""

from __future__ import annotations

import re

from playground.page.parts.markdown_images import images_shown, images_typed


def tags_shown(text: str) -> str:
    """Markdown in which HTML is seen, not obeyed: `<b>` is a text, not bold. Code and formulas stay as they are.

    Of dollar signs only those around a formula mean one (`$x^2$`, not `$5 today and $10`): it is written as `\\(…\\)`,
    for the browser knows no single dollar.
    """
    parts = _VERBATIM.split(text)
    shown = (_formula_shown(part) if place % 2 else _TAG.sub(_tag_shown, part) for place, part in enumerate(parts))
    return images_shown("".join(shown))


def tags_typed(text: str) -> str:
    """What was typed, from what `tags_shown` made of it."""
    parts = _VERBATIM.split(images_typed(text))
    return "".join(
        _formula_typed(part) if place % 2 else _SHOWN_TAG.sub(_tag_typed, part) for place, part in enumerate(parts)
    )


def _tag_shown(found: re.Match[str]) -> str:
    """Its backslashes are seen, too: of an even number alone the last would leave the tag a tag."""
    return rf"{found[1]}{found[1]}\<"


def _tag_typed(found: re.Match[str]) -> str:
    return found[1][: len(found[1]) // 2] + "<"


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
_TAG = re.compile(r"(\\*)<(?=[A-Za-z/!?])(?!(?:br|/?su[bp])\s*/?>)")
_SHOWN_TAG = re.compile(r"(\\*)\\<(?=[A-Za-z/!?])")


def plain(text: str) -> str:
    """Text from outside (a model's name, a value) as Markdown that means itself."""
    return re.sub(r"([\\`*_\[\]<>#|~!$])", r"\\\1", text)


def longest_fence(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
