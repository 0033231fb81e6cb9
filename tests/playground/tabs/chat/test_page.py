"""What a run shows: the columns as Gradio would make them, and what becomes of the message."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from playground.asking.reply import Reply, Sent
from playground.page.parts.render import COPY, Renderer
from playground.page.program import App
from playground.settings import Settings
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.page.assistants import choose_preset
from playground.tabs.chat.page.drawing import RunColumns, as_gradio_has_it, draw_sending, messages
from playground.tabs.chat.page.events.conversation import export_conversation, follow_models, lay_columns
from playground.tabs.chat.page.events.runs import ReplyScreen, stream
from playground.tabs.chat.page.fields import ChatWho
from playground.tabs.chat.visit.run import ChatRun, Choices
from playground.tabs.chat.visit.visits import ChatVisits
from playground.text import texts
from playground.visitors import ConversationKey
from playground.visitors.checks import MAX_COLUMNS
from providers.errors import Failure, InputError
from providers.types import Change, Sampling, Timing, Usage
from tests.playground.opening import open_chat

WHO = ChatWho("visitor", "en", texts())


def shown() -> Renderer:
    return Renderer(texts(), "en")


def conversation() -> Conversation:
    """Everything that a reply may have, of two columns, with the blanks that are lost on the way."""
    whole = Reply(
        model="x/y",
        state="done",
        text="  <b>first</b>\n    indented\n\n",
        reasoning="let me see ",
        finish="length",
        usage=Usage(input_tokens=3, output_tokens=4),
        timing=Timing(first_token=0.1, total=0.5),
        changes=(Change(what="seed", reason="rejected_by_api"),),
        sent=Sent(content="{\n  1\n}", language="json"),
    )
    failed = Reply(model="x/z", state="failed", failure=Failure.of(InputError("empty")))
    asked = Conversation().ask("What?\n\n  And **how**? ", ("x/y", "x/z")).with_replies((whole, failed))
    return asked.ask("Again", ("x/y", "x/z")).with_replies((replace(whole, state="streaming"), Reply(model="x/z")))


def by_gradio(shown: object) -> object:
    return gr.Chatbot(render=False).postprocess(shown).model_dump()  # type: ignore[arg-type]


def test_messages_have_the_form_that_gradio_would_give_them() -> None:
    for column in (0, 1):
        drawn = messages(shown(), conversation(), column)
        assert as_gradio_has_it(drawn) == by_gradio(drawn)
        assert len(drawn) > 4


def test_of_a_run_the_columns_are_those_of_the_conversation_and_finished_turns_are_not_drawn_again() -> None:
    columns, growing = RunColumns(shown()), conversation()
    first = columns.draw(growing)
    said, waiting = growing.turns[-1].replies
    assert said is not None
    longer = growing.with_replies((replace(said, text=said.text + " and more"), waiting))
    second = columns.draw(longer)
    assert second[:2] == [as_gradio_has_it(messages(shown(), longer, n)) for n in (0, 1)]
    assert second[2:] == [[], []], "columns that nobody asks stay empty"
    before, after = first[0], second[0]
    assert isinstance(before, list)
    assert isinstance(after, list)
    finished = len(messages(shown(), growing.until(1), 0))
    assert all(one is other for one, other in zip(before[:finished], after[:finished], strict=True))
    assert first[1] is second[1], "what did not grow is the same"


def test_a_reply_names_its_model_and_a_column_that_was_not_asked_says_so() -> None:
    answered = conversation()
    for column, model in enumerate(("y", "z")):
        titles = [one["metadata"]["title"] for one in messages(shown(), answered.until(1), column) if "metadata" in one]
        assert titles[-1].startswith(f"{model} · ")
    later = messages(shown(), answered.until(1), 2)
    assert [one["role"] for one in later] == ["user", "assistant"]
    assert "not asked" in later[1]["metadata"]["title"]
    assert "indented" not in str(later), "what another model wrote stands in its own column alone"


@pytest.fixture
def app(tmp_path: Path) -> App[ChatVisits]:
    return open_chat(Settings(_env_file=None, home=tmp_path, model="scripted", messages_per_minute=2))


def choices(*models: str) -> Choices:
    return Choices(models=tuple(f"scripted/{name}" for name in models), sampling=Sampling())


async def screens(app: App[ChatVisits], question: str, *models: str) -> list[ReplyScreen]:
    def start() -> AsyncGenerator[Conversation]:
        return app.visits.send(WHO.key, question, choices(*models))

    return [screen async for screen in stream(app, WHO, start, question)]


def sending(screen: ReplyScreen) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(str(screen.sending))
    return told


async def test_a_run_begins_with_stop_and_ends_with_send_and_skips_nothing(app: App[ChatVisits]) -> None:
    seen = await screens(app, "hello", "echo", "variant")
    assert [sending(one)["running"] for one in seen] == [True] * (len(seen) - 1) + [False]
    assert sending(seen[-1])["unsent"] == ""
    for screen in seen:
        assert len(screen.outputs()) == MAX_COLUMNS + 4
        assert not [one for one in screen.outputs() if isinstance(one, dict)], "Gradio makes a skipped component anew"
    kept = app.visits.load(WHO.key)
    assert seen[-1].chats[:2] == [as_gradio_has_it(messages(shown(), kept, n)) for n in (0, 1)]


async def test_a_model_that_is_taken_out_takes_its_replies_along(app: App[ChatVisits]) -> None:
    await screens(app, "hello", "echo", "variant")
    said = [reply.text for reply in app.visits.load(WHO.key).turns[0].replies if reply is not None]
    for models, expected in ((["variant"], [1]), (["variant", "echo"], [1, 0]), (["echo", "words"], [0, None])):
        laid = await lay_columns(app, WHO, [f"scripted/{name}" for name in models])
        for column, place in enumerate(expected):
            drawn = str(laid[2 * MAX_COLUMNS + column])
            assert [text in drawn for text in said] == [place == 0, place == 1]
    kept = app.visits.load(WHO.key)
    assert sorted(reply.text for reply in kept.turns[0].replies if reply is not None) == sorted(said)


async def test_a_new_column_is_offered_the_first_ones_replies_and_says_whose_they_are(app: App[ChatVisits]) -> None:
    await screens(app, "hello", "echo")
    models = ["scripted/echo", "scripted/variant"]
    await lay_columns(app, WHO, models)
    offered = messages(shown(), app.visits.load(WHO.key), 1)[-1]
    assert [one["value"] for one in offered["options"]] == [COPY]
    copied = await app.visits.copy(WHO.key, models, 1)
    assert app.visits.load(WHO.key) == copied
    said = messages(shown(), copied, 1)
    assert said[1]["content"] == "You said: hello"
    assert said[-1]["metadata"]["title"].startswith("copied from echo · ")
    assert export_conversation(app, WHO, "markdown")["content"].count("You said: hello") == 1


async def test_while_a_run_goes_on_the_columns_are_its_own(app: App[ChatVisits]) -> None:
    run = app.visits.send(WHO.key, "count", choices("slow", "echo"))
    await anext(run)
    layouts = follow_models(app, WHO, ["scripted/echo"])
    first = await anext(layouts)
    heads = [str(one) for one in first[MAX_COLUMNS : 2 * MAX_COLUMNS]]
    assert "slow" in heads[0] and "echo" in heads[1], "the one that was taken out still writes in its column"
    waiting = asyncio.ensure_future(anext(layouts))  # type: ignore[arg-type]
    await run.aclose()
    after = await waiting
    heads = [str(one) for one in after[MAX_COLUMNS : 2 * MAX_COLUMNS]]
    assert "echo" in heads[0] and heads[1:] == [""] * 3
    drawn = [one async for one in layouts]
    assert drawn[-1] == [gr.skip()] * (3 * MAX_COLUMNS), "what an event gave last is drawn once more"


async def test_an_answer_that_came_while_the_columns_were_on_their_way_is_drawn(app: App[ChatVisits]) -> None:
    layouts = follow_models(app, WHO, ["scripted/echo"])
    assert "hello" not in str(await anext(layouts))
    await screens(app, "hello", "echo")
    assert "You said: hello" in str(await anext(layouts))
    assert [one async for one in layouts] == [[gr.skip()] * (3 * MAX_COLUMNS)]


async def test_an_older_choice_of_models_lays_nothing_out_after_a_newer_one(app: App[ChatVisits]) -> None:
    run = app.visits.send(WHO.key, "Count", choices("slow"))
    await anext(run)
    older, newer = (
        follow_models(app, WHO, models)
        for models in (["scripted/echo", "scripted/seer"], ["scripted/slow", "scripted/echo"])
    )
    await anext(older)
    await anext(newer)
    await run.aclose()
    visible = [one["visible"] for one in (await anext(newer))[:MAX_COLUMNS]]
    assert visible == [True, True, False, False]
    assert await anext(older) == [gr.skip()] * (3 * MAX_COLUMNS)
    assert app.visits.load(WHO.key).turns[0].replies[0].model == "scripted/slow", "nor does it arrange what is kept"


@pytest.mark.parametrize("nothing", [None, ""])
def test_to_start_from_no_assistant_is_no_error(app: App[ChatVisits], nothing: str | None) -> None:
    assert choose_preset(app, WHO, nothing) == ["", gr.skip(), ""]


def test_an_exported_conversation_says_what_failed_in_words(app: App[ChatVisits]) -> None:
    failed = Reply(model="scripted/echo", state="failed", failure=Failure.of(InputError("empty")))
    app.visits.kept.save(WHO.key, Conversation().ask("Hi", ("scripted/echo",)).with_replies((failed,)))
    content = export_conversation(app, WHO, "markdown")["content"]
    assert shown().message(failed.failure) in content  # type: ignore[arg-type]
    assert "Keys are read" in export_conversation(app, WHO, "python")["content"]
    spanish = export_conversation(app, ChatWho("visitor", "es", texts()), "python")["content"]
    assert "Una conversación de Aula" in spanish


def test_an_exported_conversation_is_in_the_pages_language(app: App[ChatVisits]) -> None:
    stopped = Reply(model="scripted/echo", text="Hi", state="stopped", sampling=Sampling(temperature=0.5, seed=7))
    app.visits.kept.save(WHO.key, Conversation().ask("Hi", ("scripted/echo",)).with_replies((stopped,)))
    english, spanish = (
        export_conversation(app, ChatWho("visitor", language, texts()), "markdown")["content"]
        for language in ("en", "es")
    )
    assert "## You" in english and "stopped" in english and "Temperature 0.5" in english
    assert "## Tú" in spanish and "detenida" in spanish and "Temperatura 0,5" in spanish and "stopped" not in spanish


async def test_the_sign_of_a_column_follows_what_ran(app: App[ChatVisits]) -> None:
    asked = Conversation().ask("Hi", ("huggingface/a", "openai/b", "huggingface/c"))
    engines = {"huggingface/a": "torch", "openai/b": None, "huggingface/c": None}
    replies = [Reply(model=model, state="done", engine=engine) for model, engine in engines.items()]
    run = ChatRun(asked.with_replies(tuple(replies)), choices("echo"), range(3))
    assert run.computed_here == (0,), "the third was called off before it ran"
    told = json.loads(draw_sending(running=False, ran=run.computed_here, here="here"))
    assert (told["ran"], told["here"]) == ([0], "here")


async def test_what_could_not_be_sent_goes_back_into_the_box_and_says_why(app: App[ChatVisits]) -> None:
    for text in ("one", "two"):
        await screens(app, text, "echo")
    (refused,) = await screens(app, "three", "echo")
    assert sending(refused) | {"at": 0} == {"running": False, "unsent": "three", "at": 0}
    assert "alert" in str(refused.notice)
    assert refused.chats == [gr.skip()] * MAX_COLUMNS, "the conversation stays as it is shown"


async def test_refused_while_another_run_goes_on_is_told_too(app: App[ChatVisits]) -> None:
    await screens(app, "one", "echo")
    going = app.visits.send(WHO.key, "two", choices("slow"))
    await anext(going)
    (refused,) = await screens(app, "three", "echo")
    assert sending(refused)["unsent"] == "three"
    await going.aclose()


async def test_a_run_whose_place_was_taken_draws_nothing_any_more(app: App[ChatVisits]) -> None:
    def start() -> AsyncGenerator[Conversation]:
        return app.visits.send(WHO.key, "one", choices("slow"))

    first = stream(app, WHO, start, "one")
    await anext(first)
    second = app.visits.send(WHO.key, "two", choices("slow"))
    taking = asyncio.ensure_future(anext(second))  # type: ignore[arg-type]
    shown = [screen async for screen in first]
    assert all(one == gr.skip() for one in shown[-1].outputs())
    await taking
    await second.aclose()


async def test_a_conversation_deleted_meanwhile_does_not_come_back_and_send_does(app: App[ChatVisits]) -> None:
    def start() -> AsyncGenerator[Conversation]:
        return app.visits.send(WHO.key, "one", choices("slow"))

    run = stream(app, WHO, start, "one")
    await anext(run)
    await asyncio.to_thread(app.visits.clear, WHO.key)
    *_, last = [screen async for screen in run]
    assert last.chats == [gr.skip()] * MAX_COLUMNS
    assert not sending(last)["running"]


@pytest.mark.parametrize(("watching", "slowest"), [(1, 1 / 20), (8, 1 / 5), (30, 1 / 4), (50, 1 / 2)])
def test_the_more_watch_the_less_often_each_is_redrawn(app: App[ChatVisits], watching: int, slowest: float) -> None:
    app.visits._running.update({str(number): object() for number in range(watching)})  # type: ignore[misc]
    assert slowest / 2 <= app.visits._pause() <= slowest


async def test_what_others_save_meanwhile_is_no_reason_to_read_again(
    app: App[ChatVisits], monkeypatch: pytest.MonkeyPatch
) -> None:
    visits, kept = app.visits, type(app.sessions.conversations)
    keys = (ConversationKey(str(number)) for number in range(1000))
    other = next(key for key in keys if visits.kept.stripe(key) is not visits.kept.stripe(WHO.key))
    read: list[str] = []
    load = kept.load

    def load_while_another_saves(self: Any, visitor: str, named: str) -> dict[str, object] | None:
        read.append(visitor)
        if len(read) == 1:
            visits.kept.save(other, conversation())
        return load(self, visitor, named)

    monkeypatch.setattr(kept, "load", load_while_another_saves)
    await visits.load_in_thread(WHO.key)
    assert read == [WHO.visitor]
