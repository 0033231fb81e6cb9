"""Lines as a page is printed, joined to paragraphs. Rows of tables, entries of lists and prices stay lines.

What tells a row from a line of a paragraph: wide gaps at the same places in two lines that follow each other, numbers
or rows of dots at their ends, or that no line goes on as a sentence does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from playground.tabs.rag.lab.reading.cleaning import clean

Gap: TypeAlias = tuple[float, float]
"""Where a wide empty place within a line begins and ends, from left to right."""


class PaperLine(NamedTuple):
    """A line as it stands on the page. Heights grow upwards."""

    top: float
    bottom: float
    gaps: Sequence[Gap]


LineFinder: TypeAlias = Callable[[int, int], PaperLine | None]
"""Where the line between two places of the text stands."""

_MANY_LINES = re.compile(r"\n{3,}")
_BREAK = re.compile(r"\r\n?|[\n\x0b\x0c\x85\u2028\u2029]")
# Where PDFium takes a hyphen at a line's end for a division, it puts U+FFFE (or U+0002) for hyphen and line break.
_DIVIDED = re.compile(r"[\ufffe\x02](?<=[^\W\d_].)(?=[^\W\d_A-ZÁÉÍÓÚÑÜ])")
_ITEM = re.compile(r"(?:[•◦▪‣·–—*●○■☐☑☒-]|\(?\d{1,3}[.)]|[a-zA-Z][.)])\s")
_AMOUNT = re.compile(r"(?:^|[\s(~+-])[€$£]?\d[\d.,:/'\u2019-]{0,14}\s?(?:[€$£%°]|[^\W\d_]{1,5})?$")
_LEADER = re.compile(r"(?:\.[ ]?){5,}|(?:_ ?){5,}|…{2,}")
_DIGITS, _LONGEST_UNIT = frozenset("0123456789"), 8
_LEADING = ("..", ". .", "__", "_ _", "……")
_SPACES = re.compile(r"(?<=\S) {3,}(?=\S)")
_NARROW = 25
"""Letters; hardly any paragraph is set in a column as narrow as that."""
_SENTENCE = 0.3
"""Of the lines of a paragraph, more go on from the one before as a sentence does; of a list's, fewer."""
_FAR = 1.6
"""Of a line's height, from one line to the next: more than between lines set at double distance."""
_ENDS, _MANY_WORDS, _MOSTLY_SMALL = ".!?:…", 8, 0.6
"""What looks like a sentence: so many words in one line, most of them in lower case, and no end."""
_LONGEST_JOINING = 3
"""Letters of the words that hardly end anything: "de", "the", "und"."""


def join_lines(text: str, paper: LineFinder | None = None) -> str:
    """The text of a page with paragraphs on a line each; words that were divided at line ends are whole again.

    A line goes on in the next one where that one's first word had no more place in it. A hyphen at a line's end goes
    where a lower-case letter follows: a compound broken there loses it too. `paper` knows where lines stand.
    """
    lines = _lines(text)
    width = _width(lines)
    ends = [_end(line, following, width) for line, following in zip(lines, [*lines[1:], ""], strict=True)]
    page = _PrintedPage(text, lines, paper)
    for first, last in _runs(ends):
        for place in page.rows(first, last, width):
            ends[place] = ends[place] and "\n"
    pieces = [line + end if end else line[:-1] for line, end in zip(lines, ends, strict=True)]
    joined = "".join(pieces)
    return (_MANY_LINES.sub("\n\n", joined) if "\n\n\n" in joined else joined).strip()


def _end(line: str, following: str, width: int) -> str:
    """What comes between a line and the next one: a line break, a space, or nothing, for a hyphen that divides."""
    if not line or not following:
        return "\n"
    if line[-1] in "-\u2010" and len(line) > 1 and line[-2].isalpha() and following[0].islower():
        return ""
    return " " if _goes_on(line, following, width) else "\n"


def _goes_on(line: str, following: str, width: int) -> bool:
    """Letters differ in width: 90 % of a full line counts as full, 70 % where the next begins in lower case."""
    needed = len(line) + 1 + len(following.split(" ", 1)[0])
    return needed > width * (0.7 if following[0].islower() else 0.9) and not _ITEM.match(following)


def _runs(ends: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The first and the last line of each stretch that would be one paragraph of two lines or more."""
    first = 0
    for place, end in enumerate(ends):
        if end == "\n":
            if any(ends[inner] == " " for inner in range(first, place)):
                yield first, place
            first = place + 1


class _PrintedPage:
    """The lines of a page, and what can be seen between the words of each."""

    def __init__(self, text: str, lines: Sequence[str], paper: LineFinder | None) -> None:
        self._text, self._lines, self._paper = text, lines, paper
        self._places: list[tuple[int, int]] = []
        self._known: dict[int, PaperLine] = {}

    def rows(self, first: int, last: int, width: int) -> list[int]:
        """The lines from the first to before the last that end where they end on paper."""
        joints = range(first, last)
        broken = [place for place in joints if not _reads_on(self._lines[place], self._lines[place + 1])]
        if _is_list(len(joints), len(broken), width):
            return list(joints)
        if len(joints) == 1 and broken and self._far_below(first):
            return broken
        rows = {place for place in broken if self._in_row(place)}
        spaced = rows or self._paper_line((first + last) // 2).gaps
        apart = {place for place in joints if self._is_priced(place) or (spaced and self._in_columns(place))}
        return [*(apart | rows), *(place for place in broken if {place - 1, place + 1} & apart)]

    def _is_priced(self, place: int) -> bool:
        """The line and the next one end in an amount, or have a row of dots that leads to something."""
        line, following = self._lines[place], self._lines[place + 1]
        if _has_amount(line):
            return _has_amount(following)
        return _has_leader(line) and _has_leader(following)

    def _in_columns(self, place: int) -> bool:
        above, below = self._paper_line(place).gaps, self._paper_line(place + 1).gaps
        return any(max(a, c) < min(b, d) for a, b in above for c, d in below)

    def _in_row(self, place: int) -> bool:
        """The line or the next one has wide gaps."""
        return bool(self._paper_line(place).gaps or self._paper_line(place + 1).gaps)

    def _far_below(self, place: int) -> bool:
        above, below = self._paper_line(place), self._paper_line(place + 1)
        height = max(above.top - above.bottom, below.top - below.bottom)
        return height > 0 and above.bottom - below.top > _FAR * height

    def _paper_line(self, place: int) -> PaperLine:
        if place not in self._known:
            self._known[place] = self._find_line(place)
        return self._known[place]

    def _find_line(self, place: int) -> PaperLine:
        if not self._places:
            ends = [(found.start(), found.end()) for found in _BREAK.finditer(self._text)]
            starts = [0, *(end for _, end in ends)]
            self._places = list(zip(starts, [*(start for start, _ in ends), len(self._text)], strict=True))
        start, end = self._places[place]
        found = self._paper(start, end) if self._paper is not None else None
        text = self._text[start:end]
        found_spaces = _SPACES.finditer(text) if "   " in text else ()
        spaces = [(float(one.start()), float(one.end())) for one in found_spaces]
        line = found or PaperLine(0.0, 0.0, ())
        return line._replace(gaps=spaces) if spaces else line


def _is_list(joints: int, broken: int, width: int) -> bool:
    """Hardly any line goes on as a sentence does; a single one may be chance, except in a narrow column."""
    if joints == 1:
        return bool(broken) and width < _NARROW
    return joints - broken < _SENTENCE * joints


def _reads_on(line: str, following: str) -> bool:
    """A sentence goes on: in lower case, in a script that has no cases, after a comma, a little word, or many words."""
    begins = following[0]
    if begins.isalpha() and not begins.isupper() and not begins.istitle():
        return True
    word = line.rsplit(" ", 1)[-1]
    if line[-1] in ",;-\u2010" or (len(word) <= _LONGEST_JOINING and word.isalpha() and word.islower()):
        return True
    if line[-1] in _ENDS or line.count(" ") + 1 < _MANY_WORDS:
        return False
    words = line.split(" ")
    return sum(word[0].islower() for word in words) >= _MOSTLY_SMALL * len(words)


def _has_amount(line: str) -> bool:
    return not _DIGITS.isdisjoint(line[-_LONGEST_UNIT:]) and _AMOUNT.search(line) is not None


def _has_leader(line: str) -> bool:
    return any(sign in line for sign in _LEADING) and _LEADER.search(line) is not None


def _lines(text: str) -> list[str]:
    if "\ufffe" in text or "\x02" in text:
        text = _DIVIDED.sub("", text).replace("\ufffe", "-").replace("\x02", "-")
    return [" ".join(line.split()) for line in clean(text).split("\n")]


def _width(lines: Sequence[str]) -> int:
    """The length of a full line: of ten lines with text, one is longer."""
    lengths = sorted(len(line) for line in lines if line)
    return lengths[int(len(lengths) * 0.9)] if lengths else 0
