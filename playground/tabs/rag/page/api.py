"""The named endpoints `rag_add`, `rag_search` and `rag_ask`: the RAG tab for a script or another program."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import gradio as gr
from gradio.events import api

from playground.page.parts.endpoints import caller
from playground.page.parts.pace import throttle
from playground.page.parts.uploads import paths_of, take, text_upload
from playground.page.program import App, Who
from playground.tabs.rag.lab.errors import UnknownDocument
from playground.tabs.rag.lab.index.text_store import StoredDocument
from playground.tabs.rag.lab.reading.file_names import is_called
from playground.tabs.rag.page.api_values import ingest_json, passages_json, turn_json
from playground.tabs.rag.page.fields import RetrievalFields, checked_retrieval
from playground.tabs.rag.visit.ask import ask
from playground.tabs.rag.visit.values import Admission, Ingest, RagRequest, RetrievalSetup
from playground.tabs.rag.visit.visits import RagVisits
from playground.visitors.checks import checked_language, checked_models, checked_sampling, checked_text
from providers.errors import InputError

_UNNAMED = "text"
"""What a text is called that comes without a name: a second one stays beside the first."""


def publish(app: App[RagVisits]) -> None:
    """Name the endpoints; call it inside the page's Blocks."""
    _publish_add(app)
    _publish_search(app)
    _publish_ask(app)


def _publish_add(app: App[RagVisits]) -> None:
    async def rag_add(
        files: list[dict[str, Any]] | None = None,
        text: str = "",
        name: str = _UNNAMED,
        ocr: bool = False,
        embedding: str = "",
        chunk_tokens: int = 200,
        chunk_overlap: int = 30,
        request: gr.Request | None = None,
    ) -> dict[str, Any]:
        """Add files (a list of `handle_file(path)`), or a text under a name; answers when they are searchable.

        {"documents": [all there are], "added", "unchanged", "replaced", "reread": [names], "renamed": [{"name",
        "kept_as"}], "copies": [{"name", "of"}], "omitted": [{"name", "kind", "count", "pages", "message"}], "rejected":
        [{"name", "reason", "message"}]}. A file takes the place of one of its name that an earlier call added.
        """
        with caller(app, request) as who:
            fields = RetrievalFields(embedding=embedding, tokens=chunk_tokens, overlap=chunk_overlap)
            retrieval = checked_retrieval(app, who, fields)
            uploads = await take(paths_of(files or []))
            if isinstance(text, str) and text.strip():
                uploads = (*uploads, text_upload(str(name), checked_text(text, app.bounds)))
            if not uploads:
                raise InputError("empty")
            unnamed = isinstance(text, str) and bool(text.strip()) and name == _UNNAMED
            admission = Admission(ocr=bool(ocr), beside=unnamed)
            ended = await _last(app.visits.add(who.visitor, uploads, retrieval, admission))
            return ingest_json(app.show(who), ended, await app.visits.documents(who.visitor, retrieval))

    api(rag_add, api_name="rag_add")


def _publish_search(app: App[RagVisits]) -> None:
    async def rag_search(
        question: str = "",
        k: int = 5,
        dense: bool = True,
        lexical: bool = True,
        rerank: bool = False,
        diverse: bool = False,
        balance: float | None = None,
        files: list[str] | None = None,
        embedding: str = "",
        chunk_tokens: int = 200,
        chunk_overlap: int = 30,
        request: gr.Request | None = None,
    ) -> list[dict[str, Any]]:
        """The k best passages of what this session has added, best first: text, file, page, score, ranks and scores.

        `balance`: what the ranks by meaning count, 0 to 1; without it, by what the embedding model reads well. `files`:
        names of documents to search in. `start` and `end` are offsets in the page's text.
        """
        fields = RetrievalFields(
            embedding=embedding,
            tokens=chunk_tokens,
            overlap=chunk_overlap,
            dense=dense,
            lexical=lexical,
            rerank=rerank,
            diverse=diverse,
            automatic=balance is None,
            balance=balance,
            k=k,
        )
        with caller(app, request) as who:
            wanted = checked_text(question, app.bounds)
            retrieval = await _within(app, who, checked_retrieval(app, who, fields), files)
            return passages_json(await app.visits.search(who.visitor, wanted, retrieval))

    api(rag_search, api_name="rag_search")


def _publish_ask(app: App[RagVisits]) -> None:
    default = app.settings.model

    async def rag_ask(
        message: str = "",
        model: str = default,
        system: str = "",
        temperature: float | None = 0.7,
        max_tokens: int | None = 512,
        seed: int | None = None,
        k: int = 5,
        rerank: bool = False,
        files: list[str] | None = None,
        language: str = "en",
        follow_up: bool = False,
        embedding: str = "",
        chunk_tokens: int = 200,
        chunk_overlap: int = 30,
        request: gr.Request | None = None,
    ) -> AsyncGenerator[dict[str, Any]]:
        """Ask about what this session has added. Yields the reply as it grows; the last one says how it finished.

        With `follow_up` the conversation goes on, and `standalone` is what the question was rewritten into; without it
        a new one begins. `evidence` "none": nothing was found, and the model was not asked.
        """
        sampling: dict[str, object] = {"temperature": temperature, "max_tokens": max_tokens, "seed": seed}
        fields = RetrievalFields(embedding=embedding, tokens=chunk_tokens, overlap=chunk_overlap, rerank=rerank, k=k)
        with caller(app, request) as who:
            asking = RagRequest(
                question=checked_text(message, app.bounds),
                model=checked_models(model)[0],
                sampling=checked_sampling(sampling, app.bounds),
                system=checked_text(system, app.bounds, empty=True),
                language=checked_language(language),
                retrieval=await _within(app, who, checked_retrieval(app, who, fields), files),
                compare=False,
            )
            if not follow_up:
                app.visits.clear(who.visitor)
            async with aclosing(throttle(ask(app.visits, who.visitor, asking))) as snapshots:
                async for snapshot in snapshots:
                    yield turn_json(app.show(who), snapshot, asking)

    api(rag_ask, api_name="rag_ask")


async def _last(steps: AsyncGenerator[Ingest]) -> Ingest:
    """How it ended."""
    latest = Ingest()
    async with aclosing(steps):
        async for step in steps:
            latest = step
    return latest


async def _within(app: App[RagVisits], who: Who, retrieval: RetrievalSetup, files: object) -> RetrievalSetup:
    """Only those files, by name or digest. Raises `UnknownDocument("document")` for one that is not there."""
    if files is None or files == []:
        return retrieval
    if not isinstance(files, list):
        raise UnknownDocument("document")
    stored = await app.visits.documents(who.visitor, retrieval)
    digests = tuple(digest for one in files for digest in _find_documents(str(one), stored))
    return replace(retrieval, ways=replace(retrieval.ways, files=digests))


def _find_documents(said: str, stored: Sequence[StoredDocument]) -> list[str]:
    """The digests of the documents that are called so: by digest, by name, or by their name within an archive."""
    exact = [one.digest for one in stored if said in (one.digest, one.name)]  # a whole name goes before a part of one
    found = exact or [one.digest for one in stored if is_called(one.name, said)]
    if not found:
        raise UnknownDocument("document")
    return found
