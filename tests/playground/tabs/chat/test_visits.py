"""A visitor's conversation without a browser: run, stopped, replaced, continued, limited, and found again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from playground.asking.reply import Reply
from playground.settings import Settings
from playground.tabs.chat.lab.conversation import Conversation, Turn
from playground.tabs.chat.visit.run import Choices
from playground.tabs.chat.visit.visits import ChatVisits
from playground.visitors import ConversationKey, Sessions
from playground.visitors.reach import Reach
from providers import catalog
from providers.adapters.openai import ChatCompletions
from providers.adapters.scripted import Scripted
from providers.errors import ImageError, InputError, LimitExceeded
from providers.image import size
from providers.types import Event, ModelInfo, Progress, Request, Sampling
from tests.loop_thread import watched
from tests.playground import images

CANARY = "sk-canary-4d3c2b1a"
HELD = ConversationKey("visitor")
OTHER = ConversationKey("somebody else")


class Bent(Scripted):
    """Scripted models that see little, cannot be handed a begun answer, hang, or break in a way nobody foresaw."""

    async def models(self) -> tuple[ModelInfo, ...]:
        known = {info.id: info for info in await super().models()}
        bent = {
            "variant": replace(known["variant"], context=200),
            "thinker": replace(known["thinker"], prefill=False),
        }
        return tuple({**known, **bent}.values())

    async def prepare(self, model: ModelInfo) -> AsyncIterator[Progress]:
        if model.id == "showcase":
            await asyncio.sleep(60)
        yield Progress(stage="load", done=1, total=1)

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        if request.model.id == "broken":
            raise RuntimeError(f"the vendor says: {CANARY}")
        async with aclosing(super().stream(request)) as events:
            async for event in events:
                yield event


@pytest.fixture
def scripted() -> Scripted:
    return Bent()


def seated(home: Path, scripted: Scripted, **settings: object) -> ChatVisits:
    chosen = Settings(_env_file=None, home=home, model="scripted", **settings)
    rows = catalog.load()
    sessions = Sessions.of(chosen, rows)
    reach = Reach(rows, chosen.options(), sessions.vault, scripted=True)
    reach._shared["scripted"] = scripted
    return ChatVisits(reach, sessions)


@pytest.fixture
def desk(tmp_path: Path, scripted: Scripted) -> ChatVisits:
    return seated(tmp_path, scripted)


def choices(*models: str, **sampling: object) -> Choices:
    return Choices(models=tuple(f"scripted/{name}" for name in models), sampling=Sampling(**sampling))


async def last(run: AsyncGenerator[Conversation]) -> Conversation:
    conversation = Conversation()
    async for conversation in run:  # noqa: B007
        pass
    return conversation


def texts(conversation: Conversation, turn: int = -1) -> list[str]:
    return [reply.text for reply in conversation.turns[turn].replies if reply is not None]


async def until_said(run: AsyncGenerator[Conversation], words: int = 3) -> Reply:
    async for conversation in run:
        reply = conversation.turns[-1].replies[0]
        if reply is not None and len(reply.text.split()) >= words:
            return reply
    raise AssertionError("ended before it said enough")


class TestRunning:
    async def test_a_turn_is_answered_and_found_again(self, desk: ChatVisits) -> None:
        done = await last(desk.send(HELD, "Hi", choices("echo", "slow", max_tokens=3)))
        assert texts(done) == ["You said: Hi", "1 2 3"]
        assert [reply.finish for reply in done.turns[-1].replies] == ["stop", "length"]
        assert desk.load(HELD) == done
        assert desk.load(OTHER) == Conversation()
        assert Conversation.from_json(json.loads(json.dumps(done.to_json()))) == done

    async def test_every_column_has_its_own_past(self, desk: ChatVisits) -> None:
        await last(desk.send(HELD, "Hi", choices("echo", "slow", max_tokens=3)))
        done = await last(desk.send(HELD, "And?", choices("echo", "slow", max_tokens=3)))
        sent = [json.loads(reply.sent.content)["messages"][1]["content"] for reply in done.turns[-1].replies]
        assert sent == ["You said: Hi", "1 2 3"]

    async def test_the_event_loop_neither_reads_nor_writes_it(self, desk: ChatVisits) -> None:
        await last(desk.send(HELD, "Hi", choices("echo")))
        with watched() as watch:
            await last(desk.send(HELD, "a" * 20_000, choices("echo", max_tokens=3)))
            await last(desk.regenerate(HELD, choices("echo", max_tokens=3)))
            await last(desk.proceed(HELD, choices("slow", max_tokens=3)))
            done = await last(desk.resend(HELD, 0, "Hi", choices("slow", max_tokens=3)))
        assert watch.found == []
        assert await desk.load_in_thread(HELD) == desk.load(HELD) == done

    async def test_stop_computes_at_most_one_token_more(self, desk: ChatVisits, scripted: Scripted) -> None:
        run = desk.send(HELD, "Count", choices("slow"))
        await until_said(run)
        desk.stop(HELD)
        computed = scripted.computed
        conversation = await last(run)
        await asyncio.sleep(0.2)
        assert scripted.computed - computed <= 1
        assert conversation.turns[-1].replies[0].state == "stopped"
        assert texts(desk.load(HELD)) == texts(conversation)
        assert texts(conversation)[0].startswith("1 2 3")

    async def test_closing_the_run_stops_and_saves_it(self, desk: ChatVisits, scripted: Scripted) -> None:
        run = desk.send(HELD, "Count", choices("slow", "slow"))
        said = await until_said(run)
        await run.aclose()
        computed = scripted.computed
        await asyncio.sleep(0.2)
        assert scripted.computed == computed
        saved = desk.load(HELD)
        assert [reply.state for reply in saved.turns[-1].replies] == ["stopped", "stopped"]
        assert texts(saved)[0] == said.text

    async def test_a_reload_in_the_middle_sees_what_was_said(self, desk: ChatVisits) -> None:
        run = desk.send(HELD, "Count", choices("slow"))
        said = await until_said(run)
        assert texts(desk.load(HELD)) == [said.text]
        await run.aclose()

    async def test_a_new_run_stops_the_one_before_and_keeps_its_text(
        self, desk: ChatVisits, scripted: Scripted
    ) -> None:
        names = ["slow"] * 4
        old = desk.send(HELD, "Count", choices(*names))
        said = await until_said(old)
        rest = asyncio.create_task(last(old))
        new = await last(desk.send(HELD, "Hi", choices("echo", "echo", "echo", "echo")))
        assert (await rest).turns[-1].replies[0].state == "stopped"
        first, *_ = [reply for reply in new.turns[0].replies if reply is not None]
        assert first.text.startswith(said.text)
        assert texts(new) == ["You said: Hi"] * 4
        assert desk.load(HELD) == new
        computed = scripted.computed
        await asyncio.sleep(0.1)
        assert scripted.computed == computed

    async def test_a_page_is_redrawn_while_nothing_comes(self, desk: ChatVisits) -> None:
        run = desk.send(HELD, "Hi", choices("showcase"))
        seen = [await anext(run) for _ in range(6)]
        await run.aclose()
        assert [one.turns[-1].replies[0].text for one in seen] == [""] * 6

    async def test_a_vendor_that_does_not_tell_its_models_can_be_stopped(
        self, desk: ChatVisits, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def hang(adapter: object) -> object:
            await asyncio.Event().wait()
            return {"data": []}

        monkeypatch.setattr(ChatCompletions, "_list_models", hang)
        desk.sessions.vault.put(HELD.visitor, "custom", None, "http://127.0.0.1:9/v1")
        run = desk.send(HELD, "Hi", Choices(models=("custom/any",), sampling=Sampling()))
        seen = 0
        async for _ in run:
            seen += 1
            if seen == 5:
                desk.stop(HELD)
        assert desk.load(HELD).turns[-1].replies[0].state == "stopped"

    async def test_new_conversation_is_not_overwritten_by_the_old_run(self, desk: ChatVisits) -> None:
        run = desk.send(HELD, "Count", choices("slow"))
        await until_said(run)
        desk.clear(HELD)
        assert desk.load(HELD) == Conversation()
        await last(run)
        assert desk.load(HELD) == Conversation()
        assert list(desk.sessions.conversations.home.rglob("conversation.json")) == []


class TestFailing:
    async def test_a_foreign_error_takes_one_column_and_tells_nothing(
        self, desk: ChatVisits, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        done = await last(desk.send(HELD, "Hi", choices("broken", "echo")))
        broken, echo = done.turns[-1].replies
        assert (broken.state, broken.failure.key) == ("failed", "internal")
        assert (echo.state, echo.text) == ("done", "You said: Hi")
        shown = capfd.readouterr()
        written = "".join(path.read_text("utf-8", "replace") for path in tmp_path.rglob("*") if path.is_file())
        assert "RuntimeError" in caplog.text
        assert CANARY not in caplog.text + shown.out + shown.err + written + repr(done)

    async def test_a_model_out_of_reach_takes_one_column(self, desk: ChatVisits) -> None:
        chosen = Choices(models=("scripted/ecco", "openai/gpt-6.1-sol", "scripted/echo"), sampling=Sampling())
        done = await last(desk.send(HELD, "Hi", chosen))
        failures = [reply.failure and reply.failure.key for reply in done.turns[-1].replies]
        assert failures == ["unknown_model", "missing_key", None]
        assert "scripted/echo" in done.turns[-1].replies[0].failure.values["near"]

    async def test_a_failed_turn_is_not_sent_again(self, desk: ChatVisits) -> None:
        await last(desk.send(HELD, "lost", choices("broken")))
        done = await last(desk.send(HELD, "Hi", choices("echo")))
        assert "lost" not in done.turns[-1].replies[0].sent.content


class TestChanging:
    async def test_regenerate_one_column_leaves_the_other(self, desk: ChatVisits) -> None:
        await last(desk.send(HELD, "Hi", choices("echo", "slow", max_tokens=2)))
        done = await last(desk.regenerate(HELD, choices("echo", "slow", max_tokens=5), column=1))
        assert texts(done) == ["You said:", "1 2 3 4 5"]
        assert len(done.turns) == 1

    async def test_resend_drops_what_came_after(self, desk: ChatVisits) -> None:
        for question in ("one", "two", "three"):
            await last(desk.send(HELD, question, choices("echo")))
        done = await last(desk.resend(HELD, 1, "other", choices("echo")))
        assert [turn.question for turn in done.turns] == ["one", "other"]

    async def test_undo_gives_the_question_back(self, desk: ChatVisits) -> None:
        await last(desk.send(HELD, "one", choices("echo")))
        assert desk.undo(HELD) == (Conversation(), "one")
        assert desk.undo(HELD) == (Conversation(), "")

    async def test_continue_hands_over_the_beginning(self, desk: ChatVisits) -> None:
        await last(desk.send(HELD, "a b c", choices("echo", max_tokens=2)))
        done = await last(desk.proceed(HELD, choices("echo")))
        assert texts(done) == ["You said: …and so on."]
        assert json.loads(done.turns[-1].replies[0].sent.content)["messages"][-1]["role"] == "assistant"

    async def test_continue_asks_in_words_where_it_must(self, desk: ChatVisits) -> None:
        await last(desk.send(HELD, "a b c", choices("thinker", max_tokens=2)))
        done = await last(desk.proceed(HELD, choices("thinker")))
        roles = [turn["role"] for turn in json.loads(done.turns[-1].replies[0].sent.content)["messages"]]
        assert roles == ["user", "assistant", "user"]
        assert texts(done)[0].startswith("«a b«Continue exactly")

    @pytest.mark.parametrize("action", ["regenerate", "proceed"])
    async def test_there_must_be_something_to_go_on_from(self, desk: ChatVisits, action: str) -> None:
        with pytest.raises(InputError):
            await last(getattr(desk, action)(HELD, choices("echo")))


class TestImages:
    async def ask(self, desk: ChatVisits, question: str, chosen: Choices) -> Conversation:
        return await last(desk.send(HELD, question, chosen, desk.attachments.of(HELD)))

    async def test_one_model_sees_and_the_other_says_that_it_cannot(self, desk: ChatVisits) -> None:
        await desk.attachments.add(HELD, images.png(), "red.png")
        await desk.attachments.add(HELD, images.photo(), "trip.jpg")
        done = await self.ask(desk, "What?", choices("seer", "echo"))
        seen, blind = done.turns[-1].replies
        assert (
            seen.text == "I was sent 2 images: image/png, 60 × 40 pixels; image/jpeg, 40 × 60 pixels. You asked: What?"
        )
        assert (blind.state, blind.failure.key) == ("failed", "unsupported_request.images")
        assert desk.attachments.of(HELD) == ()

    async def test_they_are_found_again_and_where_the_photo_was_taken_is_nowhere(
        self, desk: ChatVisits, tmp_path: Path
    ) -> None:
        await desk.attachments.add(HELD, images.photo(), "trip.jpg")
        done = await self.ask(desk, "Where?", choices("seer"))
        assert desk.load(HELD) == done
        (picture,) = done.turns[0].pictures
        assert images.PLACE.encode() not in picture.image.content + picture.small.content
        files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
        assert not [content for content in files if images.PLACE.encode() in content]

    async def test_earlier_images_go_along_or_are_said_to_be_left_out(self, desk: ChatVisits) -> None:
        await desk.attachments.add(HELD, images.png(), "red.png")
        await self.ask(desk, "What?", choices("seer"))
        (seen,) = (await self.ask(desk, "And?", choices("seer"))).turns[-1].replies
        (blind,) = (await self.ask(desk, "And?", choices("echo"))).turns[-1].replies
        assert seen.text.startswith("I was sent 1 image:")
        assert blind.text == "You said: And?"
        assert [change.reason for change in blind.changes] == ["images_not_seen"]

    async def test_asked_again_in_other_words_they_stay(self, desk: ChatVisits) -> None:
        await desk.attachments.add(HELD, images.png(), "red.png")
        await self.ask(desk, "What?", choices("seer"))
        await desk.attachments.add(HELD, images.png(colour="blue"), "blue.png")
        done = await last(desk.resend(HELD, 0, "Really?", choices("seer")))
        assert texts(done) == ["I was sent 1 image: image/png, 60 × 40 pixels. You asked: Really?"]
        assert [one.name for one in desk.attachments.of(HELD)] == ["blue.png"]

    async def test_taken_back_they_wait_again(self, desk: ChatVisits) -> None:
        await desk.attachments.add(HELD, images.png(), "red.png")
        await self.ask(desk, "What?", choices("seer"))
        assert desk.undo(HELD) == (Conversation(), "What?")
        assert [one.name for one in desk.attachments.of(HELD)] == ["red.png"]
        desk.clear(HELD)
        assert desk.attachments.of(HELD) == ()

    async def test_what_was_not_sent_still_waits(self, tmp_path: Path, scripted: Scripted) -> None:
        desk = seated(tmp_path, scripted, messages_per_minute=1)
        await self.ask(desk, "Hi", choices("echo"))
        await desk.attachments.add(HELD, images.png(), "red.png")
        with pytest.raises(LimitExceeded):
            await self.ask(desk, "What?", choices("seer"))
        assert [one.name for one in desk.attachments.of(HELD)] == ["red.png"]

    async def test_a_conversation_that_grew_too_large_is_not_begun(self, desk: ChatVisits) -> None:
        small = replace(desk.sessions.conversations, max_bytes=900)
        desk = replace(desk, sessions=replace(desk.sessions, conversations=small))
        await desk.attachments.add(HELD, images.png(), "red.png")
        with pytest.raises(LimitExceeded) as refused:
            await self.ask(desk, "What?", choices("seer"))
        assert refused.value.reason == "history"
        assert len(desk.attachments.of(HELD)) == 1

    async def test_at_most_four_and_only_images(self, desk: ChatVisits) -> None:
        with pytest.raises(ImageError) as refused:
            await desk.attachments.add(HELD, images.SVG, "drawing.png")
        assert (refused.value.reason, refused.value.values["file"]) == ("svg", "drawing.png")
        for number in range(4):
            await desk.attachments.add(HELD, images.png(), f"{number}.png")
        with pytest.raises(LimitExceeded) as more:
            await desk.attachments.add(HELD, images.png(), "4.png")
        assert (more.value.key, more.value.values["limit"]) == ("limit_exceeded.images", 4)
        desk.attachments.remove(HELD, 2)
        desk.attachments.remove(HELD, 9)
        assert [one.name for one in desk.attachments.of(HELD)] == ["0.png", "2.png", "3.png"]
        assert desk.attachments.of(OTHER) == ()

    async def test_a_photo_is_kept_as_large_as_models_read(self, desk: ChatVisits) -> None:
        await desk.attachments.add(HELD, images.png(3000, 1500), "wide.png")
        (picture,) = desk.attachments.of(HELD)
        assert size(picture.image) == (2048, 1024)
        assert size(picture.small) == (480, 240)


class TestBounds:
    async def test_what_does_not_fit_is_cut_and_told(self, desk: ChatVisits) -> None:
        for number in range(3):
            done = await last(desk.send(HELD, f"{number} " + "word " * 60, choices("variant")))
        (cut,) = [change for change in done.turns[-1].replies[0].changes if change.what == "history"]
        assert (cut.reason, cut.values["messages"]) == ("cut", 4)
        assert "0 word" not in done.turns[-1].replies[0].sent.content

    async def test_what_can_never_fit_is_an_error(self, desk: ChatVisits) -> None:
        done = await last(desk.send(HELD, "word " * 300, choices("variant")))
        assert done.turns[-1].replies[0].failure.key == "context_too_long"

    async def test_messages_a_minute(self, tmp_path: Path, scripted: Scripted) -> None:
        desk = seated(tmp_path, scripted, messages_per_minute=2)
        for question in ("one", "two"):
            await last(desk.send(HELD, question, choices("echo")))
        before = desk.load(HELD)
        with pytest.raises(LimitExceeded) as refused:
            await last(desk.send(HELD, "three", choices("echo")))
        assert refused.value.reason == "rate"
        assert desk.load(HELD) == before
        assert texts(await last(desk.send(OTHER, "Hi", choices("echo")))) == ["You said: Hi"]

    async def test_parallel_streams(self, tmp_path: Path, scripted: Scripted) -> None:
        desk = seated(tmp_path, scripted, parallel_streams=1)
        with pytest.raises(LimitExceeded) as refused:
            await last(desk.send(HELD, "Hi", choices("echo", "slow")))
        assert refused.value.reason == "streams"
        assert texts(await last(desk.send(HELD, "Hi", choices("echo")))) == ["You said: Hi"]


class TestDamage:
    @pytest.mark.parametrize(
        "image", ['["text/html", "PHA+"]', '["image/png", "%"]', '["image/png"]', "5", '["image/png", 5]', "[[], {}]"]
    )
    async def test_images_that_are_none_are_left_out(self, desk: ChatVisits, image: str) -> None:
        picture = f'{{"image": {image}, "small": {image}, "name": "x"}}'
        folder = desk.sessions.conversations.folder(HELD.visitor)
        folder.mkdir(parents=True)
        saved = f'{{"turns": [{{"question": "?", "pictures": [{picture}]}}]}}'
        (folder / "conversation.json").write_text(saved)
        assert desk.load(HELD) == Conversation(turns=(Turn(question="?"),), lost=1)

    @pytest.mark.parametrize(
        "content", [b"", b"\x00{", b"[]", b"5", b"{", b'{"turns": 5}', b'{"turns": [{"question": 1}]}', b"[" * 100_000]
    )
    async def test_what_cannot_be_read_counts_as_no_conversation(self, desk: ChatVisits, content: bytes) -> None:
        folder = desk.sessions.conversations.folder(HELD.visitor)
        folder.mkdir(parents=True)
        (folder / "conversation.json").write_bytes(content)
        assert desk.load(HELD) == Conversation(lost=1)
        assert texts(await last(desk.send(HELD, "Hi", choices("echo")))) == ["You said: Hi"]
