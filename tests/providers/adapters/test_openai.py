"""The Chat Completions adapter: what it sends, what it lists, and a real server that is not ours."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from providers.adapters import openai
from providers.adapters.openai.body import body
from providers.adapters.openai.listing import parse_models
from providers.base import Credentials, Endpoint, Network, complete
from providers.catalog import load
from providers.errors import InputError, MissingKey, PlaygroundError, Timeout, UnknownModel
from providers.fit import fit
from providers.importing import importing
from providers.registry import connect
from providers.remote.corrections import WireRequest
from providers.remote.refusals import VendorCall, refusal
from providers.types import Image, Message, ModelInfo, Request, Sampling, Text, TextDelta, TokenLogprobs
from tests.faults.clients import FAST, connected, connection, outcome, question
from tests.faults.server import FaultServer
from tests.providers.serving import serving

EVERYTHING = Sampling(
    temperature=0, top_k=3, top_p=0.5, min_p=0.1, typical_p=0.9, repetition_penalty=1.1, frequency_penalty=0.2,
    presence_penalty=0.3, max_tokens=7, seed=0, stop=("a", "b"),
)  # fmt: skip
PICTURE = Image(b"\x89PNG" + b"\x00" * 9000, "image/png")


def with_picture(model: ModelInfo) -> Request:
    messages = (
        Message.of("system", "Be brief."),
        Message("user", (Text("What is "), PICTURE, Text("this?"))),
        Message.of("assistant", "A"),
        Message.of("user", "And now?"),
    )
    return Request(model=model, messages=messages, sampling=EVERYTHING)


async def test_what_is_sent_is_what_is_shown(fault_server: FaultServer) -> None:
    provider = connected("openai", fault_server, "sk-secret")
    request = with_picture(replace(question("ok").model, images=True))
    await outcome(provider, request)
    (received,) = fault_server.received
    shown = json.loads((await provider.render(request)).content)
    assert shown["url"] == f"{fault_server.openai}/chat/completions"
    sent_parts = received.body["messages"][1]["content"]  # type: ignore[index]
    shown_parts = shown["body"]["messages"][1]["content"]
    assert len(sent_parts[1]["image_url"]["url"]) > 12000
    assert shown_parts[1]["image_url"]["url"] == "data:image/png;base64,(9004 bytes, left out here)"
    sent_parts[1] = shown_parts[1]
    assert received.body == shown["body"]
    assert received.headers["authorization"] == "Bearer sk-secret"
    await provider.aclose()


def test_body() -> None:
    endpoint = Endpoint(name="x", title="X", base_url="http://x", max_tokens_field="max_completion_tokens")
    sent = body(WireRequest(with_picture(ModelInfo(id="m", provider="x", name="M"))), endpoint)
    messages = sent.pop("messages")
    assert sent == {
        "model": "m", "stream": True, "stream_options": {"include_usage": True}, "temperature": 0, "top_k": 3,
        "top_p": 0.5, "min_p": 0.1, "typical_p": 0.9, "repetition_penalty": 1.1, "frequency_penalty": 0.2,
        "presence_penalty": 0.3, "max_completion_tokens": 7, "seed": 0, "stop": ["a", "b"],
    }  # fmt: skip
    assert [(m["role"], type(m["content"])) for m in messages] == [  # type: ignore[attr-defined]
        ("system", str), ("user", list), ("assistant", str), ("user", str),
    ]  # fmt: skip
    assert [part["type"] for part in messages[1]["content"]] == ["text", "image_url", "text"]  # type: ignore[index]
    assert "stream_options" not in body(WireRequest(question("m")), replace(endpoint, usage_in_stream=False))


async def test_the_estimate_is_from_above() -> None:
    provider = openai.connect(connection("openai", "k"))
    text = "The quick brown fox jumps over the lazy dog. ¿Dónde está la biblioteca? 数は十二です。" * 20
    request = replace(question("m"), messages=(Message.of("user", text),))
    rendered = await provider.render(request)
    assert not rendered.exact
    assert len(text.split()) * 1.5 < rendered.tokens < len(text.encode())
    assert "Bearer" not in rendered.content
    await provider.aclose()


async def test_logprobs(fault_server: FaultServer) -> None:
    provider = connected("openai", fault_server)
    events = (await outcome(provider, question("ok", logprobs=2))).events
    tokens = [token for event in events if isinstance(event, TokenLogprobs) for token in event.tokens]
    assert "".join(token.token for token in tokens) == "Hello world"
    assert all(token.logprob == -0.25 and len(token.alternatives) == 2 for token in tokens)
    assert tokens[0].alternatives[1] == ("Hel1", -2.0)
    await outcome(provider, question("ok", logprobs=0))
    await outcome(provider, question("ok", logprobs=50))
    bodies = fault_server.bodies("ok")
    asked = [(sent.get("logprobs"), sent.get("top_logprobs")) for sent in bodies]
    assert asked == [(True, 2), (True, None), (True, 20)]
    await provider.aclose()


async def test_usage_is_estimated_where_none_is_reported(fault_server: FaultServer) -> None:
    endpoint = Endpoint(name="x", title="X", base_url=fault_server.openai, usage_in_stream=False)
    provider = openai.ChatCompletions(connection("x", None), endpoint, frozenset())
    usage = (await complete(provider, question("ok"))).done.usage
    assert usage.estimated
    assert (usage.input_tokens, usage.output_tokens) == (9, 4)
    assert "authorization" not in fault_server.received[0].headers, "no key, no header"
    await provider.aclose()


async def test_models_are_the_catalogues_and_the_servers(fault_server: FaultServer) -> None:
    row = ModelInfo(id="slow", provider="custom", name="Slow", context=5)
    provider = openai.connect(replace(connection("custom", "k", fault_server.openai), models=(row,)))
    models = await provider.models()
    assert [model.id for model in models] == ["slow", "ok", "stall", "thinker", "whisper-9"]
    assert models[0].context == 5
    assert models[0].accepts == models[1].accepts == openai.STANDARD
    assert {model.provider for model in models} == {"custom"}
    with pytest.raises(UnknownModel) as caught:
        await complete(provider, question("thinke"))
    assert caught.value.values["near"] == "thinker"
    await provider.aclose()


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ("unauthorized", "authentication_failed"),
        ("redirect", "unavailable.redirect"),
        ("server-error", "unavailable"),
        ("not-found", "unavailable.not_an_api"),
    ],
)
async def test_models_fail_with_our_errors(fault: str, key: str, fault_server: FaultServer) -> None:
    provider = openai.connect(connection("custom", "sk-echoed", f"{fault_server.url}/fault/{fault}/v1"))
    with pytest.raises(PlaygroundError) as caught:
        await provider.models()
    assert caught.value.key == key
    assert "sk-echoed" not in str(caught.value)
    await provider.aclose()


async def test_a_list_that_never_comes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        base_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        provider = openai.connect(connection("custom", "k", base_url, Network(first_token=0.2)))
        with pytest.raises(Timeout):
            await provider.models()
        await provider.aclose()


def ids(endpoint: Endpoint, *rows: dict[str, object]) -> dict[str, ModelInfo]:
    return {model.id: model for model in parse_models({"data": list(rows)}, endpoint)}


def test_listing_of_openai() -> None:
    names = [
        "gpt-6-luna", "gpt-4o", "gpt-4o-mini-2024-07-18", "text-embedding-3-small", "tts-1", "whisper-1",
        "gpt-image-2", "omni-moderation-latest", "gpt-realtime-2", "gpt-4o-audio-preview", "davinci-002", "sora-2",
        "gpt-4o-transcribe", "gpt-5.5-pro", "gpt-5.3-codex", "gpt-4o-search-preview", "dall-e-3",
        "gpt-3.5-turbo-instruct",
    ]  # fmt: skip
    models = ids(openai.OPENAI, *({"id": name} for name in names))
    assert set(models) == {"gpt-6-luna", "gpt-4o", "gpt-4o-mini-2024-07-18"}
    assert models["gpt-6-luna"].accepts == {"max_tokens"}
    assert models["gpt-4o"].accepts == openai.STANDARD
    assert not models["gpt-4o"].images


def test_listing_tells_what_the_server_tells() -> None:
    router = load().endpoints["openrouter"]
    models = ids(
        router,
        {"id": "a/sees", "context_length": 1000, "architecture": {"input_modalities": ["text", "image"]}},
        {"id": "b/blind", "context_window": "many", "architecture": None},
        {"id": "models/c", "max_model_len": 7},
        {"id": 5},
        {"id": "mistral-embed", "capabilities": {"completion_chat": False}},
        {"id": "mistral-x", "capabilities": {"completion_chat": True, "vision": True}, "max_context_length": 9},
    )
    facts = {name: (model.images, model.context) for name, model in models.items()}
    assert facts == {"a/sees": (True, 1000), "b/blind": (False, None), "c": (False, 7), "mistral-x": (True, 9)}
    for answer in ("<html>", {"data": None}, {"object": "error"}):
        with pytest.raises(ValueError, match="list"):
            list(parse_models(answer, router))


def test_connect_needs_a_key_or_an_address() -> None:
    with pytest.raises(MissingKey):
        openai.connect(connection("openai", None))
    with pytest.raises(MissingKey) as malformed:
        openai.connect(connection("openai", "sk-\nabc"))
    assert malformed.value.reason == "malformed"
    with pytest.raises(InputError):
        openai.connect(connection("custom", "k"))
    with pytest.raises(InputError):
        openai.connect(connection("custom", "k", "file:///etc/passwd"))


def test_a_visitors_address_never_gets_a_vendors_key() -> None:
    """A key of the operator's goes to its vendor, whatever address a visitor names."""
    catalog, options = load(), connection("openai", "k").options
    for name in ("openai", "mistral", "gemini"):
        provider = connect(name, catalog, options, Credentials("sk-operator", "https://evil.example/v1"))
        assert "evil" not in repr(vars(provider))


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (400, [{"error": {"code": 400, "message": "API key not valid."}}], "authentication_failed"),
        (400, {"message": "x is not a valid model ID", "code": 400}, "unknown_model"),
        (400, {"message": "filtered", "code": "content_filter"}, "refused.filter"),
        (400, {"message": "m", "code": "context_length_exceeded"}, "context_too_long"),
        (402, {"message": "pay"}, "rate_limited.quota"),
        (404, {"detail": "Not Found"}, "unavailable.not_an_api"),
        (404, "<html>", "unavailable.not_an_api"),
        (404, {"message": "no such model"}, "unknown_model"),
        (405, "", "unavailable"),
        (418, {"message": "teapot"}, "unavailable"),
        (422, {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}, "seed"),
        (400, {"message": "'temperature' does not support 0", "param": "temperature"}, "temperature"),
        (400, {"message": "top_p must be below 1"}, "top_p"),
        (400, {"message": "please stop sending nonsense"}, None),
        (400, {"message": "bad", "param": "messages[0].content"}, None),
        (400, None, None),
    ],
)  # fmt: skip
def test_refusals_of_the_vendors(status: int, error: object, expected: str | None) -> None:
    sent = {name: name for name in ("temperature", "top_p", "seed", "stop")}
    asked = VendorCall(provider="x", request=question("m"), sent=sent)
    found = refusal(status, error, None, asked)
    if found.key == "unsupported_request.rejected":
        assert found.values["parameter"] == expected
    else:
        assert found.key == expected


@pytest.fixture(scope="module")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """`transformers serve`, which knows nothing of us, with a tiny llama."""
    with importing():
        from tests.providers import tiny_llama

    folder = tiny_llama.build(tmp_path_factory.mktemp("tiny"))
    with serving(folder, tmp_path_factory.mktemp("home")) as base_url:
        yield base_url, folder


def greedy(folder: Path, prompt: str, length: int) -> str:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    ids = tokenizer(prompt, return_tensors="pt")
    out = model.generate(**ids, max_new_tokens=length, do_sample=False)
    return str(tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True))


class TestRealServer:
    async def test_greedy_text_is_the_models(self, real_server: tuple[str, Path]) -> None:
        base_url, folder = real_server
        provider = openai.connect(connection("custom", None, base_url, Network()))
        model = ModelInfo(id=str(folder), provider="custom", name="tiny")
        messages = (Message.of("system", "Be brief."), Message.of("user", "Hi"))
        sampling = Sampling(temperature=0, max_tokens=24)
        request = fit(Request(model=model, messages=messages, sampling=sampling)).request
        completion = await complete(provider, request)
        prompt = "system: Be brief.\nuser: Hi\nassistant: "
        assert completion.text == greedy(folder, prompt, 24)
        assert completion.done.finish == "length"
        assert completion.done.usage.output_tokens == 24
        assert completion.done.usage.input_tokens == len(prompt)
        assert not completion.done.usage.estimated
        await provider.aclose()

    async def test_stop_and_ask_again(self, real_server: tuple[str, Path]) -> None:
        base_url, folder = real_server
        provider = openai.connect(connection("custom", "k", base_url, Network()))
        model = ModelInfo(id=str(folder), provider="custom", name="tiny")
        request = Request(model=model, messages=(Message.of("user", "Hi"),), sampling=Sampling(max_tokens=400))
        events = provider.stream(request)
        async for event in events:
            if isinstance(event, TextDelta):
                break
        await events.aclose()
        again = replace(request, sampling=Sampling(max_tokens=3))
        assert (await complete(provider, again)).done.usage.output_tokens == 3
        await provider.aclose()

    async def test_models_and_an_unknown_one(self, real_server: tuple[str, Path]) -> None:
        base_url, _ = real_server
        provider = openai.connect(connection("custom", "k", base_url, replace(FAST, first_token=30)))
        assert isinstance(await provider.models(), tuple)
        with pytest.raises(PlaygroundError):
            await complete(provider, question("nobody/has-this"))
        await provider.aclose()
