"""What a cell of a table holds: a number, a date, or words."""

from __future__ import annotations

import re

_DATE = re.compile(
    r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?|\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?", re.I
)
_MONTH_NAMES = """enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre
    january february march april may june july august september october november december
    ene feb mar abr jun jul ago sep sept oct nov dic jan apr aug dec"""
_JOINING = """de del al a el y from to of the and st nd rd th"""
_MONTHS, _BESIDE_MONTHS = frozenset(_MONTH_NAMES.split()), frozenset(_JOINING.split())
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_LONGEST_DATE = 40


def kind(text: str) -> str:
    """ "number" (with a currency or a percent sign too), "date" (or time of day), "text", or "" for an empty cell."""
    if not text:
        return ""
    if text.strip("+-–−%€$£ ()").replace(".", "").replace(",", "").replace(" ", "").replace("'", "").isdigit():
        return "number"
    return "date" if _DATE.fullmatch(text) or _is_date_in_words(text) else "text"


def _is_date_in_words(text: str) -> bool:
    """A month with a day or a year, and nothing else: "9 de mayo de 2023", "March 3"."""
    if len(text) > _LONGEST_DATE:
        return False
    words = [word.lower() for word in _TOKEN.findall(text)]
    if _MONTHS.isdisjoint(words) or not any(word.isdigit() for word in words):
        return False
    return all(word.isdigit() or word in _MONTHS or word in _BESIDE_MONTHS for word in words)
