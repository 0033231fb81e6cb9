"""Of a damaged file of a visitor's, what can be read is there, and the file as it was is kept aside once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from playground.asking.reply import Reply
from playground.page.parts.render import Renderer
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.page.drawing import draw_lost
from playground.tabs.chat.visit.visits import ChatVisits
from playground.tabs.rag.visit.assistants import FILE, Assistants
from playground.tabs.rag.visit.values import RetrievalSetup
from playground.text import texts
from playground.visitors import ConversationKey
from providers.adapters.scripted import Scripted
from tests.playground.tabs.chat.test_visits import seated

ME = "visitor"
WHOLE = Conversation(system="Be brief.")
for number in range(3):
    WHOLE = WHOLE.ask(f"Question {number}?", ("a/b", "c/d"))
    said = (Reply(model="a/b", state="done", text=f'So {{"question": {number}}}.'), Reply(model="c/d", state="done"))
    WHOLE = WHOLE.with_replies(said)
SAVED = json.dumps(WHOLE.to_json()).encode()


@pytest.fixture
def chat(tmp_path: Path) -> ChatVisits:
    return seated(tmp_path, Scripted())


def written(chat: ChatVisits, content: bytes) -> Path:
    conversations = chat.sessions.conversations
    conversations.save(ME, {})
    (file,) = conversations.folder(ME).glob("*.json")
    file.write_bytes(content)
    return file


def changed(change: Callable[[dict[str, object]], object]) -> bytes:
    value = WHOLE.to_json()
    change(value)
    return json.dumps(value).encode()


DAMAGED = {
    "cut off": (SAVED[: SAVED.index(b"Question 2")], [0, 1], 1),
    "cut off within the last reply": (SAVED[:-20], [0, 1], 1),
    "noise in the middle": (SAVED.replace(b'"Question 1?"', b'"Quest\xff\x00 1?'), [0, 2], 1),
    "another shape of a turn": (changed(lambda it: it["turns"].insert(1, {"asked": 7})), [0, 1, 2], 1),
    "no turns but one": (changed(lambda it: it.update(turns=[*it["turns"][:1], None, 5])), [0], 2),
    "another shape of a reply": (changed(lambda it: it["turns"][1]["replies"][0].update(usage="?")), [0, 1, 2], 1),
    "a reply of nothing": (changed(lambda it: it["turns"][1].update(replies=[{"x": 1}, None])), [0, 1, 2], 1),
    "pictures that are none": (changed(lambda it: it["turns"][1].update(pictures=["?"])), [0, 1, 2], 1),
    "a system prompt that is none": (changed(lambda it: it.update(system=[1], turns=it["turns"] + [0])), [0, 1, 2], 1),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_conversation_opens_with_what_can_be_read(name: str, chat: ChatVisits) -> None:
    content, questions, lost = DAMAGED[name]
    file = written(chat, content)
    found = chat.load(ConversationKey(ME))
    assert [turn.question for turn in found.turns] == [f"Question {number}?" for number in questions]
    assert found.turns[0] == WHOLE.turns[0] and found.lost == lost
    assert file.with_suffix(".damaged").read_bytes() == content
    assert chat.load(ConversationKey(ME)) == found


def test_the_text_of_a_damaged_reply_is_kept(chat: ChatVisits) -> None:
    written(chat, DAMAGED["another shape of a reply"][0])
    first, second = chat.load(ConversationKey(ME)).turns[1].replies
    assert first == Reply(model="a/b", state="stopped", text='So {"question": 1}.') and second is not None


@pytest.mark.parametrize("content", [b"\xff\xfe", b'{"system": "", "turns": [', b"[]"])
def test_one_of_which_nothing_can_be_read_is_told_until_something_is_saved(content: bytes, chat: ChatVisits) -> None:
    file = written(chat, content)
    assert chat.load(ConversationKey(ME)) == chat.load(ConversationKey(ME)) == Conversation(lost=1)
    assert file.with_suffix(".damaged").read_bytes() == content
    assert chat.clear(ConversationKey(ME)) is None and chat.load(ConversationKey(ME)) == Conversation()


def test_it_is_told_on_the_page(tmp_path: Path) -> None:
    show = Renderer(texts(), "en")
    assert draw_lost(show, WHOLE) == ""
    assert "2 parts of this conversation could not be read" in draw_lost(show, replace(WHOLE, lost=2))
    assert "kept aside" in draw_lost(Renderer(texts(), "en"), replace(WHOLE, lost=1))


def test_what_is_whole_is_not_kept_aside(chat: ChatVisits) -> None:
    file = written(chat, SAVED)
    assert chat.load(ConversationKey(ME)) == WHOLE and not file.with_suffix(".damaged").exists()
    assert "lost" not in WHOLE.to_json()


def test_the_first_one_that_was_kept_aside_stays(chat: ChatVisits) -> None:
    first, second = DAMAGED["cut off"][0], DAMAGED["noise in the middle"][0]
    file = written(chat, first)
    chat.load(ConversationKey(ME))
    written(chat, second)
    chat.load(ConversationKey(ME))
    assert file.with_suffix(".damaged").read_bytes() == first


def test_a_visitors_assistants(tmp_path: Path) -> None:
    assistants = Assistants(tmp_path)
    for name in ("one", "two", "three"):
        assistants.save(name, "", RetrievalSetup())
    file = tmp_path / FILE
    whole = file.read_bytes()
    damaged = whole.replace(b'"two"', b"2")[:-30]
    file.write_bytes(damaged)
    assert ([one.name for one in assistants.list()], assistants.lost()) == (["one"], 2)
    assistants.save("four", "", RetrievalSetup())
    assert ([one.name for one in assistants.list()], assistants.lost()) == (["one", "four"], 0)
    assert file.with_suffix(".damaged").read_bytes() == damaged
