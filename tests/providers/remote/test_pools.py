"""Connections that visitors share: none of them carries another's key, and a stale one is no fault."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from providers import registry
from providers.base import Credentials, Network, Options, Provider
from providers.catalog import Catalog
from providers.errors import StreamTruncated
from providers.remote import pools as shared
from providers.remote.addresses import PINNED_SECONDS, PinnedBackend, checked_url
from providers.remote.http import Destination, client
from providers.remote.pools import MOST, Origin, Pools, tls_context
from providers.types import Message, ModelInfo, Request, TextDelta
from tests.faults.server import FaultServer
from tests.providers.remote.test_http import Names, Sockets
from tests.virtual_time import virtual

CANARIES = ("sk-canary-of-one-visitor", "sk-canary-of-another")
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
Answering = Callable[[int, asyncio.StreamWriter], Awaitable[bool]]


@dataclass
class Counting:
    """A server that counts connections, and the requests of each."""

    port: int = 0
    requests: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def counting(answer: Answering) -> AsyncIterator[Counting]:
    """`answer(connection, writer)` says whether the connection goes on."""
    server = Counting()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(server.requests)
        server.requests.append(0)
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                server.requests[number] += 1
                if not await answer(number, writer):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server


async def always(connection: int, writer: asyncio.StreamWriter) -> bool:
    writer.write(ANSWER)
    await writer.drain()
    return True


def guarded(url: str, pools: Pools, key: str = "k") -> httpx2.AsyncClient:
    headers = {"authorization": f"Bearer {key}"}
    return client(Destination(provider="x", url=checked_url(url), headers=headers), Network(), pools=pools)


def visitors(url: str, options: Options) -> list[Provider]:
    return [
        registry.connect("custom", Catalog(models=(), endpoints={}), options, Credentials(key, url)) for key in CANARIES
    ]


async def said(provider: Provider) -> str:
    request = Request(model=ModelInfo(id="ok", provider="custom", name="ok"), messages=(Message.of("user", "hi"),))
    async with aclosing(provider.stream(request)) as events:
        return "".join([event.text async for event in events if isinstance(event, TextDelta)])


async def test_two_visitors_share_connections_and_no_key(fault_server: FaultServer, tmp_path: Path) -> None:
    options = Options(home=tmp_path)
    both = visitors(fault_server.openai, options)
    for _ in range(3):
        await asyncio.gather(*(said(one) for one in both), *(one.models() for one in both))
    for one in both:
        await one.models()  # on a connection that the other one may have used
    keys = [request.key for request in fault_server.received]
    assert sorted(set(keys)) == sorted(CANARIES)
    assert keys.count(CANARIES[0]) == keys.count(CANARIES[1])
    for one in both:
        await one.aclose()
    del both, one
    gc.collect()
    assert not [canary for canary in CANARIES if canary in everything_in(options.kept)]
    options.kept.one(Pools).at(Origin("x", CANARIES[0], "h:80", False), Network())
    assert CANARIES[0] in everything_in(options.kept), "it would be seen"


def everything_in(root: object) -> str:
    """Whatever text or bytes can be reached from an object, but not by way of classes, modules and functions."""
    seen: set[int] = set()
    waiting, texts = [root], []
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type | type(asyncio) | type(always)):
            continue
        seen.add(id(one))
        if isinstance(one, str):
            texts.append(one)
        elif isinstance(one, bytes | bytearray):
            texts.append(one.decode("latin-1"))
        elif not isinstance(one, asyncio.AbstractEventLoop):
            waiting += gc.get_referents(one)
    return "\n".join(texts)


async def test_who_comes_later_finds_the_connection_open() -> None:
    pools = Pools()
    async with counting(always) as server:
        for key in CANARIES:
            one = guarded(server.url, pools, key)
            assert (await one.get(server.url)).status_code == 200
            await one.aclose()
        assert server.requests == [2]
        alone = client(Destination(provider="x", url=checked_url(server.url)), Network())
        await alone.get(server.url)
        await alone.aclose()
        assert server.requests == [2, 1], "without pools to share it has its own"


async def test_a_kept_connection_that_its_server_closes_is_no_fault() -> None:
    async def once(connection: int, writer: asyncio.StreamWriter) -> bool:
        if connection == 0 and server.requests[0] == 2:
            return False  # read, and closed without a word
        return await always(connection, writer)

    pools = Pools()
    async with counting(once) as server:
        one = guarded(server.url, pools)
        assert [(await one.post(server.url, json={})).status_code for _ in range(2)] == [200, 200]
        assert server.requests == [2, 1]
        await one.aclose()


async def test_a_new_connection_that_its_server_closes_is_one() -> None:
    async def never(connection: int, writer: asyncio.StreamWriter) -> bool:
        return False

    async with counting(never) as server:
        one = guarded(server.url, Pools())
        with pytest.raises(StreamTruncated):
            await one.get(server.url)
        assert server.requests == [1]
        await one.aclose()


async def test_an_answer_that_nobody_reads_ends_with_its_client(fault_server: FaultServer) -> None:
    one = guarded(fault_server.openai, Pools())
    asked = one.build_request("POST", f"{fault_server.openai}/chat/completions", json={"model": "slow"})
    await one.send(asked, stream=True)
    await one.aclose()
    async with asyncio.timeout(60):
        while "slow" not in fault_server.disconnected:
            await asyncio.sleep(0)


async def test_one_tls_context_for_all_and_none_for_plain_http(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = []

    def create(**options: object) -> object:
        made.append(options)
        return tls_of_httpx(**options)

    tls_of_httpx = httpx2.create_ssl_context
    tls_context.cache_clear()
    monkeypatch.setattr(shared.httpx2, "create_ssl_context", create)
    pools = Pools()
    async with counting(always) as server:
        for _ in range(3):
            one = guarded(server.url, pools)
            await one.get(server.url)
            await one.aclose()
        assert made == []
    for name in ("one.example", "two.example"):
        for _ in range(2):
            pools.at(Origin.of("x", checked_url(f"https://{name}"), Network()), Network())
    assert len(made) == 1


async def test_of_ever_more_servers_the_least_used_is_given_up() -> None:
    pools, network = Pools(), Network()
    places = [Origin("x", "http", f"h{number}:80", False) for number in range(MOST + 1)]
    first = pools.at(places[0], network)
    for place in places[1:MOST]:
        pools.at(place, network)
    assert pools.at(places[0], network) is first
    pools.at(places[MOST], network)
    assert pools.at(places[0], network) is first
    assert len(pools._by_loop[asyncio.get_running_loop()]) == MOST


async def test_a_hosted_page_and_another_provider_have_connections_of_their_own() -> None:
    pools, url = Pools(), checked_url("https://models.example/v1")
    networks = (Network(), Network(hosted=True))
    found = {id(pools.at(Origin.of(name, url, network), network)) for name in ("x", "y") for network in networks}
    assert len(found) == 4


@virtual
async def test_a_name_is_looked_up_again_after_a_while() -> None:
    names, sockets = Names("8.8.8.8", "9.9.9.9"), Sockets()
    backend = PinnedBackend(Network(hosted=True), "x", names, sockets)
    for pause in (0, PINNED_SECONDS - 1, 2):
        await asyncio.sleep(pause)
        await backend.connect_tcp("models.example", 443, 5)
    assert sockets.addresses == ["8.8.8.8", "8.8.8.8", "9.9.9.9"]
