"""Whatever a visitor keeps, on a disk that takes nothing more: said as what it is, and what was there stays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from playground import sqlite
from playground.asking.upload import Upload
from playground.measuring import Cell, Extraction, Outcome
from playground.page.program import App, Program
from playground.settings import Settings
from playground.sqlite import StorageFailed
from playground.tabs.chat.page.events.conversation import lay_columns, undo
from playground.tabs.chat.page.events.history import Wish, arrange
from playground.tabs.chat.page.events.presets import open_assistant
from playground.tabs.chat.page.fields import ChatWho
from playground.tabs.chat.visit.visits import ChatVisits, Choices
from playground.tabs.rag.visit.values import RetrievalSetup
from playground.tabs.rag.visit.visits import RagVisits
from playground.text import texts
from playground.visitors import ConversationKey
from playground.visitors.kept_runs import KeptRuns
from providers.types import Sampling
from tests.playground.full_disk import filled, full_disk, small_disk
from tests.playground.measuring.descriptions import sums
from tests.playground.opening import open_program

LONG = "Bees are kept in the valley, and honey is sold on Fridays. " * 2000
KEY = ConversationKey("ana")


@pytest.fixture(autouse=True)
def told_anew() -> Iterator[None]:
    sqlite._tell.cache_clear()
    yield
    sqlite._tell.cache_clear()


@dataclass(frozen=True, slots=True)
class Home:
    """A visitor who has kept something of each kind."""

    program: Program
    run: str

    @classmethod
    async def of(cls, folder: Path) -> Home:
        program = open_program(Settings(home=folder))
        home = cls(program, KeptRuns(program.sessions).create("ana", "sums", sums()))
        await home.add("bees.txt", "Bees.")
        home.rag.assistants("ana").save("Ivo", "Be kind.", RetrievalSetup())
        async for _ in home.chat.send(KEY, "first", Choices(models=("scripted/echo",), sampling=Sampling())):
            pass
        return home

    @property
    def rag(self) -> RagVisits:
        found = self.program.opened["rag"]
        assert isinstance(found, RagVisits)
        return found

    @property
    def chat(self) -> ChatVisits:
        found = self.program.opened["chat"]
        assert isinstance(found, ChatVisits)
        return found

    @property
    def runs(self) -> KeptRuns:
        return KeptRuns(self.program.sessions)

    async def add(self, name: str, text: str) -> None:
        async for _ in self.rag.add("ana", [Upload(name, text.encode())], RetrievalSetup()):
            pass

    async def state(self) -> object:
        """All that the visitor has, as it would be shown."""
        documents = await self.rag.documents("ana", RetrievalSetup())
        entries = self.chat.kept.entries("ana")
        with self.runs.open("ana") as runs:
            kept = [(one.name, one.done) for one in runs.list()]
        return (
            [one.name for one in documents],
            [(one.heading, one.turns, one.pinned) for one in entries],
            [one.name for one in self.rag.own_assistants("ana")],
            self.program.sessions.terms.accepted("ana", "gemma"),
            kept,
        )


async def keep_cell(home: Home) -> None:
    with home.runs.open("ana") as runs:
        item = runs.load(home.run).description.items[0].id
        runs.keep(home.run, Cell("a", item), Outcome(text=LONG, extraction=Extraction("1", 0, 1, "whole"), done=True))


async def note_run(home: Home) -> None:
    with home.runs.open("ana") as runs:
        runs.note(home.run, "votes", LONG)


async def new_run(home: Home) -> None:
    home.runs.create("ana", "more", sums(instruction=LONG))


async def say(home: Home) -> None:
    async for _ in home.chat.send(KEY, "second", Choices(models=("scripted/echo",), sampling=Sampling())):
        pass


async def rename(home: Home) -> None:
    home.chat.kept.change(KEY, name="Bees")


async def accept(home: Home) -> None:
    home.program.sessions.terms.accept("ana", "gemma")


async def accept_at_first(home: Home) -> None:
    home.program.sessions.terms.accept("ben", "gemma")


async def save_assistant(home: Home) -> None:
    home.rag.assistants("ana").save("Eva", "Be brief.", RetrievalSetup())


async def add_document(home: Home) -> None:
    await home.add("more.txt", LONG)


KEEPING: tuple[Callable[[Home], Awaitable[None]], ...] = (
    keep_cell,
    note_run,
    new_run,
    say,
    rename,
    accept,
    accept_at_first,
    save_assistant,
    add_document,
)


@pytest.mark.parametrize("really", [False, pytest.param(True, marks=pytest.mark.long)])
async def test_each_is_typed_and_takes_nothing_away(tmp_path: Path, really: bool) -> None:
    """`really`: a disk of its own, filled to the last byte, where this user may have one."""
    with ExitStack() as held:
        place = tmp_path / "disk"
        full = filled(place) if really and held.enter_context(small_disk(place)) else full_disk()
        await everything_refused(place, full)


async def everything_refused(place: Path, full: AbstractContextManager[None]) -> None:
    home = await Home.of(place)
    before = await home.state()
    told = {}
    with full:
        for keep in KEEPING:
            try:
                await keep(home)
                told[keep.__name__] = "kept"
            except StorageFailed as error:
                told[keep.__name__] = str(error.reason)
        assert await home.state() == before, "it can be read all the while"
    assert told == {keep.__name__: "full" for keep in KEEPING}
    assert await home.state() == before
    for keep in KEEPING:
        await keep(home)  # and goes on where there is room again
    await home.rag.parsers.aclose()


async def test_what_was_deleted_can_still_be_brought_back(tmp_path: Path) -> None:
    home = await Home.of(tmp_path)
    home.chat.clear(KEY)
    with full_disk(), pytest.raises(StorageFailed):
        home.chat.kept.restore("ana")
    assert home.chat.kept.restore("ana") is not None
    assert [turn.question for turn in home.chat.load(KEY).turns] == ["first"]
    await home.rag.parsers.aclose()


async def test_the_page_says_so_and_stays_as_it_is(tmp_path: Path) -> None:
    home = await Home.of(tmp_path)
    app = App(**{name: getattr(home.program, name) for name in home.program.__dataclass_fields__}, visits=home.chat)
    who = ChatWho("ana", "es", texts())
    models = ["scripted/echo", "scripted/slow"]
    with full_disk():
        renamed = await arrange(app, who, Wish(what="rename", id=who.conversation, title="Bees"), models, "")
        assert "lleno" in str(renamed.entries) and "first" in str(renamed.entries)
        assert "lleno" in str(undo(app, who).notice)
        opened = await open_assistant(app, who, "tutor", "Be kind.", models)
        assert "lleno" in str(opened.notice)
        frame = await lay_columns(app, who, models)
        assert "first" in str(frame), "columns are laid out, though they cannot be kept"
    await home.rag.parsers.aclose()


async def test_a_list_whose_entries_are_gone_is_shown_without_room_for_them(tmp_path: Path) -> None:
    home = await Home.of(tmp_path)
    for entry in tmp_path.rglob("*.entry"):
        entry.unlink()
    with full_disk():
        assert [one.turns for one in home.chat.kept.entries("ana")] == [1]
    await home.rag.parsers.aclose()
