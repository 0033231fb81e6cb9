"""One file after another into a visitor's collection: under which name, and what is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from playground.asking.upload import Rejected, Upload
from playground.tabs.rag.lab.documents import Document
from playground.tabs.rag.lab.errors import RagLimit
from playground.tabs.rag.lab.index.collection import Collection, IndexProgress
from playground.tabs.rag.lab.reading.file_names import is_called, numbered_name, safe_name
from playground.tabs.rag.visit.values import Admission, Incomplete, Ingest, Namesake
from providers.errors import Failure


@dataclass(slots=True)
class Adding:
    """Of the files that came together. `most`: documents that a visitor may have."""

    collection: Collection
    admission: Admission
    most: int
    _names: set[str] = field(default_factory=set)
    """Of the files so far."""

    def wanted_member(self, upload: Upload) -> str:
        """The one file of an archive that is wanted; empty for all."""
        name, only = safe_name(upload.name), self.admission.only
        return only.removeprefix(f"{name}/") if only.startswith(f"{name}/") else ""

    async def add(self, parsed: Document | Rejected, state: Ingest) -> AsyncGenerator[Ingest]:
        """One document into the collection, or among the rejected ones."""
        came = f"{parsed.archive}/{parsed.name}" if parsed.archive else parsed.name
        if isinstance(parsed, Document):
            parsed = await self._within_limit(replace(parsed, name=self._name(came), archive=""))
        if isinstance(parsed, Rejected):
            failure = Failure(parsed.failure.key, {**parsed.failure.values, "file": came})
            yield replace(state, name=came, rejected=(*state.rejected, Rejected(came, failure)))
            return
        state = replace(state, name=parsed.name, pages=len(parsed.pages))
        async with aclosing(self.collection.add(parsed, beside=self.admission.beside)) as steps:
            async for step in steps:
                state = replace(state, chunks=step.chunks, chunk_total=step.total)
                if step.acknowledged:
                    state = _record(state, Namesake(came, parsed.name), step)
                yield state

    def _name(self, came: str) -> str:
        """The collection itself tells apart what is to stand beside the documents of before."""
        name = came if self.admission.beside else numbered_name(came, self._names)
        self._names.add(name)
        return name

    async def _within_limit(self, document: Document) -> Document | Rejected:
        stored = await asyncio.to_thread(self.collection.documents)
        there = any(one.digest == document.digest for one in stored)
        replaces = not self.admission.beside and any(one.name == document.name for one in stored)
        if there or replaces or len(stored) < self.most:
            return document
        return Rejected(document.name, Failure.of(RagLimit("documents", limit=self.most)))


def _record(state: Ingest, asked: Namesake, step: IndexProgress) -> Ingest:
    """What became of a file. `asked`: the name that it came under, and the one that it was to be kept under."""
    if step.omissions:
        state = replace(state, incomplete=(*state.incomplete, Incomplete(step.name, asked.name, step.omissions)))
    if step.outcome == "reread":
        return replace(state, reread=(*state.reread, step.name))
    if step.outcome == "unchanged":
        # Versions before 0.3 kept the files of an archive without its name.
        if step.name == asked.other or is_called(asked.name, step.name):
            return replace(state, unchanged=(*state.unchanged, step.name))
        return replace(state, copies=(*state.copies, Namesake(asked.name, step.name)))
    state = replace(state, added=(*state.added, step.name))
    if step.name != asked.name:
        state = replace(state, renamed=(*state.renamed, Namesake(asked.name, step.name)))
    if step.outcome == "replaced":
        state = replace(state, replaced=(*state.replaced, step.name))
    return state
