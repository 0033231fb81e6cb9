"""Which sentences of an answer the passages bear out: words, names and numbers first, vectors beside them.

A measure of likeness, not of truth: it sees that a sentence says what a passage says, in other words too, and that a
number or a name comes from nowhere. It does not follow arguments. The thresholds were set on the labelled pairs of
`tests/playground/tabs/rag/lab/labelled.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from playground.tabs.rag.lab.answering.abstention import says_no_answer
from playground.tabs.rag.lab.answering.citations import without_citations
from playground.tabs.rag.lab.answering.departures import Departure, departures
from playground.tabs.rag.lab.answering.evidence import Evidence, evidence
from playground.tabs.rag.lab.answering.said import AnalyzedText
from playground.tabs.rag.lab.answering.statements import statements
from playground.tabs.rag.lab.documents import Passage
from playground.tabs.rag.lab.retrieval.similarity import READ, rescale_cosine, term_coverage
from playground.tabs.rag.lab.retrieval.terms import ContentTerms, likely_language, terms
from providers.embedding import Embedder, EmbeddingInfo

__all__ = ["Evidence", "Label", "Sentence", "evidence", "support"]

Label = Literal["supported", "weak", "unsupported"]
SUPPORTED, WEAK = 0.65, 0.35
"""The least score for each label."""
UNREAD = 0.2
"""What the cosine counts where the embedding model does not read the languages well; `READ` where it does."""
THIN = 2
"""Content words up to which a sentence must be borne out by a single one: two words stand in nearly every passage."""
ACROSS = 0.9
"""What it counts between two languages that it reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """`text` is `answer[start:end]`. `score` from 0 to 1, by the passage it is closest to: `passage` is its number in
    the prompt, `None` where none has a word of it. `missing`: its names and numbers that no passage has. `differs`: in
    what it departs from that passage, which is why it is not called supported."""

    start: int
    end: int
    text: str
    label: Label
    passage: int | None
    score: float
    missing: tuple[str, ...] = ()
    differs: tuple[Departure, ...] = ()


@dataclass(frozen=True, slots=True)
class _PassageUnit:
    """A sentence of a passage, two that follow one another, or all of them. `rows` are those of its vectors."""

    passage: int
    text: str
    terms: ContentTerms
    language: str
    rows: tuple[int, ...]
    whole: str
    """The passage's text, with the headings above it."""


async def support(text: str, passages: Sequence[Passage], embedder: Embedder) -> tuple[Sentence, ...]:
    """The answer's sentences with their labels.

    What states nothing has none: code, headings, questions, a sentence without a content word, and one which says that
    the passages do not hold the answer. A sentence with a number or a name that stands in no passage is never
    "supported". Raises what `Embedder.embed` raises.
    """
    spans = [(start, end) for start, end in statements(text) if _states(text[start:end])]
    if not spans or not passages:
        return tuple(_label_sentence(text, span, _Judged()) for span in spans)
    units, pieces = await asyncio.to_thread(_units, passages)
    async for _ in embedder.prepare():
        pass
    claims = [without_citations(text[start:end]) for start, end in spans]
    vectors = await embedder.embed([_within(one, embedder) for one in (*claims, *pieces)])
    judged = await asyncio.to_thread(
        _judge_claims,
        claims,
        likely_language(text),
        units,
        (vectors[: len(claims)], vectors[len(claims) :]),
        embedder.info,
    )
    return tuple(_label_sentence(text, span, one) for span, one in zip(spans, judged, strict=True))


def _states(sentence: str) -> bool:
    bare = without_citations(sentence)
    if bare.startswith(("#", "```", "~~~")) or bare.rstrip("\"'”’»)*_").endswith("?") or says_no_answer(bare):
        return False
    return not terms(bare).empty


def _units(passages: Sequence[Passage]) -> tuple[list[_PassageUnit], list[str]]:
    """The passages' sentences one by one, in pairs and together, and their texts to be embedded, once each."""
    units, pieces = list[_PassageUnit](), list[str]()
    for number, passage in enumerate(passages, start=1):
        chunk = passage.chunk
        language = chunk.language or likely_language(chunk.text)
        whole = [chunk.text[start:end] for start, end in statements(chunk.text)]
        above = ". ".join(chunk.headings)
        rows = range(len(pieces), len(pieces) + len(whole))
        pieces += whole
        groups = [*((row,) for row in rows), *pairwise(rows), *([tuple(rows)] if len(rows) > 2 else [])]
        for group in groups:
            text = " ".join(pieces[row] for row in group)
            told = terms(f"{text} {above}", language)
            units.append(_PassageUnit(number, text, told, language, group, f"{above}\n{chunk.text}"))
    return units, pieces


def _within(text: str, embedder: Embedder) -> str:
    """As much of a text, from its beginning, as the model reads."""
    while embedder.count(text) > embedder.info.window and len(text) > 1:
        text = text[: max(1, min(len(text) - 1, len(text) * embedder.info.window // embedder.count(text)))]
    return text


@dataclass(frozen=True, slots=True)
class _Judged:
    """`most`: what it may be labelled at best."""

    passage: int | None = None
    score: float = 0.0
    missing: tuple[str, ...] = ()
    differs: tuple[Departure, ...] = ()
    most: Label = "unsupported"


def _judge_claims(
    claims: Sequence[str],
    language: str,
    units: Sequence[_PassageUnit],
    vectors: tuple[NDArray[np.float32], NDArray[np.float32]],
    info: EmbeddingInfo,
) -> list[_Judged]:
    """Each claim's closest unit. `vectors`: of the claims, and of the passages' sentences."""
    claimed, told = vectors
    grouped = np.stack([told[list(unit.rows)].sum(axis=0) for unit in units])
    grouped /= np.maximum(np.linalg.norm(grouped, axis=1, keepdims=True), 1e-9)
    return [_judge((claim, language), units, row, info) for claim, row in zip(claims, claimed @ grouped.T, strict=True)]


def _judge(
    said: tuple[str, str], units: Sequence[_PassageUnit], cosines: NDArray[np.float32], info: EmbeddingInfo
) -> _Judged:
    """`said`: the claim and its language."""
    text, language = said
    claim = terms(text, language)
    thin = len(claim.words) <= THIN
    scores = [
        0.0 if thin and len(unit.rows) > 1 else _score(claim, unit, float(cosine), language, info)
        for unit, cosine in zip(units, cosines, strict=True)
    ]
    best = max(range(len(units)), key=lambda place: scores[place])
    unit, score = units[best], round(min(1.0, max(0.0, scores[best])), 4)
    beside = [other.terms for other in units if other.passage == unit.passage]
    numbers = [one for one in claim.numbers if not any(other.terms.has_number(one) for other in units)]
    names = sorted(name for name in claim.names if not any(name in other.terms.every for other in units))
    elsewhere = any(not any(other.has_number(one) for other in beside) for one in claim.numbers)
    differs = _departs(text, language, unit) if score >= SUPPORTED else ()
    doubtful = numbers or names or elsewhere or differs or _contrary(claim, unit.terms)
    touched = scores[best] > 0 and (claim.words & unit.terms.words or score >= WEAK)
    missing = (*(sorted(one)[0] for one in numbers), *names)
    return _Judged(unit.passage if touched else None, score, missing, differs, "weak" if doubtful else "supported")


def _score(claim: ContentTerms, unit: _PassageUnit, cosine: float, language: str, info: EmbeddingInfo) -> float:
    weight = _weight(language, unit.language, info)
    return weight * rescale_cosine(cosine, info) + (1 - weight) * term_coverage(claim, unit.terms)


def _weight(language: str, other: str, info: EmbeddingInfo) -> float:
    """What the cosine counts: all but nothing where the model reads a language badly, and most of it where the answer
    is in another language than the passage, which leaves few words to compare."""
    read = not info.languages or {language, other} - {""} <= set(info.languages)
    if language and other and language != other:
        return ACROSS if read else READ
    return READ if read else UNREAD


def _departs(text: str, language: str, unit: _PassageUnit) -> tuple[Departure, ...]:
    """In what the claim departs from its passage; nothing between two languages, whose words cannot be compared."""
    if language and unit.language and language != unit.language:
        return ()
    read = [AnalyzedText.of(one, language or unit.language) for one in (text, unit.text, unit.whole)]
    return tuple(sorted(departures(*read)))


def _contrary(claim: ContentTerms, unit: ContentTerms) -> bool:
    """One denies what the other says, in whatever language both are."""
    return _denies(claim, unit) or _denies(unit, claim)


def _denies(one: ContentTerms, other: ContentTerms) -> bool:
    """Everything that one of its negations denies, the other has, and not under a negation of its own."""
    return any(group <= other.words and not any(group & theirs for theirs in other.denied) for group in one.denied)


def _label_sentence(text: str, span: tuple[int, int], judged: _Judged) -> Sentence:
    start, end = span
    reached: Label = "supported" if judged.score >= SUPPORTED else "weak" if judged.score >= WEAK else "unsupported"
    label: Label = judged.most if reached == "supported" else reached
    return Sentence(
        start=start,
        end=end,
        text=text[start:end],
        label=label,
        passage=judged.passage,
        score=judged.score,
        missing=judged.missing,
        differs=judged.differs,
    )
