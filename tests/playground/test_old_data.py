"""A data folder that version 0.1.0 wrote opens with everything in it: conversations, runs, documents, the assistant."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import shutil
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from PIL import Image

from playground.asking.lending import KeepsAssistants, RecallsReplies, ReplyPlace, SearchesDocuments
from playground.asking.upload import Upload
from playground.measuring import export
from playground.measuring.outcomes import Cell, Outcome
from playground.page.program import Program
from playground.settings import Settings
from playground.tabs.chat.lab.export import to_markdown, to_python
from playground.tabs.chat.visit.run import Choices
from playground.tabs.chat.visit.visits import ChatVisits
from playground.tabs.prompting.visit.visits import PromptingVisits
from playground.tabs.rag.lab.documents import RetrievalOptions
from playground.tabs.rag.lab.index.collection import Collection
from playground.tabs.rag.page.drawing.files import is_outdated
from playground.tabs.rag.visit.values import RetrievalSetup
from playground.tabs.rag.visit.visits import RagVisits
from playground.text import text
from playground.visitors import ConversationKey
from playground.visitors.conversations import FIRST
from providers.types import Sampling
from tests.playground.old_data import Left, unpack
from tests.playground.opening import open_program

T = TypeVar("T")
FILES = ["lighthouse.md", "panadería.txt", "stations.csv"]
ADDER = "scripted/adder"


@dataclass(frozen=True, slots=True)
class House:
    """The program over the old folder, without a page; Ana is who left most of it."""

    left: Left
    ana: str
    program: Program
    chat: ChatVisits
    prompting: PromptingVisits
    rag: RagVisits


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(unpack(tmp_path)) as house:
        yield house


@pytest.fixture(scope="module")
def taken_over(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder after somebody has looked at Ana's documents: their vectors have left Chroma, in seconds."""
    folder = tmp_path_factory.mktemp("taken-over")

    async def look() -> None:
        async with opened(unpack(folder)) as house:
            assistants = house.rag.own_assistant(house.ana, house.left.assistant)
            for retrieval in (RetrievalSetup(), assistants.retrieval):
                await house.rag.documents(house.ana, retrieval)

    asyncio.run(look())
    return folder


@pytest.fixture
async def later(taken_over: Path, tmp_path: Path) -> AsyncIterator[House]:
    """What comes after that."""
    shutil.copytree(taken_over, tmp_path, dirs_exist_ok=True)
    async with opened(Left.read(tmp_path)) as house:
        yield house


@asynccontextmanager
async def opened(left: Left) -> AsyncGenerator[House]:
    settings = Settings(_env_file=None, home=left.home, model="scripted", messages_per_minute=500)
    program = open_program(settings)
    chat, prompting, rag = (program.opened[name] for name in ("chat", "prompting", "rag"))
    assert isinstance(chat, ChatVisits) and isinstance(prompting, PromptingVisits) and isinstance(rag, RagVisits)
    yield House(left, left.visitor("ana"), program, chat, prompting, rag)
    await rag.parsers.aclose()


async def last(values: AsyncGenerator[T]) -> T:
    async with aclosing(values) as all_of_them:
        *_, found = [one async for one in all_of_them]
    return found


def holds(new: object, old: object) -> bool:
    """Everything that was there is there, with the same value; more may have come."""
    match old:
        case dict():
            return isinstance(new, dict) and all(name in new and holds(new[name], old[name]) for name in old)
        case list():
            return isinstance(new, list) and len(new) == len(old) and all(map(holds, new, old))
        case _:
            return new == old


class TestConversations:
    async def test_nothing_of_them_is_lost(self, house: House) -> None:
        for name in ("ana", "ben"):
            visitor = house.left.visitor(name)
            saved = house.program.sessions.conversations.load(visitor)
            assert saved is not None and holds(house.chat.load(ConversationKey(visitor)).to_json(), saved)

    async def test_columns_pictures_failures_and_what_was_stopped(self, house: House) -> None:
        seen, grounded, stopped = house.chat.load(ConversationKey(house.ana)).turns
        assert [Image.open(io.BytesIO(one.image.content)).size for one in seen.pictures] == [(60, 40), (60, 40)]
        assert [one.name for one in seen.pictures] == ["red.png", "blue.png"]
        assert seen.replies[0].text.startswith("I was sent 2 images: image/png, 60 × 40 pixels")
        assert seen.replies[1].failure.key == "unsupported_request.images"
        assert seen.replies[0].sampling == Sampling(temperature=0.5, top_k=3, seed=7, max_tokens=20, stop=("###",))
        assert grounded.replies[1].reasoning and grounded.replies[1].sources == ("lighthouse.md, 1",) * 2
        assert [reply.state for reply in stopped.replies] == ["stopped", "stopped"]
        assert stopped.replies[0].text.startswith("1 2 3")
        assert [change.reason for change in stopped.replies[0].changes] == ["images_not_seen"]
        ours, broken = house.chat.load(ConversationKey(house.left.visitor("ben"))).turns[0].replies
        assert ours.text == "You said: ¿Qué tal?" and broken.failure.key == "stream_truncated.reset"

    async def test_it_goes_on(self, house: House) -> None:
        before = house.chat.load(ConversationKey(house.ana))
        choices = Choices(
            models=("scripted/slow", "scripted/echo"), sampling=Sampling(max_tokens=3), system="Be brief."
        )
        more = await last(house.chat.proceed(ConversationKey(house.ana), choices))
        assert more.turns[-1].replies[0].text.startswith(before.turns[-1].replies[0].text)
        asked = await last(house.chat.send(ConversationKey(house.ana), "And now?", choices))
        assert [reply.text for reply in asked.turns[-1].replies] == ["1 2 3", "You said: And"]
        assert house.chat.load(ConversationKey(house.ana)) == asked and len(asked.turns) == 4

    async def test_it_is_exported_and_lent_to_the_sampling_tab(self, house: House) -> None:
        conversation = house.chat.load(ConversationKey(house.ana))
        assert "Who built the lighthouse" in to_markdown(conversation, "You")
        compile(to_python(conversation, house.program.reach.catalog.endpoints), "export", "exec")
        lender = house.program.find_lender(RecallsReplies)
        assert lender is not None and lender.find_reply(house.ana, ReplyPlace(FIRST, 2, 0)).text.startswith("1 2 3")


class TestRuns:
    async def test_they_are_listed_whole_or_half_done(self, house: House) -> None:
        listed = {run.id: run for run in house.prompting.list_runs(house.ana)}
        named = {name: listed.pop(run) for name, run in house.left.runs.items()}
        assert not listed and house.prompting.list_runs(house.left.visitor("ben")) == ()
        assert {name: (run.name, run.done, run.whole) for name, run in named.items()} == {
            "whole": ("Sums, whole", 24, True),
            "half": ("Sums, half done", 16, False),
            "likelihood": ("Sentimientos", 4, True),
        }
        assert named["whole"].description.versions["embedding"] == "scripted/bag"

    async def test_the_finished_one_is_exported_as_before(self, house: House) -> None:
        before = list(csv.DictReader((house.left.files / "whole.csv").open(encoding="utf-8", newline="")))
        run, outcomes = kept(house, "whole")
        now = list(csv.DictReader(io.StringIO(export.to_csv(run, outcomes), newline="")))
        assert len(now) == 24 and holds(now, before)
        lines = export.to_jsonl(run, outcomes).splitlines()
        assert len(lines) == 25 and all(json.loads(line)["trace"] for line in lines[1:])
        words = {word: text("es", f"report.{word}") for word in export.WORDS}
        assert "arithmetic" in export.to_markdown(run, outcomes, words)

    async def test_the_half_done_one_is_finished_and_compared(self, house: House) -> None:
        before = kept(house, "half")[1]
        done = await last(house.prompting.measure(house.ana, house.left.runs["half"]))
        run, outcomes = kept(house, "half")
        assert (done.state, done.failed, run.done, run.whole) == ("done", 0, 24, True)
        assert {cell: outcomes[cell] for cell in before} == before, "what was done is not done again"
        answers = {cell: outcome.text for cell, outcome in kept(house, "whole")[1].items()}
        assert {cell: outcome.text for cell, outcome in outcomes.items()} == answers, "the same seed, the same answers"
        with house.prompting.runs(house.ana) as runs:
            compared = runs.compare(house.left.runs["whole"], run.id)
        ways = ("zero_shot", "few_shot", "react", "self_consistency")
        assert list(compared) == [f"{way}@{ADDER}" for way in ways]
        assert {(one.items, one.better, one.worse) for one in compared.values()} == {(6, 0, 0)}

    async def test_likelihoods_come_out_the_same_again(self, house: House) -> None:
        run, before = kept(house, "likelihood")
        again = house.prompting.create(house.ana, "again", run.description)
        await last(house.prompting.measure(house.ana, again))
        with house.prompting.runs(house.ana) as runs:
            outcomes = runs.outcomes(again)
        assert {cell: (one.score, one.trace) for cell, one in outcomes.items()} == {
            cell: (one.score, one.trace) for cell, one in before.items()
        }

    async def test_one_can_be_renamed_and_deleted(self, house: House) -> None:
        with house.prompting.runs(house.ana) as runs:
            runs.rename(house.left.runs["whole"], "Renamed")
            runs.delete(house.left.runs["half"])
        assert {run.name for run in house.prompting.list_runs(house.ana)} == {"Renamed", "Sentimientos"}


def kept(house: House, name: str) -> tuple[export.Run, dict[Cell, Outcome]]:
    with house.prompting.runs(house.ana) as runs:
        return runs.load(house.left.runs[name]), runs.outcomes(house.left.runs[name])


class TestDocuments:
    async def test_they_are_listed_and_found_by_meaning_and_by_words(self, house: House) -> None:
        stored = await house.rag.documents(house.ana, RetrievalSetup())
        assert [one.name for one in stored] == FILES
        page = await house.rag.page(house.ana, stored[0].digest, 1, RetrievalSetup())
        assert [heading.text for heading in page.headings] == ["The lighthouse", "The keeper"]
        for ways in (RetrievalOptions(lexical=False), RetrievalOptions(dense=False), RetrievalOptions(diverse=True)):
            found = await house.rag.search(
                house.ana, "Who built the lighthouse of Cape Morran?", RetrievalSetup(ways=ways)
            )
            assert "Adela Finch" in found.passages[0].chunk.text
        found = await house.rag.search(house.ana, "¿Cuántos días necesita el pan?", RetrievalSetup())
        assert found.passages[0].chunk.name == "panadería.txt"

    async def test_their_vectors_are_still_there(self, house: House) -> None:
        """Nothing is embedded anew when they are opened, and tidying up takes nothing away."""
        folder = house.program.sessions.conversations.folder(house.ana)
        assert await house.rag.collections.tidy() == 0
        for retrieval in (RetrievalSetup(), house.rag.own_assistant(house.ana, house.left.assistant).retrieval):
            async with house.program.reach.embedder(house.ana, retrieval.embedding) as embedder:
                collection = Collection(folder, house.rag.index, folder.name, embedder, retrieval.cut)
                assert await collection.settle() == 0
                collection.close()

    async def test_another_visitor_has_none_of_them(self, house: House) -> None:
        assert await house.rag.documents(house.left.visitor("ben"), RetrievalSetup()) == ()

    async def test_they_are_lent_to_the_prompting_tab(self, later: House) -> None:
        lender = later.program.find_lender(SearchesDocuments)
        assert lender is not None
        search = await lender.document_search(later.ana)
        assert search is not None and "Adela Finch" in (await search("Who built the lighthouse?"))[0]

    async def test_they_are_offered_to_be_read_anew_and_are_once_they_are_added_again(self, later: House) -> None:
        stored = await later.rag.documents(later.ana, RetrievalSetup())
        assert all(is_outdated(one) and one.omissions == () for one in stored)
        stations = Upload("stations.csv", b"station,height in metres\nNorth Moor,312\nSouth Quay,4\n")
        done = await last(later.rag.add(later.ana, [stations], RetrievalSetup()))
        assert "stations.csv" in (*done.reread, *done.unchanged) and not done.added
        again = await later.rag.documents(later.ana, RetrievalSetup())
        assert [one.digest for one in again] == [one.digest for one in stored]
        assert [is_outdated(one) for one in again] == [True, True, False]

    async def test_one_can_be_taken_away(self, later: House) -> None:
        bakery = (await later.rag.documents(later.ana, RetrievalSetup()))[1]
        await later.rag.remove(later.ana, bakery.digest, RetrievalSetup())
        found = await later.rag.search(later.ana, "¿Cuántos días necesita el pan?", RetrievalSetup())
        assert bakery.name not in {passage.chunk.name for passage in found.passages}


async def test_the_assistant_answers_in_the_chat_from_its_documents(later: House) -> None:
    lender = later.program.find_lender(KeepsAssistants)
    assert lender is not None
    (keeper,) = lender.own_assistants(later.ana)
    assert (keeper.id, keeper.name, keeper.system) == (
        later.left.assistant,
        "Lighthouse keeper",
        "You keep the lighthouse.",
    )
    retrieval = later.rag.own_assistant(later.ana, keeper.id).retrieval
    assert (retrieval.cut.tokens, retrieval.ways.k, len(retrieval.ways.files)) == (40, 2, 1)
    ground = lender.ground(later.ana, keeper.id, "en")
    choices = Choices(models=("scripted/echo",), sampling=Sampling(), system=keeper.system, ground=ground)
    done = await last(later.chat.send(ConversationKey(later.ana), "Who built the lighthouse of Cape Morran?", choices))
    (reply,) = done.turns[-1].replies
    assert reply.sources == ("lighthouse.md, 1", "lighthouse.md, 1") and "Adela Finch" in reply.text
