"""Images in the Markdown of a model or a visitor: their text and address are shown, and no `<img>` is made of them.

The page's policy lets no browser load one from elsewhere; here none is even asked to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_BEGINS = "!["
_SHOWN = "&#33;["
"""Means the same letters, in Markdown's text; and never the beginning of an image, whatever stands before."""
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_OPENING = re.compile(r"(?:(`{3,})[^`\n]*|(~{3,})[^\n]*)\n?")
_CLOSING = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*\n?")
_FENCE = re.compile(r"[\s>*+\-\d.)]*(?:`{3,}[^`\n]*\n?$|~{3,})")
"""Of a line that may open a block within a list or a quotation."""
_NAMES = r"(?:img|image|picture|source|svg|video|audio|iframe|object|embed|input|link|style|body|table|td|th)\b"
"""Of elements that fetch something from the address that they are given."""
_TAG = re.compile(rf"(\\*)<(?={_NAMES})", re.IGNORECASE)
_SHOWN_TAG = re.compile(rf"&lt;(?={_NAMES})", re.IGNORECASE)
_RUN = re.compile(r"`+")
_RAW = re.compile(r"^[\s>*+\-\d.)]*</?(?:br|su[bp])\b", re.IGNORECASE | re.MULTILINE)
"""A line that begins with one of the tags that are obeyed: Markdown reads no code until the next empty line."""


def images_shown(text: str) -> str:
    """With no image in it. Code is left as it is where it is certain that Markdown reads it as code."""
    if _BEGINS not in text and _TAG.search(text) is None:
        return text
    if _RAW.search(text):
        return _without(text)
    return "".join(piece if code else _without(piece) for piece, code in _pieces(text))


def images_typed(text: str) -> str:
    """What was typed, from what `images_shown` made of it."""
    return _SHOWN_TAG.sub(r"\\<", text.replace(_SHOWN, _BEGINS))


def _without(text: str) -> str:
    return _TAG.sub(_tag_shown, text.replace(_BEGINS, _SHOWN))


def _tag_shown(found: re.Match[str]) -> str:
    """In place of the backslash that keeps one from being a tag, too: within a block of HTML it would not."""
    return found[1][: len(found[1]) // 2 * 2] + "&lt;"


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, and of each whether it is code for certain: a fenced block that is nested in nothing, or what
    stands between two runs of backticks in one line of a paragraph whose lines so far have closed all of theirs. Behind
    a fence that may be nested nothing is certain: where it ends depends on what it is nested in."""
    fence, doubtful, lost = "", False, "\r" in text
    for line in _LINE.findall(text):
        if fence:
            yield line, not lost
            closing = _CLOSING.fullmatch(line)
            if closing is not None and closing[1].startswith(fence):
                fence = ""
        elif (opening := _OPENING.fullmatch(line)) is not None:
            fence = opening[1] or opening[2]
            yield line, False
        else:
            lost = lost or _FENCE.match(line) is not None
            pieces, closed = _inline(line)
            for piece, code in pieces:
                yield piece, code and not doubtful and not lost
            doubtful = bool(line.strip()) and (doubtful or not closed)


def _inline(line: str) -> tuple[list[tuple[str, bool]], bool]:
    """The pieces of a line, and whether each run of backticks in it has another of its length behind it."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    while (opening := _RUN.search(line, at)) is not None:
        escaped = len(line[: opening.start()]) - len(line[: opening.start()].rstrip("\\"))
        closing = next((run for run in _RUN.finditer(line, opening.end()) if run[0] == opening[0]), None)
        if escaped or closing is None:
            return [*pieces, (line[at:], False)], False
        pieces += [
            (line[at : opening.end()], False),
            (line[opening.end() : closing.start()], True),
            (closing[0], False),
        ]
        at = closing.end()
    return [*pieces, (line[at:], False)], True
