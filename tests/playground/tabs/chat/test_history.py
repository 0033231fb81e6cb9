"""Several conversations of one visitor: apart from each other, listed, found, kept within bounds, deleted and back."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from playground.asking.lending import ReplyPlace
from playground.settings import Settings
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.entry import Entry, fold, is_found, shorten
from playground.tabs.chat.visit.history import HistoryBounds
from playground.tabs.chat.visit.run import Choices
from playground.tabs.chat.visit.views import Views
from playground.tabs.chat.visit.visits import ChatVisits
from playground.visitors import ConversationKey, Sessions
from playground.visitors.conversations import FIRST, new_conversation
from playground.visitors.expiring import Expiring
from playground.visitors.reach import Reach
from providers import catalog
from providers.errors import InputError, LimitExceeded
from providers.types import Sampling
from tests.playground import images

OLD = Path(__file__).parents[3] / "data" / "conversation-0.2.0.json"
A, B = ConversationKey("vera", "a" * 32), ConversationKey("vera", "b" * 32)


@pytest.fixture
def desk(tmp_path: Path) -> ChatVisits:
    chosen = Settings(_env_file=None, home=tmp_path, model="scripted", messages_per_minute=500)
    rows = catalog.load()
    sessions = Sessions.of(chosen, rows)
    return ChatVisits(Reach(rows, chosen.options(), sessions.vault, scripted=True), sessions)


def choices(model: str = "echo", **sampling: object) -> Choices:
    return Choices(models=(f"scripted/{model}",), sampling=Sampling(**sampling))  # type: ignore[arg-type]


async def last(run: AsyncGenerator[Conversation]) -> Conversation:
    return [conversation async for conversation in run][-1]


async def keep(desk: ChatVisits, *questions: str) -> list[ConversationKey]:
    """A conversation each, in this order."""
    keys = [ConversationKey("vera", new_conversation()) for _ in questions]
    for number, (key, question) in enumerate(zip(keys, questions, strict=True)):
        await last(desk.send(key, question, choices()))
        entry = desk.kept.history.entry(key)
        assert entry is not None
        desk.kept.history._write(key, replace(entry, changed=float(number)), desk.kept.history._words(key))
    return keys


def titles(desk: ChatVisits, search: str = "") -> list[str]:
    return [entry.heading for entry in desk.kept.entries("vera", search)]


class TestApart:
    async def test_a_run_in_one_does_not_stop_the_run_in_another(self, desk: ChatVisits) -> None:
        first, second = desk.send(A, "Count", choices("slow")), desk.send(B, "Count too", choices("slow"))
        await anext(first)
        await anext(second)
        assert desk.running(A) is not None and desk.running(B) is not None
        desk.stop(B)
        assert (await last(second)).turns[0].replies[0].state == "stopped"  # type: ignore[union-attr]
        going = await anext(first)
        assert going.turns[0].replies[0].running  # type: ignore[union-attr]
        await first.aclose()
        assert [desk.load(key).turns[0].question for key in (A, B)] == ["Count", "Count too"]

    async def test_what_nobody_watches_is_finished_in_its_own_conversation(self, desk: ChatVisits) -> None:
        run = desk.send(A, "Hello", choices())
        await anext(run)
        going = desk.running(A)
        desk.finish(run)
        await last(desk.send(B, "Elsewhere", choices()))
        assert going is not None
        await going.ended.wait()
        assert desk.running(A) is None
        (reply,) = desk.load(A).turns[0].replies
        assert reply is not None and (reply.state, reply.text) == ("done", "You said: Hello")
        assert [turn.question for turn in desk.load(B).turns] == ["Elsewhere"]

    async def test_a_page_that_is_given_another_conversation_is_left_by_all_that_draws_on_it(self) -> None:
        views = Views()
        with views.at("page") as one, views.at("page") as two, views.at("other") as other:
            leaving = asyncio.ensure_future(views.leave("page"))
            await asyncio.gather(one.wait(asyncio.Event()), two.wait(asyncio.Event()))
            assert not leaving.done() and not other.left.is_set()
        await leaving
        await views.leave("page")

    async def test_an_assistant_is_listed_under_its_name_until_something_is_asked(self, desk: ChatVisits) -> None:
        desk.begin(A, Conversation(system="Be a shop.", assistant="shop", named="The shop"))
        assert titles(desk) == ["The shop"] and titles(desk, "shop") == ["The shop"]
        assert desk.kept.history.latest("vera") is None, "nothing was said in it"
        desk.kept.history._place(A).unlink()
        assert titles(desk) == ["The shop"], "an entry that is missing is made again"
        await last(desk.send(A, "Do you ship?", choices()))
        assert titles(desk) == ["Do you ship?"]
        desk.undo(A)
        assert titles(desk) == ["The shop"]
        desk.begin(A, Conversation())
        assert titles(desk) == []

    async def test_images_wait_in_the_conversation_they_were_added_to(self, desk: ChatVisits) -> None:
        await desk.attachments.add(A, images.png(), "red.png")
        assert desk.attachments.of(B) == ()
        desk.attachments.clear(B)
        assert [one.name for one in desk.attachments.of(A)] == ["red.png"]

    async def test_an_id_of_somebody_elses_opens_nothing(self, desk: ChatVisits) -> None:
        await last(desk.send(A, "Mine", choices()))
        other = ConversationKey("ben", A.id)
        assert desk.load(other) == Conversation() and desk.kept.entries("ben") == []
        assert desk.clear(other) is None and desk.load(A).turns
        assert desk.find_reply("ben", ReplyPlace(A.id, 0, 0)) is None
        assert desk.find_reply("vera", ReplyPlace(A.id, 0, 0)).text == "You said: Mine"  # type: ignore[union-attr]

    @pytest.mark.parametrize("id", ["", "../" * 10 + "ab", "A" * 32, "a" * 31, "a" * 32 + "\n", "é" * 32, None, 5])
    def test_an_id_of_another_form_names_no_file(self, desk: ChatVisits, id: str) -> None:
        with pytest.raises(InputError):
            ConversationKey("vera", id)
        with pytest.raises(InputError):
            desk.sessions.conversations.file("vera", id)


class TestListed:
    async def test_the_newest_first_pinned_before_and_found_without_accents(self, desk: ChatVisits) -> None:
        tree, _, nets = await keep(desk, "¿Qué es un árbol?", "Cats", "Neural   nets\nand more")
        assert titles(desk) == ["Neural nets and more", "Cats", "¿Qué es un árbol?"]
        desk.kept.change(tree, pinned=True)
        assert titles(desk) == ["¿Qué es un árbol?", "Neural nets and more", "Cats"]
        assert titles(desk, "ARBOL que") == ["¿Qué es un árbol?"]
        assert titles(desk, "you said cats") == ["Cats"], "what a model answered is searched too"
        assert titles(desk, "dogs") == []
        desk.kept.change(tree, pinned=False)
        desk.kept.change(nets, name="  Perceptrons \n")
        assert titles(desk) == ["Perceptrons", "Cats", "¿Qué es un árbol?"]
        assert titles(desk, "perceptrons") == titles(desk, "neural") == ["Perceptrons"]
        desk.kept.change(nets, name="")
        assert "Neural nets and more" in titles(desk)

    async def test_going_on_makes_it_the_newest_and_keeps_its_name_and_pin(self, desk: ChatVisits) -> None:
        first, _ = await keep(desk, "one", "two")
        desk.kept.change(first, name="First")
        await last(desk.send(first, "more", choices()))
        assert titles(desk) == ["First", "two"]
        (entry,) = (one for one in desk.kept.entries("vera") if one.id == first.id)
        assert (entry.turns, entry.title) == (2, "one")

    async def test_saved_again_without_another_word_it_keeps_its_place(self, desk: ChatVisits) -> None:
        first, _ = await keep(desk, "one", "two")
        desk.kept.save(first, replace(desk.load(first), system="Be brief."))
        assert titles(desk) == ["two", "one"]

    async def test_opened_with_other_models_it_keeps_its_place(self, desk: ChatVisits) -> None:
        both = Choices(models=("scripted/echo", "scripted/thinker"), sampling=Sampling())
        await last(desk.send(A, "one", both))
        await last(desk.send(B, "two", choices()))
        arranged = await desk.arrange(A, both.models[::-1])
        assert desk.load(A) == arranged and arranged.turns[0].replies[0].model == "scripted/thinker"  # type: ignore[union-attr]
        assert titles(desk) == ["two", "one"]

    async def test_the_last_one_is_found_and_an_empty_one_is_not_listed(self, desk: ChatVisits) -> None:
        assert desk.kept.history.latest("vera") is None
        one, two = await keep(desk, "one", "two")
        for age, key in enumerate((two, one)):
            os.utime(desk.sessions.conversations.file("vera", key.id), (1000 - age, 1000 - age))
        assert desk.kept.history.latest("vera").title == "two"  # type: ignore[union-attr]
        desk.undo(two)
        assert titles(desk) == ["one"] and desk.kept.history.latest("vera").title == "one"  # type: ignore[union-attr]

    def test_titles_and_words(self) -> None:
        assert shorten("a  b\n" * 100, 20) == "a b a b a b a b a b…"
        assert fold("Straße  ÁRBOL\nﬁn") == "strasse arbol fin"
        assert is_found("  ", "") and is_found("ARBol str", "strasse arbol") and not is_found("a z", "a")


class TestDeleted:
    async def test_the_disk_forgets_it_at_once_and_it_can_be_brought_back(
        self, desk: ChatVisits, tmp_path: Path
    ) -> None:
        one, two = await keep(desk, "xylophone-731", "two")
        desk.kept.change(one, name="Music", pinned=True)
        before = desk.load(one)
        assert desk.clear(one).heading == "Music"  # type: ignore[union-attr]
        assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"xylophone" in path.read_bytes()]
        assert titles(desk) == ["two"] and desk.load(two).turns
        assert desk.kept.restore("ben") is None
        assert desk.kept.restore("vera").id == one.id  # type: ignore[union-attr]
        assert titles(desk) == ["Music", "two"] and desk.load(one) == before
        assert desk.kept.restore("vera") is None
        assert desk.clear(ConversationKey("vera", new_conversation())) is None

    async def test_ten_minutes_later_it_is_gone(self, desk: ChatVisits) -> None:
        now = [0.0]
        desk.kept.history = replace(desk.kept.history, _deleted=Expiring(600, clock=lambda: now[0]))
        (one,) = await keep(desk, "one")
        desk.clear(one)
        now[0] = 601
        assert desk.kept.restore("vera") is None and titles(desk) == []

    async def test_gone_on_with_meanwhile_it_is_not_overwritten(self, desk: ChatVisits) -> None:
        (one,) = await keep(desk, "one")
        desk.clear(one)
        done = await last(desk.send(one, "anew", choices()))
        desk.kept.restore("vera")
        assert desk.load(one) == done

    async def test_others_are_saved_while_one_is_deleted(self, desk: ChatVisits) -> None:
        keys = await keep(desk, *map(str, range(6)))
        saving = [asyncio.ensure_future(last(desk.send(key, "more", choices()))) for key in keys[:3]]
        await asyncio.gather(*(asyncio.to_thread(desk.clear, key) for key in keys[3:]))
        assert [len(done.turns) for done in await asyncio.gather(*saving)] == [2, 2, 2]
        assert sorted(titles(desk)) == ["0", "1", "2"]


class TestBounds:
    async def test_the_oldest_makes_room_unless_it_is_pinned(self, desk: ChatVisits) -> None:
        desk.kept.history = replace(desk.kept.history, bounds=HistoryBounds(conversations=3))
        zero, _, _ = await keep(desk, "0", "1", "2")
        desk.kept.change(zero, pinned=True)
        await keep(desk, "3")
        assert sorted(titles(desk)) == ["0", "2", "3"]
        await last(desk.send(zero, "more", choices()))
        assert sorted(titles(desk)) == ["0", "2", "3"], "to go on with one takes no room of another"

    async def test_their_bytes_are_bounded_too(self, desk: ChatVisits) -> None:
        keys = await keep(desk, "0", "1", "2")
        size = desk.sessions.conversations.file("vera", keys[0].id).stat().st_size
        desk.kept.history = replace(desk.kept.history, bounds=HistoryBounds(bytes=int(size * 2.9)))
        await last(desk.send(A, "3", choices()))
        assert titles(desk) == ["3", "2", "1"]

    async def test_where_all_are_pinned_nothing_is_begun_or_lost(self, desk: ChatVisits) -> None:
        desk.kept.history = replace(desk.kept.history, bounds=HistoryBounds(conversations=2))
        for key in await keep(desk, "0", "1"):
            desk.kept.change(key, pinned=True)
        with pytest.raises(LimitExceeded) as refused:
            await last(desk.send(A, "2", choices()))
        assert refused.value.key == "limit_exceeded.conversations"
        assert sorted(titles(desk)) == ["0", "1"] and desk.running(A) is None

    async def test_what_holds_nothing_goes_first(self, desk: ChatVisits) -> None:
        desk.kept.history = replace(desk.kept.history, bounds=HistoryBounds(conversations=2))
        _, empty = await keep(desk, "0", "1")
        desk.undo(empty)
        await keep(desk, "2")
        assert sorted(titles(desk)) == ["0", "2"]


class TestDamage:
    @pytest.mark.parametrize("content", [b"", b"{", b"\xff\n", b'{"id": 5}\n', b"[" * 100_000])
    async def test_an_entry_is_made_again_and_troubles_no_other(self, desk: ChatVisits, content: bytes) -> None:
        one, _ = await keep(desk, "one", "two")
        desk.kept.history._place(one).write_bytes(content)
        assert sorted(titles(desk)) == ["one", "two"] and titles(desk, "you said one") == ["one"]
        desk.kept.history._place(one).write_bytes(content)
        await last(desk.send(one, "more", choices()))
        assert titles(desk)[0] == "one"

    async def test_a_conversation_takes_no_other_down(self, desk: ChatVisits) -> None:
        one, two = await keep(desk, "one", "two")
        desk.sessions.conversations.file("vera", one.id).write_bytes(b"\x00{")
        desk.kept.history._place(one).unlink()
        assert titles(desk) == ["two"] and desk.load(two).turns
        assert desk.sessions.conversations.unreadable("vera") == 1, "it lies aside, and is told of"
        assert desk.load(one).lost == 1 and desk.load(two).lost == 0
        await keep(desk, "three")
        assert sorted(titles(desk)) == ["three", "two"]

    async def test_foreign_files_are_no_conversations(self, desk: ChatVisits) -> None:
        (one,) = await keep(desk, "one")
        folder = desk.sessions.conversations.others("vera")
        for name in ("x.json", f"{'c' * 32}.damaged", f"{one.id}.abc.part"):
            (folder / name).write_text("{}")
        assert desk.sessions.conversations.ids("vera") == [one.id] and titles(desk) == ["one"]


class TestTheVersionBefore:
    """Its only conversation, as 0.2.0 wrote it, is the first entry, where it lies."""

    @pytest.fixture
    def first(self, desk: ChatVisits) -> ConversationKey:
        folder = desk.sessions.conversations.folder("vera")
        folder.mkdir(parents=True)
        shutil.copy(OLD, folder / "conversation.json")
        return ConversationKey("vera")

    def test_it_is_listed_and_opens_with_everything_in_it(self, desk: ChatVisits, first: ConversationKey) -> None:
        (entry,) = desk.kept.entries("vera")
        assert entry == replace(
            Entry(id=FIRST, title="¿Cómo aprende un árbol de decisión?", turns=2, changed=0), changed=entry.changed
        )
        assert entry.changed == pytest.approx(desk.sessions.conversations.file("vera").stat().st_mtime)
        kept = desk.load(first)
        assert kept.system == "Be brief." and [len(turn.replies) for turn in kept.turns] == [2, 2]
        assert titles(desk, "arbol bosque") == [] and titles(desk, "forest") == [entry.title]
        assert desk.kept.history.latest("vera") == entry

    async def test_it_goes_on_beside_others_and_the_older_version_would_still_find_it(
        self, desk: ChatVisits, first: ConversationKey
    ) -> None:
        desk.kept.change(first, name="Trees", pinned=True)
        await keep(desk, "new")
        await last(desk.send(first, "more", choices()))
        assert titles(desk) == ["Trees", "new"] and len(desk.load(first).turns) == 3
        assert desk.sessions.conversations.load("vera") == desk.load(first).to_json()

    def test_it_can_be_deleted_and_brought_back(self, desk: ChatVisits, first: ConversationKey, tmp_path: Path) -> None:
        before = desk.load(first)
        desk.clear(first)
        assert not list(tmp_path.rglob("conversation*")) and desk.kept.entries("vera") == []
        desk.kept.restore("vera")
        assert desk.load(first) == before
