"""Which of the numbers in a text is the answer. `text` is plain, as `read_plain` gives it."""

from __future__ import annotations

import re
from itertools import pairwise

from playground.measuring.numbers import FoundNumber, find_numbers
from playground.measuring.statements import Statement

_DENIED = re.compile(
    r"(?:\bnot|\bno(?!\s+m[aá]s)|\binstead of|\brather than|\ben vez de|\ben lugar de)\s+$", re.IGNORECASE
)
_CAUSE = (
    r"because|since|as|where|when|if|which|so|given|porque|ya que|pues|puesto que|si|cuando|donde|dado|que|with|con"
)
_CLAUSE_ENDS = re.compile(rf"[,;]\s|[.?!](?:\s|$)|\s?\((?!\s*[=≈])|\s[—–]\s|\b(?:{_CAUSE})\b|$", re.IGNORECASE)
_BECAUSE = re.compile(r"[,(]?\s?\b(?:because|since|porque|ya que|puesto que|given that|dado que)\b", re.IGNORECASE)
_EQUALS = re.compile(
    r"[=≈⇒→]|\b(?:equals?|is equal to|es igual a|o sea|es decir|that is|which is|que es|que son|i\.e\.)\s"
)
_OPERATOR = re.compile(
    r"[^\d\n.;=]{0,20}(?:[-+*/×·÷−^]|\b(?:times|plus|minus|divided by|multiplied by|por|m[aá]s|menos|dividido entre)\b)"
    r"[^\d\n.;=]{0,6}$",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^[ \t]*(?:\(?\d{1,2}[.)]|(?:step|paso)\s+\d+)(?=[ \t]+\S|:)", re.IGNORECASE | re.MULTILINE)
_OUT_OF = re.compile(
    r"\b(?:out of|on|by(?: day| week| year)?|(?:of|in|for|to hold|among|between)(?: the| all)|to hold"
    r"|de un total de|(?:de|en|para|por|entre) (?:los|las|todos los|todas las))(?: the)?\s+$",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"\b(?:is|are|es|son|as|como)\s+(?:(?:the|my|la|el|mi)\s+)?(?:\w+\s+)?(?:answer|result|solution|respuesta|resultado"
    r"|soluci[oó]n)\b",
    re.IGNORECASE,
)
_LEADS = re.compile(r"[*_]{0,3}(?P<first>[^\n]{1,40}?)[*_]{0,3}(?:[.!]\s{1,3}(?=[^\W\d_])|[.!]?[ \t]{0,3}\n)")
_REACH = 100
"""Characters around a number in which what belongs to it may stand."""
_CHECKS = re.compile(
    r"^[^\w\n]*(?:check|checking|verification|verify|note|comprobaci[oó]n|comprobamos|verificaci[oó]n|nota)\b[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
_BOLD = re.compile(
    r"(?<=[^\n*]) ?\*\*(?P<inside>[^*\n:]{1,40})\*\*|^[ \t]*\*\*(?P<line>[^*\n:]{1,40})\*\*[. \t]*$", re.MULTILINE
)


def stated_number(text: str, stated: Statement, language: str) -> FoundNumber | None:
    """What directly follows the statement, unless that is an equation: then its side that is one number, the last.

    "42, because x = 7" is 42; "6 * 7 = 42" is 42; "not 41 but 42" is 42.
    """
    found = [one for one in find_numbers(text, stated.start, stated.end, language) if not _is_denied(text, one, stated)]
    strong = [one for one in found if not one.weak]
    if not found:
        return None
    first = found[0] if not strong or _alone(text, found[0], stated) else strong[0]
    clause = _CLAUSE_ENDS.search(text, first.end, stated.end)
    end = clause.start() if clause else stated.end
    inside = [one for one in found if first.start <= one.start and one.end <= end]
    whole = _equation(text, stated.start, end, inside)
    if whole is not None:
        return whole
    if len(inside) > 1 and _OPERATOR.search(text, first.end, inside[1].start):
        later = _EQUALS.search(text, end, stated.end)
        return next((one for one in found if later and one.start >= later.end()), first)
    return first


def called_number(text: str, language: str) -> FoundNumber | None:
    """The number that is called the answer behind it: "36 is the answer", "I get 36 as the result"."""
    for called in reversed(list(_CALLED.finditer(text))):
        start = max(text.rfind("\n", 0, called.start()) + 1, called.start() - _REACH)
        found = find_numbers(text, start, called.start(), language)
        if found and not re.search(r"[.!?;](?:\s|$)", text[found[-1].end : called.start()]):
            return found[-1]
    return None


def leading_number(text: str, language: str) -> FoundNumber | None:
    """The number that a reply begins with, where it stands there alone and what follows only explains it.

    What ends in another result, or begins with the first step of a list, has not begun with its answer.
    """
    found = _LEADS.match(text, len(text) - len(text.lstrip()))
    if found is None or not text[found.end() :].strip() or len(_ITEM.findall(text)) > 1:
        return None
    start, end = found.span("first")
    inside = find_numbers(text, start, end, language)
    if len(inside) != 1 or not _alone(text, inside[0], Statement(start, end)):
        return None
    last = last_number(text, language)
    return None if "=" in text and last and last.value != inside[0].value else inside[0]


def last_number(text: str, language: str) -> FoundNumber | None:
    """The last number that is more than the number of a step: of an equation the result, without the reason behind it.

    Words count only where there are no digits, and words that may be articles only where they are all there is.
    """
    if text.rstrip().endswith("="):
        return None
    kept = _ITEM.sub(lambda one: " " * len(one.group()), text)
    checked = _CHECKS.sub(lambda one: " " * len(one.group()), kept)
    found = find_numbers(checked, 0, len(text), language) or find_numbers(kept, 0, len(text), language)
    digits = [one for one in found if any(sign.isnumeric() for sign in text[one.start : one.end])]
    found = digits or [one for one in found if not one.weak or _alone(text, one, Statement(0, len(text)))]
    if not found:
        return None
    place = max(text.rfind("\n", 0, found[-1].start) + 1, *(one.end() for one in _ends(text, found[-1].start)))
    sentence = [one for one in found if one.start >= place]
    sentence = [one for one in sentence if not _in_brackets(text, one)] or sentence
    sentence = [
        one for one in sentence if not _OUT_OF.search(text, max(place, one.start - _REACH), one.start)
    ] or sentence
    reason = _BECAUSE.search(text, place)
    if reason is not None:
        sentence = [one for one in sentence if one.end <= reason.start()] or sentence
    return _equation(text, place, sentence[-1].end, sentence) or sentence[-1]


def bold_places(text: str) -> list[tuple[int, int]]:
    """What is printed in bold within or as a line of a source in Markdown, headings and labels aside."""
    return [next(found.span(name) for name in ("inside", "line") if found[name]) for found in _BOLD.finditer(text)]


def _in_brackets(text: str, one: FoundNumber) -> bool:
    """Words in brackets explain: "12 apples (3 boxes of 4)"."""
    return (
        re.search(r"\([^()\n=]*$", text[max(0, one.start - _REACH) : one.start]) is not None
        and re.match(r"[^()\n]*\)", text[one.end : one.end + _REACH]) is not None
    )


def _ends(text: str, before: int) -> list[re.Match[str]]:
    """The ends of sentences before that place, and the beginning of the text."""
    return [*re.finditer(r"[.!?](?=\s)|\A", text[:before])]


def _equation(text: str, start: int, end: int, inside: list[FoundNumber]) -> FoundNumber | None:
    """The last side of an equation that is a single number; `None` where nothing is equated."""
    signs = [one for one in _EQUALS.finditer(text, start, end) if inside and one.start() >= inside[0].end]
    if not signs:
        return None
    edges = [start, *(one.end() for one in signs), end]
    for low, high in reversed(list(pairwise(edges))):
        side = [one for one in inside if low <= one.start < high]
        if len(side) == 1:
            return side[0]
        if len(side) > 1 and not _OPERATOR.search(text, side[0].end, side[1].start):
            return side[0]
    return None


def _is_denied(text: str, one: FoundNumber, stated: Statement) -> bool:
    return _DENIED.search(text, stated.start, one.start) is not None


def _alone(text: str, one: FoundNumber, stated: Statement) -> bool:
    """Whether nothing but this number and perhaps a word for what it counts is there."""
    before, after = text[stated.start : one.start], text[one.end : stated.end]
    return not re.search(r"\w", before) and len(re.findall(r"\w+", after.split(".")[0])) <= 1
