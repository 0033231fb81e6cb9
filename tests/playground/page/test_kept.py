"""What is kept of a visitor: counted, deleted whole, and nobody else's touched; swept while the page runs."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path

import gradio as gr
import pytest

from playground.asking.upload import Upload
from playground.page import SWEEPING, create, shell
from playground.page.program import Who
from playground.page.sidebar.kept import delete_all, kept_of, show_kept
from playground.settings import Settings
from playground.tabs.chat.visit.visits import ChatVisits, Choices
from playground.tabs.rag.visit.values import RetrievalSetup
from playground.tabs.rag.visit.visits import RagVisits
from playground.text import texts
from playground.visitors import ConversationKey
from playground.visitors.storage import size_of
from providers.types import Sampling
from tests import virtual_time
from tests.playground.opening import open_program

CHOICES = Choices(models=("scripted/echo",), sampling=Sampling())


async def say(chat: object, visitor: str, text: str) -> None:
    assert isinstance(chat, ChatVisits)
    async for _ in chat.send(ConversationKey(visitor), text, CHOICES):
        pass


async def test_all_of_one_is_deleted_and_nothing_of_another(tmp_path: Path) -> None:
    program = open_program(Settings(home=tmp_path))
    for visitor in ("a", "b"):
        await say(program.opened["chat"], visitor, f"words of {visitor}")
        program.sessions.vault.put(visitor, "openai", "sk-key")
    one, other = (Who(visitor, "en", texts()) for visitor in ("a", "b"))
    counts = await kept_of(program, one)
    assert (counts["conversations"], counts["keys"], counts["bytes"] > 0) == (1, 1, True)
    forgotten: list[str] = []
    program.sessions.forgetting.append(forgotten.append)
    answer = await delete_all(program, one)
    assert answer[2] == "gone"
    counts = await kept_of(program, one)
    assert not any(counts.values()), counts
    assert not program.sessions.conversations.folder("a").exists()
    assert forgotten == ["a"]
    assert program.sessions.gone.get("a") and not program.sessions.gone.get("b")
    assert (await kept_of(program, other))["conversations"] == 1
    assert program.sessions.vault.get("b", "openai") is not None
    assert "words of a" not in "".join(file.read_text("utf-8", "replace") for file in tmp_path.rglob("*.json"))


async def test_vectors_lie_elsewhere_and_are_counted_and_deleted_too(tmp_path: Path) -> None:
    program = open_program(Settings(home=tmp_path))
    rag = program.opened["rag"]
    assert isinstance(rag, RagVisits)
    for visitor in ("a", "b"):
        async for _ in rag.add(visitor, [Upload("a.txt", b"Bees are kept in the valley.")], RetrievalSetup()):
            pass
    who = Who("a", "en", texts())
    folder, vectors = program.sessions.conversations.folder("a"), rag.collections.vector_bytes("a")
    assert vectors > 0
    assert (await kept_of(program, who))["bytes"] == size_of(folder) + vectors
    await rag.search("a", "bees", RetrievalSetup())
    await program.forget("a")
    assert not any((await kept_of(program, who)).values())
    assert rag.collections.vector_bytes("a") == 0 < rag.collections.vector_bytes("b")
    assert not [key for key in rag.index.lexicons._kept if folder.name in str(key)]
    await rag.parsers.aclose()


async def test_what_still_runs_saves_nothing_afterwards(tmp_path: Path) -> None:
    program = open_program(Settings(home=tmp_path))
    chat = program.opened["chat"]
    assert isinstance(chat, ChatVisits)
    slow = Choices(models=("scripted/slow",), sampling=Sampling())
    running = chat.send(ConversationKey("a"), "go on", slow)
    await anext(running)
    await program.forget("a")
    async for _ in running:
        pass
    assert not program.sessions.conversations.folder("a").exists()


@pytest.mark.parametrize("language", ["en", "es"])
async def test_it_is_shown_in_words(tmp_path: Path, language: str) -> None:
    program = open_program(Settings(home=tmp_path))
    who = Who("a", language, texts())
    nothing = str((await show_kept(program, who))[0])
    await say(program.opened["chat"], "a", "Hi")
    some = str((await show_kept(program, who))[0])
    assert "cookie" in nothing and "<li>" not in nothing
    assert ("1 conversation" if language == "en" else "1 conversación") in some


def test_every_count_has_its_words(tmp_path: Path) -> None:
    program = open_program(Settings(home=tmp_path))
    for one in program.rememberers():
        for name in one.count_remembered("nobody"):
            for language in ("en", "es"):
                assert texts().text(language, f"kept.{name}", count=2)


@virtual_time.virtual
async def test_old_conversations_go_while_the_page_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "build", lambda *_: gr.Blocks())  # the page itself is not looked at
    with tempfile.TemporaryDirectory() as home:
        created = create(Settings(home=Path(home), model="scripted"))
        conversations = created.program.sessions.conversations
        conversations.save("old", {"turns": []})
        conversations.save("new", {"turns": []})
        living = asyncio.ensure_future(created.live())
        await asyncio.sleep(SWEEPING / 2)
        folder = conversations.folder("old")
        long_ago = time.time() - 31 * 86_400
        for path in (*folder.rglob("*"), folder):
            os.utime(path, (long_ago, long_ago))
        assert folder.exists()
        await asyncio.sleep(SWEEPING)
        assert not folder.exists() and conversations.folder("new").exists()
        living.cancel()
