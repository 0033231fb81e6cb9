"""What servers really send is read as it is meant, however the network cuts it into pieces."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest

from providers.adapters import anthropic, openai
from providers.remote.adapter import Answer, RemoteAdapter
from providers.types import Done, Request
from tests.faults.clients import Outcome, connected, connection, outcome, question
from tests.faults.dialects import CASES, STREAM, Dialect
from tests.faults.server import FaultServer


@pytest.mark.parametrize("name", CASES)
async def test_a_dialect_is_read_as_it_is_meant(name: str, fault_server: FaultServer) -> None:
    provider = connected(CASES[name].protocol, fault_server)
    found = await outcome(provider, question(name))
    await provider.aclose()
    assert told(found) == right(CASES[name])


def told(found: Outcome) -> tuple[str, str, object, str | None]:
    finish = [event.finish for event in found.events if isinstance(event, Done)]
    return found.text, found.reasoning, finish, found.error.key if found.error else None


def right(case: Dialect) -> tuple[str, str, object, str | None]:
    return case.text, case.reasoning, [] if case.finish is None else [case.finish], case.error


class Pieces(httpx2.AsyncByteStream):
    def __init__(self, pieces: tuple[bytes, ...]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


class Replayed:
    """An adapter whose server has sent these pieces."""

    pieces: tuple[bytes, ...] = ()

    def response(self) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": STREAM}, stream=Pieces(self.pieces))


class ReplayedChat(Replayed, openai.ChatCompletions):
    async def _post(self, request: Request) -> Answer:
        return openai._OpenAIStream(cast_to=object, response=self.response(), client=self._sdk)


class ReplayedMessages(Replayed, anthropic.Messages):
    async def _post(self, request: Request) -> Answer:
        return anthropic._AnthropicStream(cast_to=object, response=self.response(), client=self._sdk)


def replayed(protocol: str) -> Replayed:
    if protocol == "anthropic":
        return ReplayedMessages(connection("anthropic", "sk-test"), "http://127.0.0.1:1")
    custom = openai.Endpoint(name="custom", title="custom", base_url="http://127.0.0.1:1/v1")
    return ReplayedChat(connection("custom", None), custom, frozenset())


def cuts(body: bytes, step: int) -> Iterator[tuple[bytes, ...]]:
    for place in range(1, len(body), step):
        yield body[:place], body[place:]
    yield tuple(body[place : place + 1] for place in range(len(body)))


async def replay(name: str, step: int) -> None:
    case = CASES[name]
    adapter = replayed(case.protocol)
    assert isinstance(adapter, RemoteAdapter)
    for pieces in cuts(case.body, step):
        adapter.pieces = pieces
        found = await outcome(adapter, question("any"))
        assert told(found) == right(case), pieces
    await adapter.aclose()


@pytest.mark.parametrize("name", CASES)
async def test_wherever_it_is_cut(name: str) -> None:
    """At some places, and into single bytes."""
    await replay(name, 41)


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
async def test_cut_at_every_byte(name: str) -> None:
    await replay(name, 1)
