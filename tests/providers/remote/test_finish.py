"""Why a reply ended: each service has words of its own, and what they mean is told."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from providers.adapters.openai.reply import OpenAIReply
from providers.errors import Overloaded, PlaygroundError, Refused, StreamTruncated, Unavailable
from providers.remote.reply import reply_events
from providers.types import Change, Done, Event, Message, ModelInfo, Request, TextDelta

REQUEST = Request(model=ModelInfo(id="m", provider="x", name="M"), messages=(Message.of("user", "Hi"),))


async def events_of(*chunks: dict[str, object]) -> list[Event]:
    async def sent() -> AsyncGenerator[object]:
        for chunk in chunks:
            yield {"choices": [chunk]}

    return [event async for event in reply_events(sent(), OpenAIReply("x"), REQUEST, 0.0)]


async def ended(reason: str, text: str = "Hello") -> list[Event]:
    return await events_of({"delta": {"content": text}}, {"delta": {}, "finish_reason": reason})


@pytest.mark.parametrize(
    ("reason", "error", "why"),
    [
        ("recitation", Refused, "filter"),
        ("RECITATION", Refused, "filter"),
        ("prohibited_content", Refused, "filter"),
        ("FINISH_REASON_BLOCKLIST", Refused, "filter"),
        ("cancelled", StreamTruncated, "cancelled"),
        ("abort", StreamTruncated, "cancelled"),
        ("insufficient_system_resource", Overloaded, None),
        ("error", Unavailable, None),
    ],
)
async def test_what_is_no_end_of_a_reply_is_its_failure(
    reason: str, error: type[PlaygroundError], why: str | None
) -> None:
    with pytest.raises(error) as raised:
        await ended(reason)
    assert raised.value.reason == why


@pytest.mark.parametrize("reason", ["MAX_TOKENS", "max_output_tokens", "length", "model_length"])
async def test_the_limit_has_many_names(reason: str) -> None:
    done = (await ended(reason))[-1]
    assert isinstance(done, Done) and done.finish == "length"


@pytest.mark.parametrize("reason", ["stop", "STOP", "eos", "end_turn"])
async def test_a_usual_end_is_not_talked_about(reason: str) -> None:
    assert [type(event) for event in await ended(reason)] == [TextDelta, Done]


@pytest.mark.parametrize(
    ("reason", "shown"), [("lunch_break", "lunch_break"), ("<b>x</b>" + "y" * 90, "bx/b" + "y" * 36), ("¡!", "?")]
)
async def test_an_unknown_reason_is_shown_by_its_name(reason: str, shown: str) -> None:
    told = [event for event in await ended(reason) if isinstance(event, Change)]
    assert told == [Change(what="ending", reason="ended_otherwise", values={"word": shown})]


CALL = {"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": "{}"}}]}


@pytest.mark.parametrize("reason", ["tool_calls", "function_call", "stop"])
async def test_the_call_of_a_tool_alone_is_no_reply(reason: str) -> None:
    with pytest.raises(Refused) as raised:
        await events_of({"delta": CALL}, {"delta": {}, "finish_reason": reason})
    assert raised.value.reason == "tool"


async def test_with_a_text_beside_it_the_text_is_the_reply() -> None:
    found = await events_of(
        {"delta": {"content": "Let me look.", **CALL}}, {"delta": {}, "finish_reason": "tool_calls"}
    )
    assert [type(event) for event in found] == [TextDelta, Change, Done]
