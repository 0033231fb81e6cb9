"""What a written number means: 1.250.000, 1,250,000, 1 250 000 and 1250000 are one."""

from __future__ import annotations

import re

NUMBER = (
    r"\d{1,3}(?:[ .,'’]\d{3})+(?![.,'’]?\d)"
    r"|\d{1,3}(?:[ .'’]\d{3})+,\d+(?![.,]?\d)"
    r"|\d{1,3}(?:[ ,'’]\d{3})+\.\d+(?![.,]?\d)"
)
"""A pattern for numbers whose thousands are parted; of a text in NFKC, where every blank is the usual one."""
_GROUPED = re.compile(r"\d{1,3}(?:(?P<mark>[ .,'’])\d{3})(?:(?P=mark)\d{3})*")
_DECIMAL_COMMA = "ca cs da de el es eu fr gl it nl pl pt ro ru sv tr"


def readings(number: str, language: str = "") -> tuple[str, ...]:
    """In digits, with a point before its decimals and without zeros at their end; the likeliest reading first.

    1.234 is 1234 to a Spanish reader and 1.234 to an English one: both where the language is unknown, and none for
    what is no number, such as 192.168.1.10.
    """
    marks = re.findall(r"[ .,'’]", number)
    if not marks:
        return (number,)
    first, last = marks[0], marks[-1]
    whole = _GROUPED.fullmatch(number)
    if whole and (len(marks) > 1 or first in " '’"):
        return (re.sub(r"\D", "", number),)
    head, _, part = number.rpartition(last)
    decimal = (_decimal(re.sub(r"\D", "", head), part),)
    if len(marks) > 1:
        grouped = _GROUPED.fullmatch(head)
        return decimal if grouped and grouped["mark"] != last and last in ".," else ()
    if not whole or number.startswith("0"):
        return decimal
    thousands = (head + part,)
    if not language:
        return thousands + decimal
    return decimal if (first == ",") == (language in _DECIMAL_COMMA.split()) else thousands


def _decimal(whole: str, part: str) -> str:
    part = part.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{part}" if part else whole
