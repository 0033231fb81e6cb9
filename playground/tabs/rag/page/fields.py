"""How is searched, and with what: the fields of the page, checked; and the documents that there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from playground.asking.errors import ArgumentError
from playground.page.parts.fields import checked_within, texts_of
from playground.page.program import App, Who
from playground.tabs.rag.lab.chunking.split import ChunkSize
from playground.tabs.rag.lab.documents import RetrievalOptions
from playground.tabs.rag.lab.errors import UnknownDocument
from playground.tabs.rag.lab.index.text_store import StoredDocument
from playground.tabs.rag.visit.values import RetrievalSetup
from playground.tabs.rag.visit.visits import RagVisits

MOST_PASSAGES = 20
TOKENS = (30, 512)
"""Of a chunk. An embedding model that reads less than is chosen here gets what it reads."""
OVERLAP = (0, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalFields:
    """The fields, in the order of the components. `excluded` are the documents whose tick was taken away."""

    embedding: object = ""
    tokens: object = 200
    overlap: object = 30
    dense: object = True
    lexical: object = True
    rerank: object = False
    diverse: object = False
    automatic: object = True
    balance: object = 0.5
    k: object = 5
    excluded: object = ()

    @classmethod
    def of(cls, values: Sequence[Any]) -> RetrievalFields:
        """From the values of `RagLayout.fields`."""
        return cls(**dict(zip(cls.__dataclass_fields__, values, strict=True)))


def checked_retrieval(app: App[RagVisits], who: Who, fields: RetrievalFields) -> RetrievalSetup:
    """Everything but the files, checked. Raises `InputError`s."""
    ways = RetrievalOptions(
        dense=bool(fields.dense),
        lexical=bool(fields.lexical),
        rerank=bool(fields.rerank),
        diverse=bool(fields.diverse),
        balance=None if fields.automatic else checked_within("balance", fields.balance, 0, 1),
        k=int(checked_within("k", fields.k, 1, MOST_PASSAGES, whole=True)),
    )
    if not (ways.dense or ways.lexical):
        raise ArgumentError(
            "choice", name=who.text("rag.ways"), choices=f"{who.text('rag.dense')}, {who.text('rag.lexical')}"
        )
    tokens = int(checked_within("tokens", fields.tokens, *TOKENS, whole=True))
    overlap = int(checked_within("overlap", fields.overlap, *OVERLAP, whole=True))
    reranker = None
    if ways.rerank and (every := app.visits.rerankers()):
        reranker = every[0].ref
    cut = ChunkSize(tokens=tokens, overlap=min(overlap, tokens // 2))
    return RetrievalSetup(embedding=str(fields.embedding or ""), ways=ways, reranker=reranker, cut=cut)


async def checked_retrieval_of_ticked(app: App[RagVisits], who: Who, fields: RetrievalFields) -> RetrievalSetup:
    """`checked_retrieval`, in the documents that are ticked. Raises `UnknownDocument("documents")` where none is."""
    retrieval = checked_retrieval(app, who, fields)
    excluded = set(texts_of(fields.excluded))
    if not excluded:
        return retrieval
    every = [one.digest for one in await app.visits.documents(who.visitor, retrieval)]
    left = tuple(digest for digest in every if digest not in excluded)
    if every and not left:
        raise UnknownDocument("documents")
    files = () if len(left) == len(every) else left
    return replace(retrieval, ways=replace(retrieval.ways, files=files))


async def stored_documents(app: App[RagVisits], who: Who, fields: RetrievalFields) -> tuple[StoredDocument, ...]:
    """The visitor's documents. Raises `InputError`s."""
    return await app.visits.documents(who.visitor, checked_retrieval(app, who, fields))
