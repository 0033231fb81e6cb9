"""Every row of the catalogue that names a vendor, run against a real server: what is added is tested on arrival."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from providers.adapters import anthropic, openai
from providers.base import Connection, Credentials, Endpoint, Options, complete
from providers.catalog import load
from providers.errors import MissingKey
from providers.fit import fit
from providers.remote.addresses import checked_url
from providers.sampling import PARAMETERS
from providers.types import Message, ModelInfo, Request, Sampling
from tests.faults.clients import FAST, connection, question
from tests.faults.server import FaultServer

CATALOG = load()
ENDPOINTS = [*CATALOG.endpoints.values(), openai.OPENAI]
VENDOR_ROWS = [*CATALOG.of("openai"), *CATALOG.of("anthropic")]
EXPECTED = {"gemini", "huggingface-router", "mistral", "groq", "openrouter", "ollama", "lmstudio", "vllm", "llamacpp"}
RETIRING = {"gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-4o", "gpt-4.1", "claude-sonnet-4-5"}
EVERYTHING = Sampling(
    temperature=0.5, top_k=3, top_p=0.5, min_p=0.1, typical_p=0.9, repetition_penalty=1.1, frequency_penalty=0.2,
    presence_penalty=0.3, max_tokens=7, seed=1, stop=("END",),
)  # fmt: skip


def test_the_vendors_are_there() -> None:
    assert set(CATALOG.endpoints) >= EXPECTED


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_row(endpoint: Endpoint) -> None:
    url = checked_url(endpoint.base_url)
    assert endpoint.accepts
    assert "max_tokens" in endpoint.accepts
    if endpoint.local:
        assert url.host == "localhost"
        assert endpoint.key_variable is None
    else:
        assert url.scheme == "https"
        assert endpoint.key_variable
        assert endpoint.key_variable.isupper()
        assert checked_url(endpoint.key_url or "").scheme == "https"


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
async def test_vendor_is_sent_what_its_row_says(endpoint: Endpoint, fault_server: FaultServer) -> None:
    here = replace(endpoint, base_url=fault_server.openai)
    provider = openai.ChatCompletions(connection(endpoint.name, "sk-test"), here, frozenset())
    model = next(model for model in await provider.models() if model.id == "ok")
    assert model.local == endpoint.local
    assert model.accepts <= endpoint.accepts
    generous = replace(model, accepts=endpoint.accepts)
    fitted = fit(replace(question("ok", EVERYTHING), model=generous))
    completion = await complete(provider, fitted.request)
    assert completion.text == "Hello world"
    sent = fault_server.bodies("ok")[-1]
    names = {"max_tokens" if name == endpoint.max_tokens_field else name for name in sent}
    assert names & PARAMETERS.keys() == endpoint.accepts
    refused = {change.what for change in fitted.changes if change.reason != "not_promised"}
    assert refused == EVERYTHING.chosen_values().keys() - endpoint.accepts
    assert ("stream_options" in sent) == endpoint.usage_in_stream
    assert completion.done.usage.estimated != endpoint.usage_in_stream
    assert all(request.key == "sk-test" for request in fault_server.received)
    await provider.aclose()


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
async def test_a_key_where_one_is_needed(endpoint: Endpoint, tmp_path: Path) -> None:
    row = None if endpoint is openai.OPENAI else endpoint
    joined = Connection(provider=endpoint.name, models=(), options=Options(home=tmp_path), endpoint=row)
    if endpoint.key_variable:
        with pytest.raises(MissingKey) as caught:
            openai.connect(joined)
        assert caught.value.values == {"provider": endpoint.name}
    else:
        await openai.connect(joined).aclose()


async def test_a_local_server_elsewhere(fault_server: FaultServer, tmp_path: Path) -> None:
    joined = Connection(
        provider="vllm",
        models=(),
        options=Options(home=tmp_path, network=FAST),
        credentials=Credentials(None, fault_server.openai),
        endpoint=CATALOG.endpoints["vllm"],
    )
    provider = openai.connect(joined)
    models = await provider.models()
    assert all(model.local and model.logprobs for model in models)
    assert (await complete(provider, question("ok"))).text == "Hello world"
    await provider.aclose()


@pytest.mark.parametrize("model", VENDOR_ROWS, ids=lambda model: model.ref)
async def test_model_row(model: ModelInfo, fault_server: FaultServer) -> None:
    """The SDK knows the name; what it takes is what its adapter passes on; the request is built from the row."""
    from anthropic.types import model as anthropic_models
    from openai.types.shared import chat_model

    known = Path((anthropic_models if model.provider == "anthropic" else chat_model).__file__).read_text("utf-8")
    assert f'"{model.id}"' in known
    assert model.id not in RETIRING
    accepts = anthropic.ACCEPTS if model.provider == "anthropic" else openai.OPENAI.accepts
    assert model.accepts <= accepts
    assert not model.local
    if model.reasoning:
        assert not model.accepts & {"temperature", "top_p", "top_k"}
        assert not model.logprobs
    request = Request(model=model, messages=(Message.of("user", "Hi"),), sampling=EVERYTHING)
    fitted = fit(request)
    assert fitted.request.sampling.chosen_values().keys() == model.accepts
    assert {change.what for change in fitted.changes} >= EVERYTHING.chosen_values().keys() - model.accepts


def test_contexts_are_those_of_the_price_list() -> None:
    from genai_prices.data import providers

    listed = {(vendor.id, model.id): model.context_window for vendor in providers for model in vendor.models}
    checked = [model for model in VENDOR_ROWS if model.context is not None]
    assert checked
    assert {model.ref: model.context for model in checked} == {
        model.ref: listed[model.provider, model.id] for model in checked
    }
