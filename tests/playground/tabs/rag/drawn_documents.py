"""Documents, passages and answers to draw, some of them hostile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from playground.asking.reply import Reply, Sent
from playground.asking.upload import Rejected
from playground.tabs.rag.lab.answering.prompt import GroundedPrompt
from playground.tabs.rag.lab.answering.support import Sentence
from playground.tabs.rag.lab.documents import (
    Chunk,
    DocumentPage,
    OmissionTotal,
    Passage,
)
from playground.tabs.rag.lab.index.text_store import StoredDocument
from playground.tabs.rag.visit.values import Answered, Incomplete, Ingest, Namesake
from providers.embedding import EmbeddingInfo
from providers.errors import Failure

HOSTILE = '<img src=x onerror="window.stolen=1">{{value}}${value}`\'&lt;![p](http://a/b)'


TEXT = "The lighthouse of Cape Morran was built in 1874 by the engineer Adela Finch. It is 41 metres high."


PAGE = DocumentPage(number=1, text=f"Before. {TEXT} After.")


CHUNK = Chunk(
    id="c1", document="d1", name="cape.txt", page=1, start=8, end=8 + len(TEXT), text=TEXT, headings=("Cape", "Light")
)


PASSAGE = Passage(
    chunk=CHUNK,
    rank=1,
    score=0.9,
    dense_rank=2,
    dense_score=-0.25,
    lexical_rank=None,
    lexical_score=None,
    fused_score=0.9,
)


EMBEDDING = EmbeddingInfo(id="e", provider="p", name="E", window=256, local=True)


STORED = StoredDocument(
    digest="d1", name="cape.txt", format="text", size=99, pages=3, chunks=1, language="en", ready=True
)


def hostile_passage() -> Passage:
    chunk = replace(CHUNK, id=HOSTILE, document=HOSTILE, name=HOSTILE, text=HOSTILE, headings=(HOSTILE,))
    return replace(PASSAGE, chunk=chunk)


def sentence(text: str, start: int, end: int, **more: Any) -> Sentence:
    values: dict[str, Any] = {"label": "supported", "passage": 1, "score": 0.8, **more}
    return Sentence(start=start, end=end, text=text[start:end], **values)


def hostile_turn() -> Answered:
    reply = Reply(
        model=HOSTILE,
        text=f"{HOSTILE} [1] [7]",
        reasoning=HOSTILE,
        state="failed",
        failure=Failure("unknown_model", {"model": HOSTILE, "near": HOSTILE}),
        sent=Sent(content=HOSTILE, language="json"),
    )
    passage = hostile_passage()
    return Answered(
        question=HOSTILE,
        standalone=HOSTILE,
        rewritten=True,
        evidence="weak",
        grounded=GroundedPrompt(messages=(), passages=(passage,), left_out=(passage,), forgotten=2),
        reply=reply,
        plain=reply,
        sentences=(sentence(reply.text, 0, len(HOSTILE), missing=(HOSTILE,)),),
        done=True,
    )


def hostile_ingest() -> Ingest:
    rejected = Rejected(HOSTILE, Failure("document_error.scanned", {"file": HOSTILE}))
    left = Incomplete(HOSTILE, HOSTILE, (OmissionTotal(kind="no_text", count=1, pages=(1,)),))
    other = (Namesake(HOSTILE, HOSTILE),)
    return Ingest(
        total=1,
        files=1,
        name=HOSTILE,
        unchanged=(HOSTILE,),
        renamed=other,
        copies=other,
        reread=(HOSTILE,),
        incomplete=(left,),
        rejected=(rejected,),
        done=True,
    )
