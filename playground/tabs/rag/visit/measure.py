"""How well searching finds the passages that hold the answers: over the visitor's own documents, by the one runner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field, replace

from playground.asking.ask import ask_whole
from playground.asking.errors import ArgumentError
from playground.asking.pump import follow
from playground.asking.threads import run_to_end
from playground.measuring import Control, Plan, Snapshot, run
from playground.measuring.errors import MeasuringLimit
from playground.tabs.rag.lab.chunking.split import ChunkSize
from playground.tabs.rag.lab.errors import UnknownDocument
from playground.tabs.rag.lab.index.collection import Collection
from playground.tabs.rag.lab.measuring.columns import (
    ChunkedDocuments,
    RetrievalMeasurement,
    chunk_documents,
    columns,
    items,
)
from playground.tabs.rag.lab.measuring.propose import Proposals, propose
from playground.tabs.rag.lab.measuring.table import RetrievalScores, table
from playground.tabs.rag.lab.reading.file_names import is_called
from playground.tabs.rag.visit.kept import MEASUREMENT, description_of, wanted_of
from playground.tabs.rag.visit.values import RetrievalSetup, Wanted
from playground.tabs.rag.visit.visits import RagVisits
from playground.visitors.kept_runs import KeptRuns
from providers.errors import InputError
from providers.types import Message, Request, Sampling

__all__ = ["MeasuringProgress", "Proposing", "Wanted", "measure", "proposals", "resume"]

MOST_QUESTIONS, MOST_SIZES, MOST_PROPOSED = 500, 4, 50
_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuringProgress:
    """How far it is: first documents are cut in each size (`cut` of `cuts`), then every question is searched for.

    `measuring` and `snapshot` are there once cutting is done; `absent` counts questions about documents not here.
    """

    cut: int = 0
    cuts: int = 0
    absent: int = 0
    measuring: RetrievalMeasurement | None = None
    snapshot: Snapshot | None = None
    stopped: bool = False
    done: bool = False

    @property
    def rows(self) -> tuple[RetrievalScores, ...]:
        """The table so far."""
        if self.measuring is None or self.snapshot is None:
            return ()
        return table(self.snapshot.outcomes, self.measuring)


async def measure(
    visits: RagVisits, visitor: str, wanted: Wanted, *, name: str = "", resumed: str | None = None
) -> AsyncGenerator[MeasuringProgress]:
    """Ever fuller results; the last one is done, or stopped with what there was by then.

    Every finished search is kept at once, in a new run of that `name`, or in the run `resumed` that broke off.

    Raises `UnknownDocument("documents")` where none of the questions is about a document that is here,
    `InputError("empty")` without questions or ways, `LimitExceeded`, and what the models raise.
    """
    if not wanted.questions or not wanted.ways:
        raise InputError("empty")
    if len(wanted.questions) > MOST_QUESTIONS:
        raise MeasuringLimit("rows", limit=MOST_QUESTIONS)
    if len(wanted.sizes) > MOST_SIZES:
        raise MeasuringLimit("cells", limit=MOST_SIZES)
    latest = MeasuringProgress(cuts=max(1, len(wanted.sizes)))
    async with visits.sessions.work.at(visitor, "rag-measure") as control:
        keeping = _Keeping(name=name or MEASUREMENT, resumed=resumed)
        measuring = _measure(visits, visitor, wanted, control, keeping)
        async with aclosing(follow(measuring, latest, control.stopping)) as growing:
            async for latest in growing:
                yield latest
        yield replace(latest, stopped=control.stopped, done=True)


async def resume(visits: RagVisits, visitor: str, run_id: str) -> AsyncGenerator[Snapshot]:
    """Search for what of a kept run has not been searched for. Raises as `measure`, `MeasuringError("run")`."""
    stored = await asyncio.to_thread(KeptRuns(visits.sessions).load_run, visitor, run_id)
    wanted = wanted_of(stored.description)
    async with aclosing(measure(visits, visitor, wanted, resumed=run_id)) as steps:
        async for step in steps:
            if step.snapshot is not None:
                yield step.snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keeping:
    """Under which name a new run is kept, or which run is gone on with."""

    name: str
    resumed: str | None


async def _measure(
    visits: RagVisits, visitor: str, wanted: Wanted, control: Control, keeping: _Keeping
) -> AsyncGenerator[MeasuringProgress]:
    async with AsyncExitStack() as stack:
        collection = await stack.enter_async_context(visits.collection(visitor, wanted.retrieval))
        here = {stored.name for stored in await asyncio.to_thread(collection.documents)}
        questions = tuple(one for one in wanted.questions if any(is_called(name, one.document) for name in here))
        state = MeasuringProgress(cuts=max(1, len(wanted.sizes)), absent=len(wanted.questions) - len(questions))
        if not questions:
            raise UnknownDocument("documents")
        yield state
        cuttings = list[ChunkedDocuments]()
        for size in wanted.sizes or (collection.cut.tokens,):
            cuttings.append(await _cutting(collection, size))
            state = replace(state, cut=len(cuttings))
            yield state
        reranker = None
        if "reranked" in wanted.ways:
            opened = visits.reach.reranker(visitor, wanted.retrieval.reranker or "")
            reranker = await stack.enter_async_context(opened)
        measuring = RetrievalMeasurement(
            asked=questions,
            cuttings=tuple(cuttings),
            embedder=collection.embedder,
            reranker=reranker,
            ways=wanted.ways,
            k=wanted.k,
            balance=wanted.retrieval.ways.balance,
        )
        plan = Plan(columns=columns(measuring), items=items(questions), per_provider=_AT_ONCE)
        kept = KeptRuns(visits.sessions)
        run_id = keeping.resumed
        if run_id is None:
            described = description_of(wanted, measuring)
            run_id = await run_to_end(lambda: kept.create(visitor, keeping.name, described))
        runs = await stack.enter_async_context(kept.open_beside(visitor))
        done = await asyncio.to_thread(runs.to_resume, run_id)
        running = run(plan, control, lambda cell, outcome: runs.keep(run_id, cell, outcome), done)
        async with aclosing(running) as snapshots:
            async for snapshot in snapshots:
                yield replace(state, measuring=measuring, snapshot=snapshot)


async def _cutting(collection: Collection, size: int) -> ChunkedDocuments:
    """The collection itself where it is cut that way, else its documents cut anew, in memory."""
    if size == collection.cut.tokens:
        chunks = await asyncio.to_thread(collection.chunks)
        return ChunkedDocuments(label=str(size), corpus=collection.corpus, chunks=chunks)
    documents = await asyncio.to_thread(
        lambda: [collection.document(stored.digest) for stored in collection.documents()]
    )
    cut = ChunkSize(tokens=size, overlap=min(collection.cut.overlap, size // 4))
    return await chunk_documents(documents, cut, collection.embedder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposing:
    """Whom to ask for questions about the visitor's documents, and how many."""

    model: str
    sampling: Sampling = field(default_factory=Sampling)
    count: int = 5
    seed: int = 0
    retrieval: RetrievalSetup = field(default_factory=RetrievalSetup)


async def proposals(visits: RagVisits, visitor: str, proposing: Proposing) -> AsyncGenerator[Proposals]:
    """Questions as they come, for the visitor to approve. Raises `UnknownDocument("documents")`, and the model's."""
    if not 1 <= proposing.count <= MOST_PROPOSED:
        raise ArgumentError("number", name="count", low=1, high=MOST_PROPOSED)
    latest = Proposals(total=proposing.count)
    async with (
        visits.sessions.work.at(visitor, "rag-propose") as control,
        aclosing(follow(_propose(visits, visitor, proposing), latest, control.stopping)) as growing,
    ):
        async for latest in growing:
            yield latest


async def _propose(visits: RagVisits, visitor: str, proposing: Proposing) -> AsyncGenerator[Proposals]:
    chunks = await visits.chunks(visitor, None, proposing.retrieval)
    if not chunks:
        raise UnknownDocument("documents")
    async with visits.reach.open(visitor, proposing.model) as (provider, model):
        async for _ in provider.prepare(model):
            yield Proposals(total=proposing.count)

        async def generate(messages: tuple[Message, ...]) -> str:
            request = Request(model=model, messages=messages, sampling=proposing.sampling, owner=visitor)
            return (await ask_whole(provider, request)).text

        async with aclosing(propose(chunks, proposing.count, generate, proposing.seed)) as growing:
            async for made in growing:
                yield made
