"""Embedding models behind OpenAI's protocol, on a server of loopback that also does everything wrong."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from providers.adapters import openai
from providers.adapters.openai.embedding import TEXTS, RemoteEmbedder
from providers.base import Network
from providers.embedding import EmbeddingInfo
from providers.errors import (
    AuthenticationFailed,
    ContextTooLong,
    InputError,
    MissingKey,
    PlaygroundError,
    RateLimited,
    StreamTruncated,
    Timeout,
    Unavailable,
    UnknownModel,
)
from tests.faults.clients import FAST, connection

CANARY = "sk-canary-0f1e2d3c"
INFO = EmbeddingInfo(id="embedding-9", provider="custom", name="Embedding 9", window=50, dimensions=4)
Answer = tuple[int, object] | None
"""Status and body; `None`: no answer at all."""


def vector(text: str) -> list[float]:
    return [float(len(text)), float(text.count("a")), 1.0, 0.0]


def rows(texts: list[str]) -> list[dict[str, object]]:
    return [{"object": "embedding", "index": place, "embedding": vector(text)} for place, text in enumerate(texts)]


def well(texts: list[str]) -> Answer:
    return 200, {"object": "list", "data": rows(texts)[::-1], "model": "m", "usage": {"prompt_tokens": 1}}


def says(status: int, code: str, text: str = "no") -> Callable[[list[str]], Answer]:
    """A refusal that echoes the key, as careless servers do."""
    return lambda _: (status, {"error": {"message": f"{text} {CANARY}", "code": code, "type": code}})


@dataclass
class Server:
    answer: Callable[[list[str]], Answer] = well
    asked: list[dict[str, object]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    failures: int = 0
    """Answers that are an overload before the real one."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = next(int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("content-length"))
        body = json.loads(await reader.readexactly(length))
        assert head.startswith("post /v1/embeddings ")
        self.asked.append(body)
        self.keys += [line.partition(": ")[2] for line in head.split("\r\n") if line.startswith("authorization")]
        found = self.answer(body["input"])
        if self.failures:
            self.failures -= 1
            found = (503, {"error": {"message": "busy"}})
        if found is None:
            await asyncio.sleep(30)
            return
        content = found[1] if isinstance(found[1], bytes) else json.dumps(found[1]).encode()
        kind = b"application/json" if not content.startswith(b"<") else b"text/html"
        writer.write(b"HTTP/1.1 %d X\r\nContent-Type: %b\r\n" % (found[0], kind))
        writer.write(b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(content) + content)
        await writer.drain()
        writer.close()


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def embedder(server: Server) -> AsyncIterator[RemoteEmbedder]:
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    network = Network(connect=2, first_token=0.6, between_tokens=0.5, total=1, retries=FAST.retries)
    provider = openai.connect(connection("custom", CANARY, address, network))
    yield provider.embedder(INFO)
    await provider.aclose()
    listening.close()


async def failure(embedder: RemoteEmbedder) -> PlaygroundError:
    """What embedding fails with; nowhere in it, nor in its history, is the key."""
    with pytest.raises(PlaygroundError) as caught:
        await embedder.embed(["banana"])
    assert CANARY not in "".join(traceback.format_exception(caught.value)) + repr(caught.value.values)
    return caught.value


async def test_vectors_come_in_the_order_asked_and_of_length_one(server: Server, embedder: RemoteEmbedder) -> None:
    found = await embedder.embed(["banana", "fig", ""])
    assert found.shape == (3, 4) and found.dtype == np.float32
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-6)
    assert found[0] == pytest.approx(np.array(vector("banana")) / np.linalg.norm(vector("banana")), abs=1e-6)
    assert server.asked == [{"model": "embedding-9", "input": ["banana", "fig", " "], "encoding_format": "float"}]
    assert server.keys == [f"bearer {CANARY}"]
    assert (await embedder.embed([])).shape == (0, 4) and len(server.asked) == 1


async def test_many_texts_go_in_several_requests(server: Server, embedder: RemoteEmbedder) -> None:
    texts = ["a" * (number % 50) + "b" for number in range(TEXTS * 2 + 3)]
    found = await embedder.embed(texts)
    assert [len(body["input"]) for body in server.asked] == [TEXTS, TEXTS, 3]  # type: ignore[arg-type]
    expected = np.array([vector(text) for text in texts])
    assert np.allclose(found, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-6)


async def test_a_text_beyond_the_window_is_never_sent(server: Server, embedder: RemoteEmbedder) -> None:
    assert embedder.count("x" * 150) == 50
    with pytest.raises(InputError) as caught:
        await embedder.embed(["short", "x" * 151])
    assert caught.value.reason == "window" and server.asked == []


async def test_an_overload_is_waited_out(server: Server, embedder: RemoteEmbedder) -> None:
    server.failures = 1
    assert (await embedder.embed(["banana"])).shape == (1, 4) and len(server.asked) == 2


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (says(401, "invalid_api_key"), AuthenticationFailed, None),
        (says(429, "insufficient_quota"), RateLimited, "quota"),
        (says(404, "model_not_found", "the model does not exist"), UnknownModel, None),
        (says(400, "context_length_exceeded"), ContextTooLong, None),
        (says(500, "weird"), Unavailable, None),
        (lambda _: (200, b"<html>hello</html>"), Unavailable, "not_an_api"),
        (lambda _: (200, b"{"), StreamTruncated, "malformed"),
        (lambda _: (200, {"data": []}), StreamTruncated, "malformed"),
        (lambda _: (200, {"data": "yes"}), StreamTruncated, "malformed"),
        (lambda _: (200, {"data": [{"index": 0, "embedding": [1, 2]}]}), StreamTruncated, "malformed"),
        (lambda _: (200, {"data": [{"index": 0, "embedding": [0, 0, 0, 0]}]}), StreamTruncated, "malformed"),
        (lambda _: (200, {"data": [{"index": 0, "embedding": [1, "x", None, 2]}]}), StreamTruncated, "malformed"),
        (lambda _: (200, {"data": [{"index": 0, "embedding": [1e999, 0, 0, 1]}]}), StreamTruncated, "malformed"),
        (lambda _: (200, {"data": [{"index": 3, "embedding": [1, 0, 0, 1]}]}), StreamTruncated, "malformed"),
        (lambda _: None, Timeout, "total"),
    ],
)
async def test_what_goes_wrong_is_said_in_our_words(
    server: Server,
    embedder: RemoteEmbedder,
    answer: Callable[[list[str]], Answer],
    kind: type[PlaygroundError],
    reason: str | None,
) -> None:
    server.answer = answer
    found = await failure(embedder)
    assert (type(found), found.reason) == (kind, reason)


async def test_a_server_that_is_not_there(embedder: RemoteEmbedder, server: Server) -> None:
    provider = openai.connect(connection("custom", CANARY, "http://127.0.0.1:9/v1"))
    found = await failure(provider.embedder(INFO))
    assert (type(found), found.reason) == (Unavailable, "unreachable")
    await provider.aclose()


def test_openai_needs_a_key() -> None:
    with pytest.raises(MissingKey):
        openai.connect(connection("openai", None))
