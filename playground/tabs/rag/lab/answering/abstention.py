"""Sentences that say that the passages do not hold the answer, whatever a model's words for it."""

from __future__ import annotations

import re

_SOURCE = r"(?:documents?|passages?|texts?|files?|sources?|context|information (?:provided|given|available))"
_FUENTE = r"(?:documentos?|pasajes?|textos?|archivos?|fuentes?|contexto|información (?:proporcionada|dada|disponible))"
_TELLS = "(?:say|mention|contain|hold|include|answer|tell|provide|state|specify|give|cover|address)"
_DICE = "(?:dice|menciona|contiene|incluye|responde|indica|especifica|da|aborda)n?"
_WAYS = (
    rf"(?:the|these|your|provided|given|available)\b.{{0,30}}\b{_SOURCE}\b.{{0,30}}\b"
    rf"(?:do(?:es)? not|do(?:es)?n['’]t)\b.{{0,30}}\b{_TELLS}",
    rf"(?:(?:is|are|was) not|(?:is|are|was)n['’]t) .{{0,40}}\b(?:in|by) the .{{0,20}}\b{_SOURCE}",
    rf"(?:no|not any) (?:\w+ ){{0,3}}(?:information|answer|mention)\b.{{0,60}}\b{_SOURCE}",
    rf"i (?:cannot|can['’]t|could not|do not|don['’]t) .{{0,30}}\b(?:find|answer|know|tell)\b.{{0,80}}\b{_SOURCE}",
    rf"{_FUENTE}\b.{{0,30}}\bno\b.{{0,12}}\b{_DICE}",
    r"no (?:\w+ ){0,3}(?:aparece|figura|está|consta|encuentra|menciona|indica|encuentro|encontré|hay)\b.{0,60}"
    rf"\b(?:en|de) (?:el|los|las|la|estos|esos|tus|sus)\b.{{0,20}}\b{_FUENTE}",
)
_ABSTAINS = re.compile("|".join(rf"\b{way}\b" for way in _WAYS), re.IGNORECASE | re.DOTALL)


def says_no_answer(text: str) -> bool:
    """Whether a sentence says so, in English or Spanish. A list of wordings: others are not noticed."""
    return bool(_ABSTAINS.search(text))
