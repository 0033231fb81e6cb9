"""Text without what only a printer or a program needs: control and invisible characters, runs of spaces."""

from __future__ import annotations

import re
import unicodedata

_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r" *\n *")
_EMPTY_LINES = re.compile(r"\n{4,}")
_LINES_LOOKED_AT = 2000
_LEAST_INDENTED = 0.2
_MANY_LINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """NFC, line breaks as \\n, no control, invisible, direction or private-noncharacter characters. Spaces stay.

    Zero-width joiners go too, which some scripts and emoji use: a text that looks the same is then found the same.
    """
    text = text.replace("\r\n", "\n")
    if not _is_clean(text):
        text = _UNWANTED.sub("", _BREAKS.sub("\n", text))
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _is_clean(text: str) -> bool:
    """Nothing in it has to go, which is told without looking at each letter by itself."""
    return text.replace("\n", "").isprintable() and "\ufffc" not in text and "\ufffd" not in text


def clean_spaces(text: str) -> str:
    """`clean`, and runs of spaces as one, lines without spaces around them, at most one empty line in a row."""
    text = _LINE_ENDS.sub("\n", _SPACES.sub(" ", clean(text)))
    return _MANY_LINES.sub("\n\n", text).strip()


def clean_code(text: str) -> str:
    """`clean`, and lines without spaces at their end, at most two empty lines in a row. Indentation stays."""
    lines = "\n".join(line.rstrip() for line in clean(text).split("\n"))
    return _EMPTY_LINES.sub("\n\n\n", lines).strip("\n")


def is_indented(text: str) -> bool:
    """Its lines begin at several depths, as those of a program do."""
    lines = [line for line in text.split("\n")[:_LINES_LOOKED_AT] if line.strip()]
    depths = [len(line) - len(line.lstrip(" \t")) for line in lines]
    deep = sum(depth > 1 or line[0] == "\t" for depth, line in zip(depths, lines, strict=True))
    return deep >= max(2, _LEAST_INDENTED * len(lines)) and len(set(depths)) > 2


def whole_number(said: str | None, without: int = 0) -> int:
    """A number of at most six digits, as a file says it; `without` for anything else, such as "²", which `str.isdigit`
    takes for a digit and `int` does not."""
    return int(said) if said and said.isascii() and said.isdigit() and len(said) < 7 else without


def one_line(text: str) -> str:
    """`clean_spaces` on a single line."""
    return " ".join(clean(text).split())
