"""The numbers that Word counts for paragraphs ("4.2", "b)", "IV."), which are nowhere in their text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from playground.tabs.rag.lab.reading.cleaning import whole_number

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = re.compile(r"%([1-9])")
_LONGEST = 40
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_UNITS = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_BULLET = "•"


class _NumberingLevel(NamedTuple):
    start: int
    form: str
    """As `w:numFmt` calls it."""
    text: str
    """With %1 for the first level's number."""
    plain: bool = False
    """All numbers in it are shown as 1, 2, 3."""
    after: int | None = None
    """It begins anew after a number of a level above this one, counted from 0; `None`: after all above it."""


class ListNumbers:
    """Counts through a document, paragraph by paragraph. `numbering`: the root of its part, if it has one."""

    def __init__(self, numbering: Element | None) -> None:
        self._kinds: dict[str, dict[int, _NumberingLevel]] = {}
        self._kind_of: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._counted: dict[str, dict[int, int]] = {}
        if numbering is not None:
            self._learn(numbering)

    def next(self, number_id: str, level: int) -> str:
        """What stands before the next paragraph of this list at this level; a bullet where it is not counted."""
        kind = self._kind_of.get(number_id)
        levels = self._kinds.get(kind or "", {})
        if kind is None or level not in levels or levels[level].form == "bullet":
            return _BULLET
        counted = self._counted.setdefault(kind, {})
        restarts = self._restarts.get(number_id, {})
        if level in restarts:
            counted[level] = restarts.pop(level)
        else:
            counted[level] = counted[level] + 1 if level in counted else levels[level].start
        for deeper in [one for one in counted if one > level]:
            after = levels[deeper].after if deeper in levels else None
            if after is None or level < after:
                del counted[deeper]

        def write_place(found: re.Match[str]) -> str:
            place = int(found[1]) - 1
            above = levels.get(place, _NumberingLevel(1, "decimal", ""))
            form = "decimal" if levels[level].plain and above.form != "decimalZero" else above.form
            return _in_form(counted.setdefault(place, above.start), form)

        return _PLACE.sub(write_place, levels[level].text)[:_LONGEST].strip() or _BULLET

    def _learn(self, numbering: Element) -> None:
        kinds = numbering.findall(f"{_W}abstractNum")
        of_style = {_value(kind, "styleLink"): kind for kind in kinds if _value(kind, "styleLink")}
        for kind in kinds:
            told = of_style.get(_value(kind, "numStyleLink"), kind)
            levels = {whole_number(one.get(f"{_W}ilvl")): _level(one) for one in told.findall(f"{_W}lvl")}
            self._kinds[kind.get(f"{_W}abstractNumId", "")] = levels
        for one in numbering.findall(f"{_W}num"):
            name = one.get(f"{_W}numId", "")
            self._kind_of[name] = _value(one, "abstractNumId")
            overrides = one.findall(f"{_W}lvlOverride")
            starts = {whole_number(found.get(f"{_W}ilvl")): _value(found, "startOverride") for found in overrides}
            self._restarts[name] = {level: whole_number(start) for level, start in starts.items() if start}


def _level(level: Element) -> _NumberingLevel:
    after = _value(level, "lvlRestart")
    return _NumberingLevel(
        start=whole_number(_value(level, "start"), 1),
        form=_value(level, "numFmt") or "decimal",
        text=_value(level, "lvlText"),
        plain=level.find(f"{_W}isLgl") is not None,
        after=whole_number(after) if after else None,
    )


def _value(element: Element, name: str) -> str:
    found = element.find(f"{_W}{name}")
    return found.get(f"{_W}val", "") if found is not None else ""


def _in_form(number: int, form: str) -> str:
    match form:
        case "lowerLetter" | "upperLetter" if number > 0:
            letters = chr(ord("a") + (number - 1) % 26) * min(4, 1 + (number - 1) // 26)
            return letters.upper() if form == "upperLetter" else letters
        case "lowerRoman" | "upperRoman" if 0 < number < 4000:
            roman = _roman(number)
            return roman.upper() if form == "upperRoman" else roman
        case "decimalZero":
            return f"{number:02}"
        case "none":
            return ""
        case _:
            return str(number)


def _roman(number: int) -> str:
    said = ""
    for value, letters in (*_ROMAN, *_ROMAN_UNITS):
        times, number = divmod(number, value)
        said += letters * times
    return said
