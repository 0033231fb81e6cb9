"""Numbers in words, English and Spanish: forty-two, one thousand two hundred, dos tercios, tres coma cinco."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from types import MappingProxyType

from playground.languages import closest, in_language
from playground.measuring.words import fold


@dataclass(frozen=True, slots=True)
class NumberPhrase:
    """What some words say. `weak`: they may be no number at all, as "one" and "un" in a sentence."""

    value: Fraction
    start: int
    end: int
    weak: bool


def _count(words: str, first: int = 0, step: int = 1) -> dict[str, int]:
    return {word: first + step * place for place, word in enumerate(words.split())}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Language:
    small: Mapping[str, int]
    """Below a thousand: what is added up."""
    scales: Mapping[str, int]
    """What multiplies what stands before it; without anything, one of it."""
    parts: Mapping[str, int]
    """Denominators."""
    halves: str
    joins: str
    points: str
    minus: str
    weak: frozenset[str]


_ENGLISH = _Language(
    small=MappingProxyType(
        _count(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen"
        )
        | _count("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)
        | {"fourty": 40}
    ),
    scales=MappingProxyType(
        {"hundred": 100, "dozen": 12, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
    ),
    parts=MappingProxyType(
        {
            "half": 2,
            "halves": 2,
            "third": 3,
            "quarter": 4,
            "fourth": 4,
            "fifth": 5,
            "sixth": 6,
            "eighth": 8,
            "tenth": 10,
        }
    ),
    halves="half",
    joins="and",
    points="point",
    minus="minus|negative",
    weak=frozenset({"one", "a", "half", "hundred", "thousand", "million", "dozen"}),
)
_SPANISH = _Language(
    small=MappingProxyType(
        _count(
            "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis "
            "diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco "
            "veintiseis veintisiete veintiocho veintinueve treinta"
        )
        | _count("cuarenta cincuenta sesenta setenta ochenta noventa", 40, 10)
        | _count("cien doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos", 100, 100)
        | _count("doscientas trescientas cuatrocientas quinientas seiscientas setecientas ochocientas", 200, 100)
        | {"un": 1, "una": 1, "veintiun": 21, "veintiuna": 21, "ciento": 100, "novecientos": 900, "novecientas": 900}
    ),
    scales=MappingProxyType(
        {
            **{"docena": 12, "docenas": 12, "mil": 1000, "millon": 10**6, "millones": 10**6},
            **{"billon": 10**12, "billones": 10**12},
        }
    ),
    parts=MappingProxyType(
        {
            **{"medio": 2, "media": 2, "tercio": 3, "cuarto": 4, "quinto": 5, "sexto": 6, "octavo": 8, "decimo": 10},
            **{"tercera": 3, "cuarta": 4, "quinta": 5, "sexta": 6, "octava": 8, "decima": 10},
        }
    ),
    halves="medio|media|mitad",
    joins="y",
    points="coma|punto|con",
    minus="menos",
    weak=frozenset({"un", "una", "uno", "medio", "media", "mil", "docena", "cien"}),
)
_SPOKEN: Mapping[str, _Language] = MappingProxyType({"en": _ENGLISH, "es": _SPANISH})
_FALSE_FRIENDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {"en": frozenset({"once", "un", "una", "mil", "cuarto", "sexto", "media"}), "es": frozenset({"ten", "six", "a"})}
)
"""Words of the other language that are no numbers in this one."""


def find_phrases(text: str, start: int, end: int, language: str) -> Iterator[NumberPhrase]:
    """Every number in words, in the order of the text; of the text's own language first."""
    folded = fold(text)
    own = closest(language, _SPOKEN)
    found, false = [*_phrases(folded, start, end, own)], in_language(_FALSE_FRIENDS, own)
    for phrase in (one for other in _SPOKEN if other != own for one in _phrases(folded, start, end, other)):
        words = set(re.findall(r"[a-z]+", folded[phrase.start : phrase.end]))
        if not words & false and all(phrase.end <= one.start or phrase.start >= one.end for one in found):
            found.append(phrase)
    return iter(sorted(found, key=lambda one: one.start))


def _phrases(folded: str, start: int, end: int, language: str) -> Iterator[NumberPhrase]:
    spoken = _SPOKEN[language]
    for found in _pattern(language).finditer(folded, start, end):
        words = re.findall(r"[a-z]+", found["whole"] or found["alone"] or "")
        value = _value(words, found, spoken)
        if value is not None:
            weak = len(words) == 1 and words[0] in spoken.weak and not (found["minus"] or found["half"])
            yield NumberPhrase(-value if found["minus"] else value, found.start(), found.end(), weak)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    spoken = _SPOKEN[language]
    word = "|".join(sorted([*spoken.small, *spoken.scales], key=len, reverse=True))
    part, small = "|".join(spoken.parts), "|".join(sorted(spoken.small, key=len, reverse=True))
    one = rf"(?:{word})\b"
    return re.compile(
        rf"(?<![\w'’])(?<!por )(?:(?P<minus>{spoken.minus})\s+)?(?:"
        r"(?P<onehalf>an?|una?)\s+[a-z]+\s+(?:and|y)\s+(?:an?\s+)?(?:half|medio|media)\b|"
        r"(?P<dozen>(?:half\s+a\s+dozen|media\s+docena))\b"
        rf"|(?P<over>an?|(?:{small}))[\s-]+(?P<part>(?:{part})s?)\b(?:\s+partes?\b)?"
        rf"|(?P<whole>{one}(?:(?:\s*-\s*|\s+)(?:(?:{spoken.joins})\s+)?{one})*)"
        rf"(?:\s+(?:{spoken.points})\s+(?P<point>(?:{small})\b(?:[\s-]+(?:{small})\b){{0,20}}))?"
        rf"(?:(?:\s+[a-z]+)?\s+(?:{spoken.joins})\s+(?P<half>(?:an?\s+)?(?:{spoken.halves}))\b)?"
        rf"|(?P<alone>(?:{spoken.halves}))\b)(?![\w'’])"
    )


def _value(words: list[str], found: re.Match[str], spoken: _Language) -> Fraction | None:
    """`None` for words that make no number together, such as "three four"."""
    if found["dozen"]:
        return Fraction(6)
    if found["onehalf"]:
        return Fraction(3, 2)
    if found["alone"]:
        return Fraction(1, 2)
    if found["part"]:
        part = found["part"]
        below = spoken.parts.get(part) or spoken.parts[part.removesuffix("s")]
        return Fraction(spoken.small.get(found["over"], 1), below)
    whole = _whole(words, spoken)
    if whole is None:
        return None
    value = Fraction(whole)
    if found["point"]:
        digits = "".join(str(spoken.small[word]) for word in re.findall(r"[a-z]+", found["point"]))
        value += Fraction(int(digits), 10 ** len(digits))
    return value + Fraction(1, 2) if found["half"] else value


def _fits(group: int, more: int) -> bool:
    """A one may follow a ten, a ten a hundred; "three four" is no number."""
    if more >= 100:
        return group == 0
    return group % 100 == 0 or (more < 10 and group % 100 in range(20, 100, 10))


def _whole(words: list[str], spoken: _Language) -> int | None:
    """Hundreds, tens and ones are added; a scale multiplies what of the sum is below it."""
    total = group = 0
    for word in (one for one in words if one in spoken.small or one in spoken.scales):
        scale = spoken.scales.get(word)
        if scale is None:
            if not _fits(group, spoken.small[word]):
                return None
            group += spoken.small[word]
        elif scale < 1000 <= group:
            return None
        elif scale < 1000:
            group = max(1, group) * scale
        else:
            times = total % scale + group or 1
            total, group = total - total % scale + times * scale, 0
    return total + group
