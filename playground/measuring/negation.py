"""Whether something that is named in a text is denied there, in English and Spanish."""

from __future__ import annotations

import re

_DENIES = (
    r"\bnot|n['’]t|\bnever|\bneither|\bnor|\bno|\bnothing|\bwithout|\brather than|\binstead of|\bfar from"
    r"|\banything but|\bexcept|\bruled? out|\brules out|\beliminat\w*|\bexclud\w*|\bthan"
    r"|\bni|\bnunca|\bjam[aá]s|\btampoco|\bnada|\bsin|\ben vez de|\ben lugar de|\blejos de|\bexcepto|\bsalvo"
    r"|\bdescart\w*|\belimin\w*|\bm[aá]s\s+(?:de\s+)?\w+\s+que"
    r"|\bhardly|\bbarely|\bscarcely|\blacks?|\bapenas|\bcarece de"
)
_STOPS = r"but|pero|sino|only|solo|s[oó]lo|just|merely|doubt|duda|dudas|necessarily|problem|problema"
_BEFORE = re.compile(rf"(?:{_DENIES})(?:\s+(?!(?:{_STOPS})\b)[\w'’/-]+){{0,6}}\s+[\"'“«(]*$", re.IGNORECASE)
_AFTER = re.compile(
    r"[\"'”»)\]*_]*\s*(?:\w+\s+)?(?:is|are|was|would be|seems|does|do|can|could|may|es|ser[ií]a|est[aá])?\s*"
    r"(?:not\b(?!\s+[(\"']?[a-z]\b)|n['’]t\b|isn['’]t|doesn['’]t|can['’]t|cannot\b|wrong\b|incorrect|false\b|impossible"
    r"|ruled out|eliminated|out\b|no\s+(?:es|puede|cumple|encaja|sirve|vale)\b|no\s*(?:[.;,]|$)|incorrecta?\b|falsa?\b"
    r"|err[oó]nea|imposible|descartada)",
    re.IGNORECASE,
)
_CONCEDES = re.compile(
    r"\b(?:while|although|though|despite|in spite of|with (?:some|a few)|aunque|a pesar de|pese a|si bien|mientras"
    r"|con (?:alg\w+|un poco))\b[^,.;:\n]*$",
    re.IGNORECASE,
)
_UNSURPASSED = re.compile(
    r"\b(?:no|none|nothing|nada|ning[uú]n\w*)\b[^.,;:\n]*\b(?:better|more|other|else|mejor|m[aá]s|otr[oa]s?)\s+"
    r"(?:than|que)\s+[\"'“«(]*$",
    re.IGNORECASE,
)
_REACH = 80
"""Characters before a mention in which a denial may stand."""


def denied_before(text: str, place: int, start: int = 0) -> bool:
    """What begins at `place` is denied by words before it in the same clause: "not …", "ni …", "rather than …".

    "Nothing fits better than …" affirms it.
    """
    before = text[max(start, place - _REACH) : place]
    return _BEFORE.search(before) is not None and _UNSURPASSED.search(before) is None


def conceded(text: str, place: int, start: int = 0) -> bool:
    """What begins at `place` is only granted: "although there are negative points, …"."""
    return _CONCEDES.search(text[max(start, place - _REACH) : place]) is not None


def denied_after(text: str, place: int, end: int | None = None) -> bool:
    """What ends at `place` is denied by what follows it: "… is wrong", "… no es"."""
    return _AFTER.match(text, place, len(text) if end is None else end) is not None
