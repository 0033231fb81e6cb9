"""Which part of a reply is the model's own answer: without thoughts, a repeated question, and questions it made up."""

from __future__ import annotations

import re
from collections.abc import Iterator

_THOUGHT = r"think|thinking|thought|thoughts|reasoning|reflection|scratchpad"
_OPENS = re.compile(rf"<\s*(?:{_THOUGHT})\s*>|\[\s*THINK\s*\]|◁think▷|<\|begin_of_thought\|>", re.IGNORECASE)
_CLOSES = re.compile(
    rf"<\s*/\s*(?:{_THOUGHT})\s*>|\[\s*/\s*THINK\s*\]|◁/think▷|<\|end_of_thought\|>"
    r"|<\|channel\|>\s*final\s*<\|message\|>",
    re.IGNORECASE,
)
_NEXT_QUESTION = re.compile(
    r"\n[ \t]*[*_#>]{0,6}[ \t]*(?:Q|P|Question|Problem|Pregunta|Problema|Text|Texto)\s*\d*\s*[*_]*\s*:", re.IGNORECASE
)
_ASKS = r"(?:wh(?:at|ich|o|ere|en|y|ose)|how|is|are|was|were|do|does|did|can|could|will|should|has|have|if)\b"
_PREGUNTA = r"(?:¿|qu[eé]\b|cu[aá]l|cu[aá]nt|qui[eé]n|d[oó]nde|cu[aá]ndo|c[oó]mo\b)"
_NAMED = r"(?:[*_#]*(?:Q|P|Question|Problem|Pregunta|Problema)\s*\d*\s*[*_]*\s*:\s*)"
_LEADING_QUESTION = re.compile(
    rf"(?:{_NAMED}[^\n?]{{0,600}}\?|[\"“«*_>]*(?:{_ASKS}|{_PREGUNTA})[^\n?]{{0,600}}\?"
    r"|[^\n?.!]{0,200}\b(?:or|o|u)\b[^\n?.!]{0,100}\?)[\"”»*_]*(?=\s+\S)",
    re.IGNORECASE,
)
_STATES = re.compile(r"\b(?:answer|respuesta)\b\W{0,3}(?:\s*(?:is|es)\b|:)", re.IGNORECASE)
_LEAD = re.compile(r"(?:[^\n]{0,80}:)?[\s\"'“«*>_#]*")
_MOST_WORDS = 400
"""Of a question that is looked for in a reply."""


def own_parts(text: str, question: str = "") -> Iterator[tuple[int, int]]:
    """The stretches in which to look for the answer, the likeliest first.

    A base model goes on with the pattern of the prompt, so the first one ends where a further question begins; the
    others are there for a reply that begins with something before it repeats the question.
    """
    start, end = after_thoughts(text)
    start = _after_repeated(text, start, end, question)
    lead = len(text[start:end]) - len(text[start:end].lstrip())
    while start < end:
        asked = _NEXT_QUESTION.search(text, min(start + lead + 1, end), end)
        stop = asked.start() if asked else end
        yield _after_leading_question(text, start, stop), stop
        start, lead = stop, 1


def after_thoughts(text: str) -> tuple[int, int]:
    """What follows the last thought; what stands before it where nothing follows; nothing of an unfinished one."""
    closed = [found.end() for found in _CLOSES.finditer(text)]
    start = closed[-1] if closed else 0
    opened = _OPENS.search(text, start)
    end = opened.start() if opened else len(text)
    if closed and not text[start:end].strip():
        first = _OPENS.search(text)
        return (0, first.start()) if first else (start, end)
    return start, end


def _after_repeated(text: str, start: int, end: int, question: str) -> int:
    """Behind the question that was asked, where the reply begins by repeating it and goes on."""
    words = question.split()
    if len(words) < 2 or len(words) > _MOST_WORDS:
        return start
    found = re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE).search(text, start, end)
    if found is None or not text[found.end() : end].strip(" \t\r\n*_\"'”»."):
        return start
    return found.end() if _LEAD.fullmatch(text, start, found.start()) else start


def _after_leading_question(text: str, start: int, end: int) -> int:
    """Behind a question with which the stretch begins, unless it states an answer itself."""
    lead = len(text[start:end]) - len(text[start:end].lstrip())
    found = _LEADING_QUESTION.match(text, start + lead, end)
    return start if found is None or _STATES.search(found.group()) else found.end()
