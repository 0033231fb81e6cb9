"""What an answer states, sentence by sentence: English and Spanish, in Markdown or in the broken lines of a PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LIST_ITEM = r"[ \t]*(?:[-*+•·▪◦–—][ \t]+|\d{1,3}[.)][ \t]+|[a-z][)][ \t]+)"
_OTHER_BLOCK = r"[ \t]*(?:\#{1,6}[ \t]|\||`{3}|~{3})"
_LINES = rf"[^\n]+(?:\n(?![ \t]*\n|{_LIST_ITEM}|{_OTHER_BLOCK})[^\n]+)*"
_BLOCK = re.compile(
    r"(?P<code>^[ \t]*(?P<fence>`{3,}|~{3,})[^\n]*(?:\n.*?(?:^[ \t]*(?P=fence)[ \t]*$|\Z)|\Z))"
    r"|(?P<line>^[ \t]*(?:\#{1,6}[ \t]|\|)[^\n]*$)"
    rf"|(?P<text>^(?![ \t]*$){_LINES})",
    re.MULTILINE | re.DOTALL,
)
_STOP = re.compile(
    r"(?<![.!?…])(?P<marks>[.!?…]++|(?P<wide>[。！？]))"
    r"[\"'”’»)\]*_]*+"
    r"(?P<cited>(?:\s?(?:\[\^?\d[\d,;\s–-]{0,40}\]|【\d[\d,\s]{0,40}】))++)?"
    r"(?(wide)\s*|(?=\s|\Z))"
)
_MOST_MARKS = 4
"""More points than that lead to a page number."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEVER_LAST = _words(
    """mr mrs ms dr dra prof profa st sr sra srta d dª dña dn fig figs pp pág págs vs cf ej lt sgt rev vd ud uds secc
    sect approx aprox viz ie eg depto núm nº"""
)
"""Words after whose point a sentence goes on, whatever follows."""
_BEFORE_NUMBERS = _words(
    """no nos vol vols eq eqs art arts cap caps ref refs p c ca tel avda av ch chap jan feb mar apr jun jul aug sep sept
    oct nov dec ene abr ago dic"""
)
"""Words after whose point it goes on where a number follows."""
_STARTERS = _words(
    """the this that these those it its he she they we you i in on at by for from as when while if after before however
    but and there here what who why how el la los las un una este esta estos estas eso esto en por para desde cuando si
    pero sin se no su sus ella ellos nosotros hay así además aunque qué quién cómo"""
)
"""Words with which a new sentence does begin after an abbreviation that may be the last word of one."""
_INITIALS = re.compile(r"(?:^|[\s(\"'“‘«¿¡])(?:(?:[^\W\d_]{1,2}\.\s?)+[^\W\d_]{1,2}|[A-ZÀ-Þ]|EE)$")
_WORD_BEFORE = re.compile(r"([^\W\d_]+)$")
_OPENERS = "\"'“‘«([*_—–-¿¡"


def statements(text: str) -> tuple[tuple[int, int], ...]:
    """The (start, end) of each sentence, in order, without the white space around it.

    Nothing but white space lies between them. A heading, a row of a table and a whole block of code are one each; list
    items and paragraphs (blank lines around them) hold whole sentences; a mere line break ends none. Citations and
    closing quotes after the stop belong to the sentence before.
    """
    found = [span for block in _BLOCK.finditer(text) for span in _of_block(text, block)]
    return tuple(span for span in found if span[0] < span[1])


def _of_block(text: str, block: re.Match[str]) -> Iterator[tuple[int, int]]:
    start, end = block.span()
    if block["text"] is None:
        yield _strip(text, start, end)
        return
    listed = re.compile(_LIST_ITEM).match(text, start, end)
    for stop in _STOP.finditer(text, listed.end() if listed else start, end):
        if _ends(text, stop, start, end):
            yield _strip(text, start, stop.end())
            start = stop.end()
    yield _strip(text, start, end)


def _ends(text: str, stop: re.Match[str], start: int, end: int) -> bool:
    """Whether these marks end a sentence, by the words on both sides."""
    rest = text[stop.end() : min(end, stop.end() + 80)].lstrip()
    if stop["wide"] or not rest:
        return True
    bare = rest.lstrip(_OPENERS)
    following = bare[:1] or rest[:1]
    if following.islower():
        return False
    if stop["marks"] != "." or stop["cited"]:
        return len(stop["marks"]) <= _MOST_MARKS
    before = text[max(start, stop.start() - 24) : stop.start()]
    word = (found := _WORD_BEFORE.search(before)) and found[1].casefold()
    if word in _NEVER_LAST or (following.isdigit() and word in _BEFORE_NUMBERS):
        return False
    if _INITIALS.search(before):
        next_word = re.match(r"[^\W\d_]+", bare)
        return bool(next_word and next_word[0].casefold() in _STARTERS)
    return True


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
