"""The Messages adapter: what it sends, what it counts, what it lists."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from providers.adapters import anthropic
from providers.adapters.anthropic.body import DEFAULT_MAX_TOKENS, DEFAULT_MAX_TOKENS_REASONING, body
from providers.adapters.anthropic.listing import parse_models
from providers.adapters.anthropic.reply import AnthropicReply
from providers.base import Network
from providers.errors import MissingKey, PlaygroundError, Refused, UnknownModel
from providers.types import Finish, Image, Message, ModelInfo, Request, Sampling, Text
from tests.faults.clients import FAST, connected, connection, outcome, question
from tests.faults.server import FaultServer

PICTURE = Image(b"\xff\xd8" + b"\x00" * 7000, "image/jpeg")
MODEL = ModelInfo(id="ok", provider="anthropic", name="OK", images=True, prefill=True)


def conversation(*messages: Message, sampling: Sampling = Sampling()) -> Request:  # noqa: B008 - frozen
    return Request(model=MODEL, messages=messages, sampling=sampling)


def test_body() -> None:
    request = conversation(
        Message.of("system", "Be brief."),
        Message("user", (PICTURE, Text("What is this?"))),
        Message.of("user", "Well?"),
        Message.of("assistant", "It is "),
        sampling=Sampling(max_tokens=9, stop=("END",)),
    )
    encoded = base64.b64encode(PICTURE.content).decode()
    assert body(request) == {
        "model": "ok",
        "max_tokens": 9,
        "stream": True,
        "system": "Be brief.",
        "stop_sequences": ["END"],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": encoded}},
                    {"type": "text", "text": "What is this?"},
                    {"type": "text", "text": "Well?"},
                ],
            },
            {"role": "assistant", "content": [{"type": "text", "text": "It is"}]},
        ],
    }


def test_a_length_is_always_sent() -> None:
    def length(**facts: object) -> object:
        return body(replace(question("m"), model=replace(MODEL, **facts)))["max_tokens"]  # type: ignore[arg-type]

    assert length() == DEFAULT_MAX_TOKENS
    assert length(reasoning=True) == DEFAULT_MAX_TOKENS_REASONING
    assert length(max_output=100, reasoning=True) == 100


async def test_what_is_sent_is_what_is_shown(fault_server: FaultServer) -> None:
    provider = connected("anthropic", fault_server, "sk-ant-secret")
    request = conversation(Message("user", (Text("What?"), PICTURE)))
    await outcome(provider, request)
    (received,) = fault_server.received
    rendered = await provider.render(request)
    shown = json.loads(rendered.content)
    assert shown["url"] == f"{fault_server.url}/v1/messages" == fault_server.url + received.path
    picture = received.body["messages"][0]["content"][1]["source"]  # type: ignore[index]
    assert base64.b64decode(picture["data"]) == PICTURE.content
    picture["data"] = "(7002 bytes, left out here)"
    assert received.body == shown["body"]
    assert received.headers["x-api-key"] == "sk-ant-secret"
    assert "authorization" not in received.headers
    assert "sk-ant-secret" not in rendered.content
    assert not rendered.exact
    await provider.aclose()


async def test_sampling_goes_with_the_older_protocol(fault_server: FaultServer) -> None:
    provider = connected("anthropic", fault_server)
    await outcome(provider, question("ok", Sampling(temperature=0, top_k=5, top_p=0.5)))
    await outcome(provider, question("ok", Sampling(max_tokens=5)))
    older, current = fault_server.received
    assert older.headers["anthropic-version"] == anthropic.WITH_SAMPLING
    assert {name: older.body[name] for name in ("temperature", "top_k", "top_p")} == {
        "temperature": 0,
        "top_k": 5,
        "top_p": 0.5,
    }
    assert current.headers["anthropic-version"] > anthropic.WITH_SAMPLING
    assert not {"temperature", "top_k", "top_p"} & current.body.keys()
    await provider.aclose()


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("tool_use", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
    ],
)
def test_stop_reasons(reason: str, finish: Finish) -> None:
    reply = AnthropicReply("anthropic")
    usage = {"output_tokens": 5}
    delta = {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}
    assert list(reply.take(delta)) == []
    assert reply.finish == finish
    delta["delta"] = {"stop_reason": "refusal"}
    with pytest.raises(Refused):
        list(reply.take(delta))


def test_usage_counts_what_was_cached() -> None:
    reply = AnthropicReply("anthropic")
    usage = {
        "input_tokens": 10,
        "output_tokens": 1,
        "cache_read_input_tokens": 100,
        "cache_creation_input_tokens": 1000,
    }
    message = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": usage}
    start = {"type": "message_start", "message": message}
    ended = {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn"},
        "usage": {"output_tokens": 50, "output_tokens_details": {"thinking_tokens": 30}},
    }
    assert reply.usage(question("m")).estimated
    list(reply.take(start))
    list(reply.take(ended))
    found = reply.usage(question("m"))
    assert (found.input_tokens, found.output_tokens) == (1110, 50)
    assert (found.cached_tokens, found.reasoning_tokens, found.estimated) == (100, 30, False)


async def test_models_are_the_catalogues_and_the_vendors(fault_server: FaultServer) -> None:
    row = ModelInfo(id="slow", provider="anthropic", name="Slow", context=5)
    joined = replace(connection("anthropic", "k"), models=(row,))
    provider = anthropic.Messages(joined, fault_server.anthropic)
    models = await provider.models()
    assert models[0].id == "slow"
    assert (models[0].context, models[0].temperature_max) == (5, 1.0)
    assert models[0].accepts == anthropic.ACCEPTS
    assert (models[1].id, models[1].name, models[1].context, models[1].max_output) == ("ok", "Ok", 1000, 500)
    assert models[1].accepts == {"max_tokens", "stop"}
    with pytest.raises(UnknownModel) as caught:
        async for _ in provider.stream(question("thinkre")):
            pass
    assert caught.value.values["near"] == "thinker"
    await provider.aclose()


def test_listing() -> None:
    yes, no = {"supported": True}, {"supported": False}
    rows = [
        {"id": "claude-opus-9", "display_name": "Opus 9", "lifecycle": "active", "max_input_tokens": 9, "max_tokens": 3,
         "capabilities": {"image_input": yes, "thinking": yes}},
        {"id": "claude-haiku-4-5-20251001", "lifecycle": "deprecated", "capabilities": {"image_input": no}},
        {"id": "claude-old", "lifecycle": "retired"},
        {"id": "claude-opus-4-7", "capabilities": None},
        {"id": None}, "claude",
    ]  # fmt: skip
    opus, haiku, newer = parse_models({"data": rows}, "anthropic")
    assert (opus.name, opus.images, opus.reasoning, opus.context, opus.max_output) == ("Opus 9", True, True, 9, 3)
    assert (haiku.images, haiku.reasoning) == (False, False)
    assert opus.accepts == newer.accepts == {"max_tokens", "stop"}
    assert haiku.accepts == anthropic.ACCEPTS
    with pytest.raises(ValueError, match="list"):
        list(parse_models([], "anthropic"))


async def test_models_fail_with_our_errors(fault_server: FaultServer) -> None:
    for fault, key in (("unauthorized", "authentication_failed"), ("overloaded", "overloaded")):
        provider = anthropic.Messages(connection("anthropic", "sk-echoed"), f"{fault_server.url}/fault/{fault}")
        with pytest.raises(PlaygroundError) as caught:
            await provider.models()
        assert caught.value.key == key
        assert "sk-echoed" not in str(caught.value)
        await provider.aclose()


def test_connect_needs_a_key() -> None:
    for key in (None, "", "  "):
        with pytest.raises(MissingKey) as caught:
            anthropic.connect(connection("anthropic", key))
        assert caught.value.reason is None
    with pytest.raises(MissingKey) as malformed:
        anthropic.connect(connection("anthropic", "sk-ant\x00"))
    assert malformed.value.reason == "malformed"


def test_a_visitors_address_changes_nothing() -> None:
    provider = anthropic.connect(connection("anthropic", "sk-operator", "https://evil.example", FAST))
    assert "evil" not in repr(vars(provider))
    hosted = Network(hosted=True)
    anthropic.connect(connection("anthropic", "k", network=hosted))
