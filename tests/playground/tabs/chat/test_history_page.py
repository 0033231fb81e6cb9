"""What the page shows of a visitor's conversations: another one, the list, and the ways back."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest

from playground.page.parts.render import Renderer
from playground.page.program import App
from playground.settings import Settings
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.entry import Entry
from playground.tabs.chat.lab.presets import presets
from playground.tabs.chat.page.entries import draw_deleted, draw_entries, draw_last
from playground.tabs.chat.page.events.conversation import follow_models, open_tab
from playground.tabs.chat.page.events.history import (
    HistoryScreen,
    Wish,
    arrange,
    begin_new,
    export_all,
    list_entries,
    open_conversation,
)
from playground.tabs.chat.page.events.presets import choose_assistant, open_assistant
from playground.tabs.chat.page.events.runs import ReplyScreen, follow_run, stream
from playground.tabs.chat.page.fields import ChatWho
from playground.tabs.chat.visit.run import Choices
from playground.tabs.chat.visit.visits import ChatVisits
from playground.text import texts
from playground.visitors import ConversationKey
from playground.visitors.checks import MAX_COLUMNS
from providers.errors import InputError
from providers.types import Sampling
from tests.playground.opening import open_chat
from tests.playground.page.markup import Seen

WHO = ChatWho("visitor", "en", texts(), conversation="a" * 32)
HOSTILE = '<img src=x onerror="window.stolen=1">{{value}}${value}`\'&lt;'
SKIPPED = gr.skip()


@pytest.fixture
def app(tmp_path: Path) -> App[ChatVisits]:
    return open_chat(Settings(_env_file=None, home=tmp_path, model="scripted", messages_per_minute=500))


def choices(model: str = "echo") -> Choices:
    return Choices(models=(f"scripted/{model}",), sampling=Sampling(), system="Be brief.")


async def said(app: App[ChatVisits], who: ChatWho, question: str) -> None:
    async for _ in app.visits.send(who.key, question, choices()):
        pass


async def test_a_new_one_begun_while_a_reply_arrives_stays_on_the_page(app: App[ChatVisits]) -> None:
    def start() -> AsyncGenerator[Conversation]:
        return app.visits.send(WHO.key, "Count", choices("slow"))

    run = stream(app, WHO, start, "Count")
    await anext(run)
    screen = await begin_new(app, WHO, ["scripted/echo"])
    assert screen.frame[2 * MAX_COLUMNS :] == [[]] * MAX_COLUMNS and "Scripted: echo" in str(screen.frame[MAX_COLUMNS])
    assert f'data-open="{WHO.conversation}"' in str(screen.notice)
    after = [one async for one in run]
    assert [one.outputs() for one in after] == [ReplyScreen(sending=after[-1].sending).outputs()]
    assert json.loads(str(after[-1].sending))["running"] is False
    going = app.visits.running(WHO.key)
    assert going is not None, "it is finished where it was begun"
    back = await open_conversation(app, ChatWho.of(WHO, screen.conversation), WHO.conversation, [], colours=False)
    assert back[0] == "Be brief." and WHO.conversation in back
    assert "Count" in str(back[-MAX_COLUMNS])
    following = follow_run(app, WHO)
    first = await anext(following)
    assert json.loads(str(first.sending))["running"] is True and "Count" in str(first.chats[0])
    app.visits.stop(WHO.key)
    *_, end = [one async for one in following]
    assert json.loads(str(end.sending))["running"] is False
    (reply,) = app.visits.load(WHO.key).turns[0].replies
    assert reply is not None and reply.state == "stopped" and reply.text in str(end.chats[0])
    assert [one async for one in follow_run(app, WHO)] == [ReplyScreen()], "nothing goes on"


async def test_what_is_followed_is_left_like_what_was_asked_on_the_page(app: App[ChatVisits]) -> None:
    run = app.visits.send(WHO.key, "Count", choices("slow"))
    await anext(run)
    following = follow_run(app, WHO)
    await anext(following)
    await app.visits.views.leave(WHO.page)
    (end,) = [one async for one in following]
    assert end.outputs() == ReplyScreen(sending=end.sending).outputs()
    assert app.visits.running(WHO.key) is not None
    await run.aclose()


async def test_an_assistant_opens_in_a_conversation_of_its_own_and_is_found_in_it_again(app: App[ChatVisits]) -> None:
    preset = next(one for one in presets() if one.temperature is not None)
    assert await open_assistant(app, WHO, preset.id, "Be brief.", []) == HistoryScreen(), "nothing was asked yet"
    assert app.visits.load(WHO.key).assistant == preset.id
    assert [entry.heading for entry in app.visits.kept.entries("visitor")] == [preset.name["en"]]
    await open_assistant(app, WHO, None, "", [])
    assert app.visits.kept.entries("visitor") == []
    await said(app, WHO, "How tall?")
    screen = await open_assistant(app, WHO, preset.id, "Be brief.", ["scripted/echo"])
    there = ChatWho.of(WHO, screen.conversation)
    assert there.key != WHO.key and f'data-open="{WHO.conversation}"' in str(screen.notice)
    assert {entry.heading for entry in app.visits.kept.entries("visitor")} == {preset.name["en"], "How tall?"}
    system, chosen, *_ = open_tab(app, there)
    assert system == "Be brief." and chosen["value"] == preset.id  # type: ignore[index]
    back = await open_conversation(app, there, WHO.conversation, [], colours=False)
    assert back[1] == gr.update(value=None), "the other one has no assistant"
    again = await open_conversation(app, WHO, there.conversation, [], colours=False)
    assert again[1] == gr.update(value=preset.id)


async def test_a_list_of_assistants_that_is_left_takes_nothing_back(app: App[ChatVisits]) -> None:
    first, second = [one.id for one in presets() if one.system["en"]][:2]
    untouched = [gr.skip()] * (3 + len(HistoryScreen().outputs()))
    assert await choose_assistant(app, WHO, None, "My own words.", []) == untouched
    words = str((await choose_assistant(app, WHO, first, "My own words.", []))[0])
    assert words and await choose_assistant(app, WHO, first, "Changed.", []) == untouched
    assert (await choose_assistant(app, WHO, None, "Changed.", []))[0] == gr.skip()
    await choose_assistant(app, WHO, first, "", [])
    assert (await choose_assistant(app, WHO, None, words, []))[0] == ""
    await said(app, WHO, "How tall?")
    opened = [await choose_assistant(app, WHO, second, "", ["scripted/echo"]) for _ in range(2)]
    assert opened[0] == opened[1] != untouched, "it is heard twice, and opens one conversation"
    assert len(app.visits.kept.entries("visitor")) == 2


async def test_nothing_is_offered_where_nothing_was_said(app: App[ChatVisits]) -> None:
    screen = await begin_new(app, WHO, [])
    assert screen.notice == "" and screen.conversation != WHO.conversation
    assert ConversationKey("visitor", str(screen.conversation))


async def test_a_tab_without_a_conversation_shows_the_way_to_the_last_one(app: App[ChatVisits]) -> None:
    assert open_tab(app, WHO)[-3] == ""
    await said(app, WHO, "How tall?")
    there, notice = open_tab(app, WHO), open_tab(app, ChatWho.of(WHO, "b" * 32))[-3]
    assert there[-3] == "" and "How tall?" in str(there[2])
    assert "How tall?" in str(notice) and f'data-open="{WHO.conversation}"' in str(notice)
    assert open_tab(app, ChatWho("another", "en", texts(), conversation="b" * 32))[-3] == ""


async def test_the_list_does_what_it_is_told(app: App[ChatVisits]) -> None:
    other = ChatWho.of(WHO, "b" * 32)
    await said(app, WHO, "one")
    await said(app, other, "two")

    async def told(what: object, id: object = other.conversation, title: object = "") -> list[object]:
        return (await arrange(app, WHO, Wish(what=what, id=id, title=title), [], "")).outputs()

    *rest, drawn = await told("pin")
    assert rest == [SKIPPED] * len(rest) and 'data-do="unpin"' in str(drawn)
    assert 'data-do="unpin"' not in str((await told("unpin"))[-1])
    assert ">Second</button>" in str((await told("rename", title="Second"))[-1])
    assert ">Second</button>" in str((await told("rename", title=5))[-1]) and ">Second</button>" in str(
        (await told("explode"))[-1]
    )
    *rest, drawn = await told("delete")
    assert rest == [SKIPPED] * len(rest), "another one is deleted: the page stays"
    assert "“Second” was deleted" in str(drawn) and 'data-do="restore"' in str(drawn)
    assert ">Second</button>" in str((await told("restore", id=""))[-1])
    for id in ("../../x", None, 5):
        with pytest.raises(InputError):
            await told("delete", id=id)


async def test_the_one_shown_is_deleted_and_the_page_begins_another(app: App[ChatVisits]) -> None:
    await said(app, WHO, "one")
    screen = await arrange(app, WHO, Wish(what="delete", id=WHO.conversation, title=""), [], "")
    assert screen.frame[2 * MAX_COLUMNS :] == [[]] * MAX_COLUMNS and screen.conversation not in (
        SKIPPED,
        WHO.conversation,
    )
    assert screen.panel == SKIPPED, "the way back is in the list, which stays open"
    assert "was deleted" in str(screen.entries)


async def test_all_are_exported_in_one_file(app: App[ChatVisits]) -> None:
    await said(app, WHO, "one")
    await said(app, ChatWho.of(WHO, "b" * 32), "¿two?")
    await said(app, ChatWho("another", "en", texts()), "not mine")
    file = export_all(app, WHO)
    held = json.loads(file["content"])
    assert held["format"] == "aula.chats/1" and [one["title"] for one in held["conversations"]] == ["¿two?", "one"]
    read = [Conversation.from_json({name: one[name] for name in ("system", "turns")}) for one in held["conversations"]]
    assert read[1] == app.visits.load(WHO.key)


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_is_drawn_is_read_as_text_and_every_button_has_a_name(language: str) -> None:
    show = Renderer(texts(), language)
    entry = Entry(id="a" * 32, title=HOSTILE, turns=1200, changed=0.0, pinned=True)
    rows = [entry, replace(entry, id="b" * 32, name=HOSTILE[::-1], pinned=False, turns=1)]
    for drawn in (draw_entries(show, rows, "a" * 32, told=draw_deleted(show, entry)), draw_last(show, entry)):
        seen = Seen(drawn)
        assert HOSTILE in seen.text and "img" not in seen.tags
        assert "onerror" not in {name for name, _ in seen.attributes}
        labels = [value for name, value in seen.attributes if name == "aria-label"]
        assert len(labels) == seen.tags.count("input") + seen.tags.count("svg") and all(labels)
    assert draw_entries(show, rows, "a" * 32).count('aria-current="true"') == 1
    assert HOSTILE not in draw_entries(show, [], "", search=HOSTILE)


async def test_the_list_of_nobody_says_what_will_be_there(app: App[ChatVisits]) -> None:
    assert "listed here once" in list_entries(app, WHO, "")
    await said(app, WHO, "one")
    assert "has “dogs” in it" in list_entries(app, WHO, "dogs")
    assert list_entries(app, WHO, None).count("<li") == 1


async def test_columns_that_followed_a_run_do_not_come_over_the_conversation_opened_meanwhile(
    app: App[ChatVisits],
) -> None:
    run = app.visits.send(WHO.key, "Count", replace(choices("slow"), sampling=Sampling(max_tokens=20)))
    await anext(run)
    following = follow_models(app, WHO, ["scripted/echo"])
    assert "Scripted: slow" in str(await anext(following))
    screen = await begin_new(app, WHO, ["scripted/echo"])
    assert "Scripted: echo" in str(screen.frame[MAX_COLUMNS])
    async for _ in run:
        pass
    assert [layout async for layout in following] == []
