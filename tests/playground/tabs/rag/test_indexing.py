"""An index that is lost is built again from the documents: the visitor is told, searching waits, nothing is missing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import numpy as np
import pytest
from numpy.typing import NDArray

from playground.asking.upload import Upload
from playground.page import Created
from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.tabs.rag.page.drawing.answers import draw_turn
from playground.tabs.rag.page.events.listing import open_documents
from playground.tabs.rag.page.events.search import search_with_progress
from playground.tabs.rag.page.fields import RetrievalFields
from playground.tabs.rag.visit.ask import ask
from playground.tabs.rag.visit.values import Answered, Indexing, Ingest, RagRequest, RetrievalSetup
from playground.text import texts
from providers.adapters.scripted import ScriptedEmbedder
from providers.embedding import Purpose
from tests.playground.tabs.rag.lab.stores import added, document

TEXT = "The lighthouse of Cape Morran was built in 1874 by the engineer Adela Finch. It is 41 metres high."
QUESTION = "Who built the lighthouse?"
FIELDS, USUAL = RetrievalFields(), RetrievalSetup()
TOLD = {"en": "is being rebuilt: 0 of 1 chunks", "es": "Se está reconstruyendo el índice"}


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def house(created: Created) -> App:
    return created.app("rag")


@pytest.fixture(params=TOLD)
def who(request: pytest.FixtureRequest) -> Who:
    return Who(request.node.name, request.param, texts())


@pytest.fixture
async def app(house: App, who: Who) -> App:
    """As a page that has just started finds a document of the visitor's, and no index of it."""
    async with house.visits.collection(who.visitor, USUAL) as kept:
        await added(kept, document("cape.txt", TEXT))
        await house.visits.index.forget(kept._key.owner)
    house.visits.collections._settled.clear()
    return house


class Gate:
    """Passages are embedded once it is open."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open = asyncio.Event()
        embed = ScriptedEmbedder.embed

        async def gated(it: ScriptedEmbedder, some: Sequence[str], purpose: Purpose = "passage") -> NDArray[np.float32]:
            if purpose == "passage":
                await self.open.wait()
            return await embed(it, some, purpose)

        monkeypatch.setattr(ScriptedEmbedder, "embed", gated)


@pytest.fixture
async def gate(monkeypatch: pytest.MonkeyPatch, app: App) -> Gate:
    return Gate(monkeypatch)


async def first_and_last(screens: AsyncGenerator[str], gate: Gate) -> tuple[str, str]:
    async with aclosing(screens):
        first = last = await anext(screens)
        gate.open.set()
        async for last in screens:  # noqa: B007
            pass
    return first, last


async def test_the_list_tells_it_and_then_lists(app: App, who: Who, gate: Gate) -> None:
    first, last = await first_and_last(open_documents(app, who, FIELDS), gate)
    assert TOLD[who.language] in first and "<progress" in first and "cape.txt" not in first
    assert "cape.txt" in last and "<progress" not in last


async def test_a_search_tells_it_and_then_finds(app: App, who: Who, gate: Gate) -> None:
    first, last = await first_and_last(search_with_progress(app, who, FIELDS, QUESTION), gate)
    assert TOLD[who.language] in first and "Adela Finch" in last


async def test_whoever_comes_meanwhile_is_told_too(app: App, who: Who, gate: Gate) -> None:
    opening, searching = open_documents(app, who, FIELDS), search_with_progress(app, who, FIELDS, QUESTION)
    assert TOLD[who.language] in await anext(opening)
    first, last = await first_and_last(searching, gate)
    assert TOLD[who.language] in first and "Adela Finch" in last
    assert "cape.txt" in [listing async for listing in opening][-1]


async def test_a_question_waits_for_it_and_can_be_stopped(app: App, who: Who, gate: Gate) -> None:
    turns = ask(app.visits, who.visitor, RagRequest(question=QUESTION, model="scripted/echo"))
    async with aclosing(turns):
        while (turn := await anext(turns)).indexing is None:
            pass
        assert turn.indexing == Indexing(chunks=0, total=1) and turn.found is None
        assert TOLD[who.language] in draw_turn(Renderer(texts(), who.language), turn, {}, 0)
        app.visits.stop(who.visitor)
        stopped = [turn async for turn in turns][-1]
    assert isinstance(stopped, Answered) and stopped.done and stopped.found is None
    gate.open.set()
    assert (await app.visits.search(who.visitor, QUESTION, USUAL)).passages


async def test_adding_waits_for_it(app: App, who: Who, gate: Gate) -> None:
    adding = app.visits.add(who.visitor, [Upload(name="port.txt", content=b"The market opens at five.")], USUAL)
    async with aclosing(adding):
        while (await anext(adding)).indexing is None:
            pass
        gate.open.set()
        done = [state async for state in adding][-1]
    assert isinstance(done, Ingest) and done.added == ("port.txt",) and done.indexing is None


async def test_where_nothing_is_lost_nothing_is_told(app: App, who: Who) -> None:
    assert [listing async for listing in open_documents(app, who, FIELDS)][-1].count("cape.txt")
    assert [state async for state in app.visits.collections.indexing(who.visitor, USUAL)] == []
    assert [state async for state in app.visits.collections.indexing("nobody", USUAL)] == []
    assert len([listing async for listing in open_documents(app, who, FIELDS)]) == 1
