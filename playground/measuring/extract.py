"""Finding the answer in what a model wrote. Apart from scoring: a wrong extraction must be visible as such.

A stated answer ("The answer is …", "La respuesta es …", "Answer: …", `#### …` as in GSM8K, `\\boxed{…}` as in MATH)
goes before everything else; the last statement counts, for a model may correct itself. What follows after the model
has begun to write a question of its own is not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from playground.measuring import options, programs
from playground.measuring.items import Kind
from playground.measuring.numbers import NUMBER, value_of

Rule = Literal["stated", "last_number", "letter", "option", "label", "line", "whole", "code", "likelihood", "none"]


@dataclass(frozen=True, slots=True)
class Extraction:
    """The answer as found: normalised `value`, its place `text[start:end]`, and the rule that found it."""

    value: str | None
    start: int | None
    end: int | None
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What to look for. `aliases`: other words for each label."""

    kind: Kind
    choices: tuple[str, ...] = ()
    language: str = "en"
    aliases: Mapping[str, tuple[str, ...]] | None = None


NOTHING = Extraction(None, None, None, "none")
_STATED = re.compile(
    r"""\#{4}\s*
    | \\boxed\{
    | \b(?:the\s+)?(?:(?:final|correct|right|best)\s+)?(?:answer|result|option|label|topic|sentiment)
      (?:\s+(?:here|to\s+(?:the|this)\s+question))?[*_]*\s*(?:\bis\b|:|=)[*_]*\s*:?\s*
    | \b(?:la\s+|el\s+)?(?:respuesta|resultado|solución|opción|tema|sentimiento|opinión|etiqueta)
      (?:\s+(?:final|correcta|correcto))?[*_]*\s*(?:\bes\b|\bson\b|:|=)[*_]*\s*:?\s*
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NEXT_QUESTION = re.compile(
    r"\n\s*(?:\*\*)?(?:Q|P|Question|Problem|Pregunta|Problema|Text|Texto)\s*\d*\s*:", re.IGNORECASE
)
_LABEL = re.compile(
    r"\s*(?:(?:translation|summary|traducción|resumen|answer|respuesta)\s*:"
    r"|(?:here(?:'s| is)|aquí (?:está|tienes))[^\n:]*:)\s*",
    re.IGNORECASE,
)


def extract(text: str, sought: Sought) -> Extraction:
    """The answer in a model's text; `rule="none"` where there is none."""
    own = _own(text)
    match sought.kind:
        case "number":
            return _number(own, sought.language)
        case "choice":
            return _choice(own, sought)
        case "label":
            return _label(own, sought)
        case "text":
            return _text(own)
        case "code":
            return _code(text)
        case "translation" | "summary":
            return _whole(text)
        case _:
            assert_never(sought.kind)


def _own(text: str) -> str:
    """Up to where the model asks a question of its own: base models go on with the pattern of the prompt."""
    start = len(text) - len(text.lstrip())
    asked = _NEXT_QUESTION.search(text, start + 1)
    return text[: asked.start()] if asked else text


def _statements(text: str) -> list[tuple[int, int]]:
    """Where what was stated stands, to the end of its line or paragraph, the last statement first."""
    places = []
    for found in _STATED.finditer(text):
        start = found.end()
        line = re.compile(r"\S[^\n]*").search(text, start)
        if line is not None:
            places.append((start, line.end()))
    return places[::-1]


def _number(text: str, language: str) -> Extraction:
    for start, end in _statements(text):
        equals = text.rfind("=", start, end) + 1
        found = NUMBER.search(text, equals, end) if equals else None
        found = found or NUMBER.search(text, start, end)
        if found is not None:
            return Extraction(value_of(found, language), found.start(), found.end(), "stated")
    every = list(NUMBER.finditer(text))
    if not every:
        return NOTHING
    return Extraction(value_of(every[-1], language), every[-1].start(), every[-1].end(), "last_number")


def _choice(text: str, sought: Sought) -> Extraction:
    for start, end in _statements(text):
        found = options.find_letter(text, start, end, sought.choices) or options.find_option(
            text, start, end, sought.choices
        )
        if found is not None:
            return Extraction(found.value, found.start, found.end, "stated")
    for start in (0, text.rstrip().rfind("\n") + 1):
        found = options.find_letter(text, start, len(text), sought.choices, alone=True)
        if found is not None:
            return Extraction(found.value, found.start, found.end, "letter")
    found = options.find_option(text, 0, len(text), sought.choices)
    if found is not None:
        return Extraction(found.value, found.start, found.end, "option")
    return NOTHING


def _label(text: str, sought: Sought) -> Extraction:
    words = options.label_words(sought.choices, sought.aliases or {})
    for start, end in _statements(text):
        found = options.find_label(text, start, end, words)
        if found is not None:
            return Extraction(found.value, found.start, found.end, "stated")
    found = options.find_label(text, 0, len(text), words)
    return NOTHING if found is None else Extraction(found.value, found.start, found.end, "label")


def _text(text: str) -> Extraction:
    for start, end in _statements(text):
        trimmed = _trimmed(text, start, end)
        if trimmed.value:
            return replace(trimmed, rule="stated")
    for line in re.finditer(r"\S[^\n]*", text):
        trimmed = _trimmed(text, line.start(), line.end())
        if trimmed.value:
            return replace(trimmed, rule="line")
    return NOTHING


def _whole(text: str) -> Extraction:
    lead = _LABEL.match(text)
    found = _trimmed(text, lead.end() if lead else 0, len(text))
    return replace(found, rule="whole") if found.value else NOTHING


def _code(text: str) -> Extraction:
    place = programs.place(text)
    return NOTHING if place is None else Extraction(text[place[0] : place[1]], *place, "code")


_EDGES = ' \t\r\n*_`"“”«»'


def _trimmed(text: str, start: int, end: int) -> Extraction:
    """Without white space, emphasis and quotation marks around it; a closing brace of `\\boxed{` too."""
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and (text[end - 1] in _EDGES or (text[end - 1] == "}" and "{" not in text[start:end])):
        end -= 1
    return Extraction(text[start:end], start, end, "whole")
