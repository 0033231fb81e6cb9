"""Replies as they grow, side by side, and conversations as values: no page, no visitor."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.asking.answer import answer
from playground.asking.columns import ColumnRequest, ReplyColumn, side_by_side
from playground.asking.reply import Reply, Sent
from playground.tabs.chat.lab.conversation import Conversation, Turn
from playground.tabs.chat.lab.presets import examples, presets
from providers.adapters.scripted import Scripted
from providers.base import complete
from providers.errors import Failure, MissingKey
from providers.types import Change, Event, Image, Message, Request, Sampling, TextDelta, Timing, Usage
from tests import virtual_time
from tests.playground.asking.hostile_images import drawn, saved

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)
WORDS = st.text(max_size=12)
COUNTS = st.integers(0, 10**6)
SCALARS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | NUMBERS | WORDS
SAMPLINGS = st.builds(
    Sampling, temperature=st.none() | NUMBERS, seed=st.none() | COUNTS, stop=st.lists(WORDS, max_size=2).map(tuple)
)
REPLIES = st.builds(
    Reply,
    model=WORDS,
    state=st.sampled_from(["done", "stopped", "failed"]),
    text=WORDS,
    reasoning=WORDS,
    finish=st.sampled_from([None, "stop", "length"]),
    usage=st.none() | st.builds(Usage, input_tokens=COUNTS, output_tokens=COUNTS),
    timing=st.none() | st.builds(Timing, first_token=NUMBERS, total=NUMBERS),
    cost=st.none() | NUMBERS,
    sampling=SAMPLINGS,
    changes=st.lists(
        st.builds(Change, what=WORDS, reason=WORDS, values=st.dictionaries(WORDS, SCALARS, max_size=2)), max_size=2
    ).map(tuple),
    sent=st.none() | st.builds(Sent, content=WORDS, language=WORDS),
    failure=st.none() | st.builds(Failure, WORDS, st.dictionaries(WORDS, SCALARS, max_size=2)),
    progress=st.none(),
)
TURNS = st.builds(Turn, question=WORDS, replies=st.lists(st.none() | REPLIES, max_size=4).map(tuple))
CONVERSATIONS = st.builds(Conversation, system=WORDS, turns=st.lists(TURNS, max_size=3).map(tuple))


async def request(name: str, text: str = "Hi", **sampling: object) -> Request:
    (info,) = [info for info in await Scripted().models() if info.id == name]
    return Request(model=info, messages=(Message.of("user", text),), sampling=Sampling(**sampling))


class Endless(Scripted):
    """Ends without saying that it has ended."""

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        yield TextDelta("Half a")


class TestAnswer:
    async def test_snapshots_grow_and_the_last_is_done(self) -> None:
        snapshots = [reply async for reply in answer(Scripted(), await request("echo", "a b", seed=3))]
        texts = [reply.text for reply in snapshots]
        assert all(later.startswith(sooner) for sooner, later in pairwise(texts))
        last = snapshots[-1]
        assert (last.state, last.text, last.finish) == ("done", "You said: a b", "stop")
        assert last.usage == Usage(input_tokens=2, output_tokens=4)
        assert last.sampling.seed == 3
        assert json.loads(last.sent.content)["messages"] == [{"role": "user", "content": "a b"}]
        assert [reply.running for reply in snapshots].count(False) == 1

    async def test_an_end_without_a_reason_is_a_failure(self) -> None:
        last = [reply async for reply in answer(Endless(), await request("echo"))][-1]
        assert (last.state, last.text, last.failure.key) == ("failed", "Half a", "stream_truncated.no_end")

    async def test_an_error_becomes_part_of_the_reply(self) -> None:
        last = [reply async for reply in answer(Scripted(), await request("broken"))][-1]
        assert (last.state, last.failure.key) == ("failed", "stream_truncated.reset")
        assert last.text == "This answer breaks off in the mid"

    async def test_closing_it_stops_the_work(self) -> None:
        provider = Scripted()
        async with aclosing(answer(provider, await request("slow"))) as replies:
            async for reply in replies:
                if reply.text:
                    break
        computed = provider.computed
        await asyncio.sleep(0.1)
        assert provider.computed == computed


class TestSideBySide:
    async def column(self, name: str, provider: Scripted) -> ReplyColumn:
        return ReplyColumn.of(provider, await request(name))

    async def test_one_failure_leaves_the_others(self) -> None:
        provider = Scripted()

        @asynccontextmanager
        async def refused() -> AsyncIterator[ColumnRequest]:
            raise MissingKey(provider="openai")
            yield

        locked = ReplyColumn("openai/x", refused)
        columns = [await self.column("broken", provider), locked, await self.column("echo", provider)]
        snapshots = [replies async for replies in side_by_side(columns, asyncio.Event())]
        assert [reply.state for reply in snapshots[-1]] == ["failed", "failed", "done"]
        assert snapshots[-1][1].failure == Failure("missing_key", {"provider": "openai"})

    async def test_it_ends_with_the_last_of_each(self) -> None:
        columns = [await self.column("echo", Scripted()), await self.column("showcase", Scripted())]
        *_, latest = [replies async for replies in side_by_side(columns, asyncio.Event())]
        whole = [(await complete(Scripted(), await request(name))).text for name in ("echo", "showcase")]
        assert [(reply.state, reply.text) for reply in latest] == [("done", text) for text in whole]

    async def test_columns_do_not_wait_for_each_other(self) -> None:
        columns = [await self.column("slow", Scripted()), await self.column("echo", Scripted())]
        async with aclosing(side_by_side(columns, asyncio.Event())) as snapshots:
            async for slow, echo in snapshots:  # noqa: B007
                if echo.state == "done":
                    break
        assert slow.running
        assert len(slow.text.split()) < 100

    def test_it_is_redrawn_at_most_twenty_times_a_second(self) -> None:
        async def snapshots_in_a_second() -> int:
            columns, count = [await self.column("slow", Scripted(0.001))], 0
            async with aclosing(side_by_side(columns, asyncio.Event())) as snapshots:
                async for _ in snapshots:
                    if asyncio.get_running_loop().time() > 1:
                        break
                    count += 1
            return count

        assert 15 < virtual_time.run(snapshots_in_a_second()) <= 21

    @pytest.mark.parametrize("how", ["stop", "close"])
    async def test_stop_and_close_end_all_columns(self, how: str) -> None:
        provider, stop = Scripted(), asyncio.Event()
        columns = [await self.column("slow", provider) for _ in range(4)]
        last: tuple[Reply, ...] = ()
        async with aclosing(side_by_side(columns, stop)) as snapshots:
            async for last in snapshots:
                if all(reply.text for reply in last):
                    if how == "close":
                        break
                    computed = provider.computed
                    stop.set()
        if how == "close":
            computed = provider.computed
        else:
            assert {reply.state for reply in last} == {"stopped"}
        await asyncio.sleep(0.1)
        assert provider.computed - computed <= 4
        assert len(asyncio.all_tasks()) == 1

    async def test_a_stop_before_it_begins(self) -> None:
        stop = asyncio.Event()
        stop.set()
        snapshots = [replies async for replies in side_by_side([await self.column("slow", Scripted())], stop)]
        assert snapshots[-1][0].state == "stopped"


class TestConversation:
    @given(CONVERSATIONS)
    def test_it_survives_json(self, conversation: Conversation) -> None:
        assert Conversation.from_json(json.loads(json.dumps(conversation.to_json()))) == conversation

    @pytest.mark.parametrize("value", [None, 5, [], "x", {"turns": 5}, {"turns": [{}]}, {"turns": [[]]}])
    def test_another_shape_is_a_value_error(self, value: object) -> None:
        with pytest.raises(ValueError):
            Conversation.from_json(value)

    def test_a_new_column_begins_empty(self) -> None:
        first = Conversation(system="Be brief.").ask("one", ("a/b",))
        said = first.with_replies((Reply(model="a/b", state="done", text="1"),)).ask("two", ("a/b", "c/d"))
        turns = [(message.role, message.text) for message in said.messages(1)]
        assert turns == [("system", "Be brief."), ("user", "two")]
        assert said.reply(0, 1) is None

    @given(CONVERSATIONS, st.lists(WORDS, max_size=4, unique=True))
    def test_a_column_has_its_own_models_replies_and_none_is_lost(self, said: Conversation, models: list[str]) -> None:
        arranged = said.arrange(models)
        for before, turn in zip(said.turns, arranged.turns, strict=True):
            if len(models) > 1:
                own = turn.replies[: len(models)]
                assert all(reply is None or reply.model == model for reply, model in zip(own, models, strict=True))
            written = [reply for reply in before.replies if reply is not None]
            assert sorted(map(id, written)) == sorted(id(reply) for reply in turn.replies if reply is not None)
        assert arranged.arrange(models) == arranged

    def test_a_column_may_begin_with_a_labelled_copy(self) -> None:
        first = Conversation().ask("one", ("a/b",)).with_replies((Reply(model="a/b", state="done", text="1"),))
        copied = first.copy_to(["a/b", "c/d"], 1)
        assert [message.text for message in copied.ask("two", ("a/b", "c/d")).messages(1)] == ["one", "1", "two"]
        copy = copied.reply(0, 1)
        assert copy is not None and (copy.model, copy.column) == ("a/b", "c/d"), "it still names who wrote it"
        assert copied.arrange(["c/d", "a/b"]).reply(0, 0) == copy and copied.copy_to(["a/b", "c/d"], 1) == copied
        assert Conversation.from_json(json.loads(json.dumps(copied.to_json()))) == copied

    def test_a_model_alone_goes_on_with_the_conversation(self) -> None:
        first = Conversation().ask("one", ("a/b",)).with_replies((Reply(model="a/b", state="done", text="1"),))
        second = first.arrange(["c/d"]).ask("two", ("c/d",))
        assert [message.text for message in second.messages(0)] == ["one", "1", "two"]
        second = second.with_replies((Reply(model="c/d", state="done", text="2"),))
        both = second.arrange(["c/d", "a/b"])
        assert [
            both.reply(turn, column) and both.reply(turn, column).model for turn in (0, 1) for column in (0, 1)
        ] == [
            None,
            "a/b",
            "c/d",
            None,
        ]


class TestStarts:
    def test_every_preset_and_example_is_there_in_both_languages(self) -> None:
        for preset in presets():
            assert preset.name.keys() == preset.system.keys() == {"en", "es"}
        for example in examples():
            assert example.title.keys() == example.text.keys() == {"en", "es"}
        assert len({preset.id for preset in presets()}) == len(presets()) >= 4
        assert len(examples()) >= 3


def picture(width: int, height: int) -> Image:
    return Image(saved(drawn((width, height)), "PNG"), "image/png")


async def test_an_image_is_sent_as_large_as_the_model_reads() -> None:
    """And the reply says so; what was sent names its bytes, not the picture itself."""
    from providers.image import size
    from providers.types import Text
    from tests.playground.tabs.vision.lab.faking import SEEING, Fake

    provider = Fake(lambda request: "red")
    request = Request(model=SEEING, messages=(Message("user", (picture(400, 200), Text("What is it?"))),))
    last = [reply async for reply in answer(provider, request)][-1]
    assert last.text == "red"
    assert [(change.what, change.reason) for change in last.changes] == [("images", "image_smaller")]
    assert size(provider.requests[0].messages[0].images[0]) == (200, 100)


def test_an_image_of_a_conversation_that_was_kept_has_its_name() -> None:
    from dataclasses import replace

    from playground.tabs.chat.lab.pictures import MessagePicture
    from providers.types import ImageFile

    image = replace(picture(40, 20), file=ImageFile("roble.heic", 400, 200))
    asked = Conversation().ask("?", ("a/b",), (MessagePicture(image=image, small=image, name="roble.heic"),))
    kept = Conversation.from_json(asked.to_json())
    assert kept == asked
    for conversation in (asked, kept):
        (message,) = conversation.messages(0)
        assert [one.name for one in message.images] == ["roble.heic"]
