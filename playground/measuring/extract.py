"""Finding the answer in what a model wrote. Apart from scoring: a wrong extraction must be visible as such.

Thoughts, a repeated question and questions that the model made up are not read (`own_text`). A stated answer
(`statements`) goes before everything else; the last statement counts, for a model may correct itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from playground.measuring import letters, mentions, programs, stated_numbers
from playground.measuring.items import LETTERS, Kind
from playground.measuring.mentions import Mention
from playground.measuring.numbers import FoundNumber
from playground.measuring.own_text import after_thoughts, own_parts
from playground.measuring.plain import PlainText, read_plain
from playground.measuring.spans import find_span, trim_whole
from playground.measuring.statements import Statement, find_statements

Rule = Literal[
    "stated", "bold", "last_number", "letter", "option", "label", "line", "whole", "code", "likelihood", "none"
]


@dataclass(frozen=True, slots=True)
class Extraction:
    """The answer as found: normalised `value`, its place `text[start:end]`, and the rule that found it."""

    value: str | None
    start: int | None
    end: int | None
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What to look for. `aliases`: other words for each label. `question`: what was asked, which a reply may repeat."""

    kind: Kind
    choices: tuple[str, ...] = ()
    language: str = "en"
    aliases: Mapping[str, tuple[str, ...]] | None = None
    question: str = ""


NOTHING = Extraction(None, None, None, "none")
_CORRECTION = re.compile(
    r"\b(?:wait|correction|i mean|scratch that|on second thought|let me correct|espera|corrijo|correcci[oó]n"
    r"|mejor dicho|me equivoqu[eé]|quiero decir|perd[oó]n)\b[^\w\n]*",
    re.IGNORECASE,
)


def extract(text: str, sought: Sought) -> Extraction:
    """The answer in a model's text; `rule="none"` where there is none."""
    if sought.kind in ("code", "translation", "summary"):
        start, end = after_thoughts(text)
        return _shift(_read(text[start:end], sought), start)
    for start, end in own_parts(text, sought.question):
        found = _read(text[start:end], sought)
        if found.value is not None:
            return _shift(found, start)
    return NOTHING


def _read(own: str, sought: Sought) -> Extraction:
    match sought.kind:
        case "number":
            return _number(own, sought.language)
        case "choice":
            return _read_correction(own, sought)
        case "label":
            return _read_correction(own, sought)
        case "text":
            place = find_span(own)
            return NOTHING if place is None else Extraction(own[place[1] : place[2]], place[1], place[2], place[0])
        case "code":
            found = programs.place(own)
            return NOTHING if found is None else Extraction(own[slice(*found)], *found, "code")
        case "translation" | "summary":
            whole = trim_whole(own)
            return NOTHING if whole is None else Extraction(own[slice(*whole)], *whole, "whole")
        case _:
            assert_never(sought.kind)


def _number(own: str, language: str) -> Extraction:
    plain = read_plain(own)
    for stated in find_statements(plain.text, brief=True):
        found = stated_numbers.stated_number(plain.text, stated, language)
        if found is not None:
            return _extraction(plain, found, "stated")
    called = stated_numbers.called_number(plain.text, language)
    if called is not None:
        return _extraction(plain, called, "stated")
    for start, end in reversed(stated_numbers.bold_places(own)):
        inside = read_plain(own[start:end])
        found = stated_numbers.stated_number(inside.text, Statement(0, len(inside.text)), language)
        if found is not None:
            return _shift(_extraction(inside, found, "bold"), start)
    first = stated_numbers.leading_number(plain.text, language)
    if first is not None:
        return _extraction(plain, first, "line")
    found = stated_numbers.last_number(plain.text, language)
    return NOTHING if found is None else _extraction(plain, found, "last_number")


def _read_correction(own: str, sought: Sought) -> Extraction:
    """What stands after "wait" or "I mean" goes before what was said first, if it is an answer."""
    read = _choice if sought.kind == "choice" else _label
    corrections = [found.end() for found in _CORRECTION.finditer(own)]
    if corrections:
        found = read(read_plain(own[corrections[-1] :]), sought)
        if found.value is not None:
            return _shift(found, corrections[-1])
    return read(read_plain(own), sought)


def _choice(plain: PlainText, sought: Sought) -> Extraction:
    choices, text = sought.choices, letters.without_listed_choices(plain.text, sought.choices)
    for stated in find_statements(text):
        found = letters.direct_letter(text, stated.start, stated.end, choices)
        found = found or mentions.find_option(text, stated.start, stated.end, choices)
        if found is not None:
            return _extraction(plain, found, "stated")
    at_line = (0, text.rstrip().rfind("\n") + 1)
    first, last = (letters.direct_letter(text, place, len(text), choices, alone=True) for place in at_line)
    if first is not None and first.value == LETTERS[0] and letters.lists_letters(text, choices):
        first = None
    found = first or letters.claimed_letter(text, choices) or last
    if found is not None:
        return _extraction(plain, found, "letter")
    found = mentions.find_option(text, 0, len(text), choices)
    return NOTHING if found is None else _extraction(plain, found, "option")


def _label(plain: PlainText, sought: Sought) -> Extraction:
    words = mentions.label_words(sought.choices, sought.aliases or {})
    for stated in find_statements(plain.text, brief=True):
        found = mentions.find_label(plain.text, stated.start, stated.end, words)
        if found is not None:
            return _extraction(plain, found, "stated")
    found = mentions.find_label(plain.text, 0, len(plain.text), words)
    return NOTHING if found is None else _extraction(plain, found, "label")


def _extraction(plain: PlainText, found: FoundNumber | Mention, rule: Rule) -> Extraction:
    start, end = plain.source(found.start, found.end)
    return Extraction(found.value, min(start, end - 1), max(end, start + 1), rule)


def _shift(found: Extraction, by: int) -> Extraction:
    if found.start is None or found.end is None:
        return found
    return replace(found, start=found.start + by, end=found.end + by)
