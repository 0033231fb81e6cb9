"""Where a text states its answer: "The answer is …", "Respuesta: …", `#### …` as in GSM8K, `\\boxed{…}` as in MATH."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from playground.measuring.plain import CLOSE, OPEN


@dataclass(frozen=True, slots=True)
class Statement:
    """What was stated: `text[start:end]`, up to the end of its line, its box or its tag."""

    start: int
    end: int


_STRONG = r"answers?|ans\b\.?|opt|solution|respuestas?|rpta|soluci[oó]n"
_NAMED = (
    r"option|choice|letter|pick|selection|guess|label|topic|sentiment|category|class|classification|verdict|opinion"
    r"|opci[oó]n|elecci[oó]n|letra|alternativa|etiqueta|tema|sentimiento|opini[oó]n|categor[ií]a|clase"
    r"|clasificaci[oó]n|veredicto"
)
_SUMS = r"result|total|sum|value|difference|product|quotient|resultado|suma|valor|diferencia|producto|cociente"
_KIND = (
    r"(?:\s+(?:correcta|correcto|final|choice|option|n[uú]mero|number|correct|letter|m[aá]s probable|total|buena"
    r"|corta|breve|larga))"
)
_ABOUT = (
    r"(?:\s+(?:to|of|for|in|from|here|expressed|conveyed|de|del|al|a (?:la|las|los|esta|este|tu|su)|para|en|seg[uú]n"
    r"|expresad[oa]|aqu[ií])\b[^.\n:=?!]{0,60}?)"
)
_MODAL = (
    r"(?:,?\s+(?:might|must|should|would|could|will|may|has to|have to|seems to|appears to|therefore|thus|then|hence"
    r"|clearly|simply|just|also|debe|deber[ií]a|puede|podr[ií]a|parece|tiene que|por (?:lo )?tanto|entonces|pues"
    r"|claramente|simplemente),?)"
)
_IS = (
    r"(?:\s+(?:is|are|was|be|equals?|comes? to|es|son|ser[ií]a|ser[aá]|era|ser|sea|equivale a)(?![\w'’])"
    r"|['’]s(?!\w)|\s[-–—](?=\s)|\s*(?::|=|->|→|⇒|≈))"
)
_BEFORE = r"(?:(?:final|correct|right|best|only|true|overall|mejor|[uú]nica|correcta)\s+)*"
_SAID = re.compile(
    rf"(?<![\w'’])(?:(?:{_STRONG}|{_NAMED}){_KIND}?{_ABOUT}?|(?:{_SUMS}){_KIND}?)[\"'”»]?"
    rf"{_MODAL}{{0,3}}{_IS}\s*[:=]?[ \t]*[\"'“«]?",
    re.IGNORECASE,
)
_HEADING = re.compile(
    rf"^[#> \t]*(?:the\s+|la\s+|el\s+)?{_BEFORE}(?:{_STRONG}|result|resultado){_KIND}?[ \t]*$(?=\s*\S)",
    re.IGNORECASE | re.MULTILINE,
)
_BRIEF = re.compile(r"^[ \t]*(?:A|R)\s*[:.][ \t]+", re.MULTILINE)
_ABBREVIATED = re.compile(
    r"^[ \t]*(?:ans|rpta|resp)\b\.?[ \t]+(?=\W{0,3}[\w-]{1,12}\W{0,3}$)", re.IGNORECASE | re.MULTILINE
)
"""With nothing behind it but the answer."""
_SHORT = re.compile(r"\b(?:short|brief|quick|corta|breve)\b", re.IGNORECASE)
"""Of two answers, a short and a long one, the short one is what was asked for."""
_GSM8K = re.compile(r"^[ \t]*#{4}[ \t]*(?=[-−$€£(]?[ \t]*[\d½¼¾]|[^\n]*\s*\Z)", re.MULTILINE)
_BOX = re.compile(OPEN)
_MOST = 40
"""Statements that are looked at, from the end: a text that repeats itself without end must not take minutes."""
_LONGEST = 2000
"""Characters of one."""
_SOLUTION = re.compile(r"\b(?:solution|soluci[oó]n)\W{0,4}:\s*(?=[^\W\d])", re.IGNORECASE)
_LINE_OF_SOLUTION = 40
"""Characters of words behind "Solution:" that may be one; a longer line is the way to it."""
_LINE = re.compile(r"\S[^\n]*")


def find_statements(text: str, *, brief: bool = False) -> list[Statement]:
    """What was stated, the last one first, for a model may correct itself. `text` is plain, as `read_plain` gives it.

    `brief`: "A: …" counts too, which among lettered choices would be one of them.
    """
    patterns = (_BOX, _SAID, _HEADING, _ABBREVIATED, _GSM8K, *([_BRIEF] if brief else []))
    found = sorted({one.end(): one.start() for pattern in patterns for one in pattern.finditer(text)}.items())
    found = found[-_MOST:]
    statements, short = list[Statement](), list[Statement]()
    for (start, begin), (_, later) in pairwise([*found, (len(text), len(text))]):
        line = _LINE.search(text, start)
        if line is None or (line.end() - start > _LINE_OF_SOLUTION and _SOLUTION.match(text, begin)):
            continue
        closed = text.find(CLOSE, start, line.end()) if text[start - 1] == OPEN else -1
        end = closed if closed >= 0 else min(line.end(), max(later, start), start + _LONGEST)
        to = short if _SHORT.search(text, max(0, begin - len("short ")), start) else statements
        to.append(Statement(start, end))
    return [*short, *statements[::-1]]
