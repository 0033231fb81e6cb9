"""Whether what was found can hold an answer at all: judged before a model is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from playground.tabs.rag.lab.documents import Passage, RetrievalResult
from playground.tabs.rag.lab.retrieval.scripts import script_of
from playground.tabs.rag.lab.retrieval.similarity import READ, rescale_cosine, term_coverage
from playground.tabs.rag.lab.retrieval.terms import ContentTerms, likely_language, terms
from providers.embedding import EmbeddingInfo

Evidence = Literal["good", "weak", "none"]
GOOD, SOME = 0.5, 0.2
"""The least likeness for each. Measured with `tests.benchmarks.retrieval --evidence`, the default model and our 107
questions: with their document searched none is called "none"; with only the others 19 are "none", 3 "good"."""
GOOD_BY_WORDS = 0.55
"""For "good" where words alone are compared: half of a question's few words are soon found somewhere."""
ASTRAY = 0.35
"""The least for "weak" where the names or a number of the question are in no passage; a name may be misspelt."""
RERANKED_GOOD, RERANKED_SOME = 0.5, 0.05
"""The same for a cross-encoder's scores."""


def evidence(found: RetrievalResult, info: EmbeddingInfo) -> Evidence:
    """How good the best of the passages is: the likelier of its words and, where the model reads the languages, its
    vector to hold what the question asks for; a cross-encoder's score alone, where there is one.

    Where a number of the question or all of its names are in no passage, the evidence is weak at best. It is weak also
    where nothing can be compared: a question in a script that the passages are not written in, or one whose every word
    says nothing by itself.
    """
    if not found.passages:
        return "none"
    reranked = [passage.rerank_score for passage in found.passages if passage.rerank_score is not None]
    if reranked:
        return _level(max(reranked), RERANKED_GOOD, RERANKED_SOME)
    language = found.language or likely_language(found.question)
    question = terms(found.question, language)
    told = [_terms_of(passage) for passage in found.passages]
    if not _comparable(found, question, info):
        return "weak"
    score = max(likeness(found, question, told, info))
    if _nowhere(question, told):
        return "weak" if score >= ASTRAY else "none"
    return _level(score, GOOD if _read(found, info) else GOOD_BY_WORDS, SOME)


def likeness(
    found: RetrievalResult, question: ContentTerms, told: Sequence[ContentTerms], info: EmbeddingInfo
) -> list[float]:
    """From 0 to 1 a passage: by what both words and vectors say."""
    return [_likeness(found, question, passage, one, info) for passage, one in zip(found.passages, told, strict=True)]


def _likeness(
    found: RetrievalResult, question: ContentTerms, passage: Passage, told: ContentTerms, info: EmbeddingInfo
) -> float:
    words = term_coverage(question, told)
    languages = {found.language or likely_language(found.question), passage.chunk.language} - {""}
    if passage.dense_score is None or not _compares(found, passage, info):
        return words
    cosine = rescale_cosine(passage.dense_score, info)
    # Between two languages there are few words to share, and their absence says nothing.
    return cosine if len(languages) > 1 else READ * cosine + (1 - READ) * words


def _read(found: RetrievalResult, info: EmbeddingInfo) -> bool:
    """Whether vectors count for any of the passages."""
    return any(_compares(found, passage, info) for passage in found.passages)


def _compares(found: RetrievalResult, passage: Passage, info: EmbeddingInfo) -> bool:
    languages = {found.language or likely_language(found.question), passage.chunk.language} - {""}
    return passage.dense_score is not None and (not info.languages or languages <= set(info.languages))


def _terms_of(passage: Passage) -> ContentTerms:
    return terms("\n".join((*passage.chunk.headings, passage.chunk.text)), passage.chunk.language)


def _comparable(found: RetrievalResult, question: ContentTerms, info: EmbeddingInfo) -> bool:
    script = script_of(found.question)
    if not script or _read(found, info):
        return True
    return not question.empty and any(script_of(passage.chunk.text) == script for passage in found.passages)


def _nowhere(question: ContentTerms, told: Sequence[ContentTerms]) -> bool:
    number = any(not any(one.has_number(number) for one in told) for number in question.numbers)
    names = question.names and not any(question.names & one.every for one in told)
    return bool(number or names)


def _level(score: float, good: float, some: float) -> Evidence:
    return "good" if score >= good else "weak" if score >= some else "none"
