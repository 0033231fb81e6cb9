"""Text in which models and Markdown files mark things: shown as they mean it, with no other HTML obeyed."""

from __future__ import annotations

import html
import re

_CODE = re.compile(r"(`[^`\n]+`)")
_PASSAGE = re.compile(r"&lt;/?passage\b(?:(?!&[lg]t;)[^\n]){0,80}&gt;[ \t]*", re.IGNORECASE)
"""The delimiters of a prompt's passages, which a model may repeat."""
_MARKS = (
    (re.compile(r"(?m)^#{1,6} +(.+)$"), r"<strong>\1</strong>"),
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<!\w)\*\*(?=\w)|(?<=[\w.,;:!?)])\*\*(?!\w)"), ""),  # its other half stands in another sentence
    (re.compile(r"(?m)^( *)[-*] +"), r"\1• "),
)
"""What models mark most. The text is escaped before, so that only these make HTML."""


def draw_marked(text: str) -> str:
    """Text with bold, code and bullets, line breaks kept."""
    return "".join(
        f"<code>{html.escape(part[1:-1])}</code>" if place % 2 else _outside_code(part)
        for place, part in enumerate(_CODE.split(text))
    )


def draw_document_text(text: str, name: str) -> str:
    """Text of a document: in Markdown its marks are shown as they mean it, in any other file they are its own."""
    return draw_marked(text) if name.lower().endswith((".md", ".markdown")) else html.escape(text)


def _outside_code(text: str) -> str:
    shown = _PASSAGE.sub("", html.escape(text))
    for mark, made in _MARKS:
        shown = mark.sub(made, shown)
    return shown
