"""What the endpoints of the RAG tab answer, as plain JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playground.page.parts.endpoints import endpoint_error, reply_json
from playground.page.parts.render import Renderer
from playground.tabs.rag.lab.answering.citations import citations
from playground.tabs.rag.lab.answering.support import Sentence
from playground.tabs.rag.lab.documents import OmissionTotal, Passage, RetrievalResult
from playground.tabs.rag.lab.index.text_store import StoredDocument
from playground.tabs.rag.page.drawing.files import is_outdated
from playground.tabs.rag.page.drawing.omissions import omission_text
from playground.tabs.rag.visit.values import Answered, Ingest, RagRequest


def ingest_json(show: Renderer, it: Ingest, stored: Sequence[StoredDocument]) -> dict[str, Any]:
    """What became of the files, and all documents that there are now."""
    return {
        "documents": [_document_json(show, one) for one in stored],
        "added": list(it.added),
        "unchanged": list(it.unchanged),
        "replaced": list(it.replaced),
        "reread": list(it.reread),
        "renamed": [{"name": one.name, "kept_as": one.other} for one in it.renamed],
        "copies": [{"name": one.name, "of": one.other} for one in it.copies],
        "omitted": [
            {"name": one.name, **left} for one in it.incomplete for left in _omissions_json(show, one.omissions)
        ],
        "rejected": [
            {"name": one.name, "reason": one.failure.key, "message": show.message(one.failure)} for one in it.rejected
        ],
    }


def _document_json(show: Renderer, one: StoredDocument) -> dict[str, Any]:
    return {
        "name": one.name,
        "digest": one.digest,
        "format": one.format,
        "size": one.size,
        "pages": one.pages,
        "chunks": one.chunks,
        "language": one.language,
        "outdated": is_outdated(one),
        "omitted": _omissions_json(show, one.omissions),
    }


def _omissions_json(show: Renderer, omissions: Sequence[OmissionTotal]) -> list[dict[str, Any]]:
    """What was not read of a document."""
    return [
        {"kind": one.kind, "count": one.count, "pages": list(one.pages), "message": omission_text(show, one)}
        for one in omissions
    ]


def passages_json(found: RetrievalResult) -> list[dict[str, Any]]:
    """The passages, best first."""
    return [_passage_json(one) for one in found.passages]


def _passage_json(it: Passage) -> dict[str, Any]:
    """A passage as plain JSON values."""
    scores = {
        "dense": it.dense_score,
        "lexical": it.lexical_score,
        "fused": it.fused_score,
        "rerank": it.rerank_score,
        "diverse": it.diverse_score,
    }
    return {
        "text": it.chunk.text,
        "file": it.chunk.name,
        "page": it.chunk.page,
        "start": it.chunk.start,
        "end": it.chunk.end,
        "headings": list(it.chunk.headings),
        "rank": it.rank,
        "score": it.score,
        "ranks": {"dense": it.dense_rank, "lexical": it.lexical_rank},
        "scores": scores,
    }


def turn_json(show: Renderer, it: Answered, asking: RagRequest) -> dict[str, Any]:
    """A turn as plain JSON values. Raises what went wrong with the reply as an error of the call."""
    reply, passages = it.reply, it.grounded.passages if it.grounded is not None else ()
    if reply is not None and reply.failure is not None:
        raise endpoint_error(show, reply.failure)
    text = reply.text if reply is not None else ""
    nothing: dict[str, Any] = {
        "text": "",
        "model": asking.model,
        "finish": None,
        "usage": None,
        "timing": None,
        "dropped": [],
    }
    return {
        **(reply_json(show, reply) if reply is not None else nothing),
        "passages": [_passage_json(one) for one in passages],
        "left_out": [_passage_json(one) for one in it.grounded.left_out] if it.grounded is not None else [],
        "citations": [
            {"start": one.start, "end": one.end, "numbers": list(one.numbers), "unknown": list(one.unknown)}
            for one in citations(text, len(passages))
        ],
        "support": [_sentence_json(one) for one in it.sentences],
        "standalone": it.standalone or it.question,
        "evidence": it.evidence,
    }


def _sentence_json(it: Sentence) -> dict[str, Any]:
    return {
        "start": it.start,
        "end": it.end,
        "text": it.text,
        "label": it.label,
        "passage": it.passage,
        "score": it.score,
        "missing": list(it.missing),
    }
