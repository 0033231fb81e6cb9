"""What a service refuses that could have been left out or said otherwise is put right, told, and remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from providers.adapters import anthropic, openai
from providers.base import Endpoint, Options, Provider
from providers.errors import UnsupportedRequest
from providers.remote.corrections import MODELS, Correction, Learnt
from providers.types import Change, Message, Request, Sampling
from tests.faults.clients import PROTOCOLS, connection, outcome, question
from tests.faults.script import TEXT
from tests.faults.server import FaultServer

LONG = Sampling(max_tokens=4000)
CASES = {
    "max-tokens-renamed": [Change(what="max_tokens", reason="renamed", values={"to": "max_completion_tokens"})],
    "max-tokens-refused": [
        Change(what="max_tokens", reason="renamed", values={"to": "max_completion_tokens"}),
    ],
    "max-tokens-capped": [Change(what="max_tokens", reason="lowered", values={"to": 2048})],
    "reply-beyond-the-context": [Change(what="max_tokens", reason="lowered", values={"to": 1000})],
    "stream-options-refused": [Change(what="stream_options", reason="rejected_by_api")],
    "no-system-role": [Change(what="system", reason="system_in_first_message")],
}


def connected(server: FaultServer, options: Options, path: str = "/v1", **fields: object) -> Provider:
    """As a visitor's next request is: a connection of its own, and what is kept is the page's."""
    made = replace(connection("custom", "sk-test", f"{server.url}{path}"), options=options)
    endpoint = Endpoint(
        name="custom", title="custom", base_url=f"{server.url}{path}", accepts=openai.STANDARD, **fields
    )
    return openai.ChatCompletions(made, endpoint, frozenset())


def options() -> Options:
    return connection("custom", None).options


def asked(name: str) -> Request:
    request = question(name, LONG)
    return replace(request, messages=(Message.of("system", "Be brief."), *request.messages))


async def changes(provider: Provider, request: Request) -> list[Change]:
    found = await outcome(provider, request)
    await provider.aclose()
    assert (found.text, found.error) == (TEXT, None)
    return [event for event in found.events if isinstance(event, Change)]


async def test_what_a_protocol_demands_is_neither_renamed_nor_left_out(fault_server: FaultServer) -> None:
    """As behind a proxy that speaks Anthropic's protocol for a service that calls it otherwise."""
    provider = anthropic.Messages(connection("anthropic", "sk-test"), fault_server.anthropic)
    found = await outcome(provider, asked("max-tokens-renamed"))
    await provider.aclose()
    assert isinstance(found.error, UnsupportedRequest) and found.events == []
    assert len(fault_server.received) == 1


@pytest.mark.parametrize("name", CASES)
async def test_a_refusal_is_put_right_and_told(name: str, fault_server: FaultServer) -> None:
    assert await changes(connected(fault_server, options()), asked(name)) == CASES[name]
    assert len(fault_server.received) == 2


@pytest.mark.parametrize("name", sorted(CASES.keys() - {"reply-beyond-the-context"}))
async def test_it_is_remembered_for_that_model_and_told_again(name: str, fault_server: FaultServer) -> None:
    shared = options()
    await changes(connected(fault_server, shared), asked(name))
    assert await changes(connected(fault_server, shared), asked(name)) == CASES[name]
    assert len(fault_server.received) == 3
    assert await changes(connected(fault_server, shared), asked("ok")) == []


async def test_what_depends_on_the_prompt_is_not_remembered(fault_server: FaultServer) -> None:
    shared = options()
    await changes(connected(fault_server, shared), asked("reply-beyond-the-context"))
    short = replace(asked("reply-beyond-the-context"), sampling=Sampling(max_tokens=900))
    assert await changes(connected(fault_server, shared), short) == []


async def test_what_is_shown_as_sent_is_what_will_be_sent(fault_server: FaultServer) -> None:
    provider = connected(fault_server, options())
    assert "max_completion_tokens" not in (await provider.render(asked("max-tokens-renamed"))).content
    await outcome(provider, asked("max-tokens-renamed"))
    assert '"max_completion_tokens": 4000' in (await provider.render(asked("max-tokens-renamed"))).content
    await provider.aclose()


async def test_an_address_without_its_version(fault_server: FaultServer) -> None:
    """The bare address answers with a page that is no API's: `/v1` is tried once."""
    shared = options()
    found = await changes(connected(fault_server, shared, path=""), question("only-at-v1"))
    assert found == [Change(what="address", reason="at_v1", values={"to": "/v1"})]
    assert [one.path for one in fault_server.received] == ["/chat/completions", "/v1/chat/completions"]
    await changes(connected(fault_server, shared, path=""), question("only-at-v1"))
    assert len(fault_server.received) == 3


async def test_with_a_version_no_other_is_tried(fault_server: FaultServer) -> None:
    provider = connected(fault_server, options(), path="/v2")
    found = await outcome(provider, question("only-at-v1"))
    assert found.error is not None and found.error.key == "unavailable.not_an_api"
    assert len(fault_server.received) == 1
    await provider.aclose()


async def test_anthropics_cap(fault_server: FaultServer) -> None:
    provider = anthropic.Messages(connection("anthropic", "sk-test"), fault_server.anthropic)
    found = await changes(provider, question("max-tokens-capped", LONG))
    assert found == [Change(what="max_tokens", reason="lowered", values={"to": 2048})]


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_what_nothing_puts_right_stays_refused(protocol: str, fault_server: FaultServer) -> None:
    made = connection(protocol if protocol == "anthropic" else "custom", "sk-test", fault_server.openai)
    provider = openai.connect(made) if protocol == "openai" else anthropic.Messages(made, fault_server.anthropic)
    found = await outcome(provider, question("reject-unnamed", LONG))
    assert found.error is not None and found.error.key == "unsupported_request.rejected"
    assert len(fault_server.received) == 1
    await provider.aclose()


def test_of_many_models_the_oldest_is_forgotten() -> None:
    learnt, correction = Learnt(), Correction("stream_options", "rejected_by_api")
    for number in range(MODELS + 1):
        learnt.add("https://example.org", str(number), correction)
        learnt.add("https://example.org", str(number), correction)
    assert learnt.of("https://example.org", "0") == ()
    assert learnt.of("https://example.org", "1") == (correction,)
