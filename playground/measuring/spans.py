"""Answers that are words: what is stated, the first line that says something, or the whole without what leads to it."""

from __future__ import annotations

import re
from typing import Literal

from playground.measuring.plain import read_plain
from playground.measuring.statements import find_statements

_EDGES = ' \t\r\n*_`"“”«»\ue000\ue001'
_SURE = r"(?:sure|of course|certainly|absolutely|great question|claro(?: que s[ií])?|por supuesto|desde luego|okay|ok)"
_LABEL = re.compile(
    rf"\s*(?:{_SURE}\s*[!,.:]\s*)?(?:[*_]*(?:translation|summary|traducción|resumen|answer|respuesta)[*_]*\s*:[*_]*"
    r"|(?:(?:sí|si|yes)[,!.]\s*)?(?:here(?:['’]s| is)|this is|aquí (?:está|tienes|va)|esta es)[^\n:]*:)\s*",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    rf"\s*(?:{_SURE}\b[^\n]{{0,80}}|let(?:['’]s| me| us)\b[^\n]*|veamos\b[^\n]*|here(?:['’]s| is)\b[^\n]*"
    r"|(?:thank you|thanks|gracias)\b[^\n]*|[^\n]*:)\s*",
    re.IGNORECASE,
)
_REASON = re.compile(
    r",?\s(?:because|since|as it|which|who|porque|ya que|puesto que|que es|que fue)\b"
    r"|(?<=\w{4}[.!?])\s+(?=[A-ZÁÉÍÓÚÑ¿¡])"
    r"|(?<=\w{3}[\"”»)][.!?])\s"
)
_WRAPPED = re.compile(
    r"\\(?:text(?:bf|it|rm)?|math(?:rm|bf|it)|mbox|f?boxed)\s*\{|\\[()\[\]]|\$(?=[^\d\s])", re.IGNORECASE
)


def find_span(text: str) -> tuple[Literal["stated", "line"], int, int] | None:
    """The rule and the place `text[start:end]`: what the last statement says, without the reason for it, or the first
    line that is more than a way to begin."""
    plain = read_plain(text)
    for stated in find_statements(plain.text, brief=True):
        reason = _REASON.search(plain.text, stated.start, stated.end)
        for end in (reason.start() if reason else stated.end, stated.end):
            if stated.start < end:
                start, stop = trim(text, *_balance_braces(text, *plain.source(stated.start, end)))
                if start < stop and re.search(r"[^\W_]", text[start:stop]):
                    return "stated", start, stop
    lines = [trim(text, *line.span()) for line in re.finditer(r"\S[^\n]*", text)]
    lines = [line for line in lines if line[0] < line[1]]
    for number, (start, end) in enumerate(lines):
        if number + 1 == len(lines) or not _LEAD_IN.fullmatch(text, start, end):
            return "line", start, end
    return None


def _balance_braces(text: str, start: int, end: int) -> tuple[int, int]:
    """With the braces that close behind it, which the plain text does not show."""
    missing = text.count("{", start, end) - text.count("}", start, end)
    while missing > 0 and end < len(text) and text[end] == "}":
        end, missing = end + 1, missing - 1
    return start, end


def trim_whole(text: str) -> tuple[int, int] | None:
    """Everything, without "Translation:", "Here is …:" and what is printed around it."""
    lead = _LABEL.match(text)
    start, end = trim(text, lead.end() if lead else 0, len(text))
    return (start, end) if start < end else None


def _opens_too_few(text: str, start: int, end: int) -> bool:
    return text.count("{", start, end) < text.count("}", start, end)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Without white space, emphasis, quotation marks, LaTeX's wrapping and a tag around it."""
    while True:
        before = start, end
        while start < end and text[start] in _EDGES:
            start += 1
        while end > start and (text[end - 1] in _EDGES or (text[end - 1] == "}" and _opens_too_few(text, start, end))):
            end -= 1
        if re.search(r"[\"”»][.,!]$", text[start:end]) and not re.search(r"[\"“«]", text[start : end - 2]):
            end -= 2
        if wrapped := _WRAPPED.match(text, start, end):
            start = wrapped.end()
        for close in ("\\)", "\\]", "$", "$."):
            if text.endswith(close, start, end) and text.count(close.rstrip("."), start, end) % 2:
                end -= len(close)
        if tag := re.compile(r"</?\w{1,20}>").match(text, start, end):
            start = tag.end()
        if tag := re.compile(r"</?\w{1,20}>\s*$").search(text[start:end]):
            end = start + tag.start()
        if (start, end) == before:
            return before
