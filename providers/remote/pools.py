"""Connections that all requests to one server share, whoever sends them. A pool knows no key: requests carry it."""

from __future__ import annotations

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from weakref import WeakKeyDictionary

import httpcore2
import httpx2

from providers.base import Network
from providers.remote.addresses import PinnedBackend, Resolver, host_port, look_up

IDLE_SECONDS = 30.0
"""For which a connection is kept that nobody uses."""
IDLE = 16
MOST = 64
"""Servers to which connections are kept: visitors may name any number of their own."""
_REQUEST_FAILED = (httpcore2.NetworkError, httpcore2.ProtocolError)


@cache
def tls_context() -> ssl.SSLContext:
    """The one TLS context: making it reads all certificates of the system, 20 ms of every message."""
    return httpx2.create_ssl_context(trust_env=False)


@dataclass(frozen=True, slots=True)
class Origin:
    """A server, and who it is said to be in errors."""

    provider: str
    scheme: str
    host: str
    hosted: bool

    @classmethod
    def of(cls, provider: str, url: httpx2.URL, network: Network) -> Origin:
        return cls(provider, url.scheme, host_port(url), network.hosted)


class Pool:
    """Connections to one server, in one event loop."""

    def __init__(self, provider: str, network: Network, resolve: Resolver = look_up, *, secure: bool = True) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls_context() if secure else None,
            network_backend=PinnedBackend(network, provider, resolve),
            max_connections=None,  # visitors have limits of their own; who waited here would wait unseen
            max_keepalive_connections=IDLE,
            keepalive_expiry=IDLE_SECONDS,
        )

    async def send(self, request: httpcore2.Request) -> httpcore2.Response:
        """A kept connection that its server was just closing fails without an answer: that is no fault of the server's,
        and the request goes out once more. One that fails on a connection of its own is not tried again here.
        """
        while True:
            begun = _Begun()
            traced = httpcore2.Request(
                method=request.method,
                url=request.url,
                headers=request.headers,
                content=request.stream,
                extensions={**request.extensions, "trace": begun},
            )
            try:
                return await self._pool.handle_async_request(traced)
            except _REQUEST_FAILED:
                if begun.connecting or begun.answered:
                    raise

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Begun:
    """Hears from httpcore whether a request opened its own connection, and whether it was answered."""

    def __init__(self) -> None:
        self.connecting = self.answered = False

    async def __call__(self, name: str, told: Mapping[str, object]) -> None:
        self.connecting = self.connecting or name.startswith("connection.connect_tcp")
        self.answered = self.answered or name.endswith("receive_response_headers.complete")


@dataclass(slots=True)
class Pools:
    """The pools of each event loop, the least recently used given up beyond `MOST`: it closes when it is idle."""

    _by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, OrderedDict[Origin, Pool]] = field(
        default_factory=WeakKeyDictionary, repr=False
    )

    def at(self, place: Origin, network: Network) -> Pool:
        """The pool for that server in the running loop."""
        pools = self._by_loop.setdefault(asyncio.get_running_loop(), OrderedDict())
        if place not in pools:
            pools[place] = Pool(place.provider, network, secure=place.scheme == "https")
        pools.move_to_end(place)
        while len(pools) > MOST:
            pools.popitem(last=False)
        return pools[place]
