"""RAG: answers grounded in a visitor's files, each step of it to be seen."""

from __future__ import annotations

from playground.page.program import Page, Program
from playground.tabs.rag.lab.index.vectors import VectorIndex
from playground.tabs.rag.lab.parsing import Parsers
from playground.tabs.rag.page.api import publish
from playground.tabs.rag.page.events.ask import wire_ask
from playground.tabs.rag.page.events.assistant import wire_assistant
from playground.tabs.rag.page.events.embedding import wire_embedding
from playground.tabs.rag.page.events.files import wire_files
from playground.tabs.rag.page.events.inside import wire_inside
from playground.tabs.rag.page.events.measure import wire_measure
from playground.tabs.rag.page.events.scans import keep_scanned
from playground.tabs.rag.page.events.search import wire_reader, wire_search
from playground.tabs.rag.page.kind import RetrievalKind
from playground.tabs.rag.page.layout.tab import lay_out_rag
from playground.tabs.rag.visit.visits import RagVisits, bounds_of

__all__ = ["NAME", "ORDER", "build", "open", "publish", "tidy"]

NAME = "rag"
ORDER = 40
SAMPLES = True


def open(program: Program) -> RagVisits:
    settings = program.settings
    index = VectorIndex.server(settings.chroma_url) if settings.chroma_url else VectorIndex.at(settings.home / "index")
    parsers = Parsers(bounds_of(settings))
    visits = RagVisits(program.reach, program.sessions, index, parsers, settings.documents)
    program.sessions.storage.elsewhere.append(visits.collections.vector_bytes)
    program.kinds.register(RetrievalKind(visits=visits))
    return visits


async def tidy(visits: RagVisits) -> None:
    await visits.collections.tidy()


def build(page: Page[RagVisits]) -> None:
    layout = lay_out_rag(page)
    scanned = keep_scanned()

    def forget(visitor: str) -> None:
        scanned.pop(visitor)

    page.app.sessions.forgetting.append(forget)
    wire_embedding(page, layout)
    wire_files(page, layout, scanned)
    wire_ask(page, layout, scanned)
    wire_search(page, layout)
    wire_reader(page, layout)
    wire_inside(page, layout)
    wire_measure(page, layout, scanned)
    wire_assistant(page, layout)
