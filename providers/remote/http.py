"""The one guarded client that both SDKs send through.

It decides alone where a request goes and which headers it carries: an SDK's environment variables (base URLs, custom
headers, organisations, proxies) reach neither, and an SDK never sees the key, so that it cannot log or echo it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from dataclasses import dataclass, field

import httpcore2
import httpx2

from providers.base import Network
from providers.errors import MissingKey, StreamTruncated, Timeout, Unavailable
from providers.remote.addresses import Resolver, check_host, host_port, look_up
from providers.remote.pools import Origin, Pool, Pools

LARGEST_ERROR = 64 * 1024
LARGEST_REPLY = 64 * 1024 * 1024
"""Bytes. A server that sends more is broken or means harm."""
UNUSED_KEY = "sent-by-the-guarded-client"
"""What an SDK is given in place of a key, so that it neither complains nor looks for one in the environment."""
_FROM_SDK = ("content-type", "content-length", "transfer-encoding", "anthropic-version")
_LOGGERS = ("openai", "anthropic", "httpx2", "httpcore2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One server. `vendors` are the hosts of the catalogue; `headers` carry the key."""

    provider: str
    url: httpx2.URL
    vendors: frozenset[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


LONGEST_KEY = 4096
"""Characters of an API key: tokens of some services are thousands long, and servers take 8,000 in a header."""


def sendable_key(key: str | None, provider: str) -> str | None:
    """A key without the blanks that copying adds; `None` for none. Raises `MissingKey("malformed")` for one that no
    header can carry: with control characters, blanks inside or letters beyond ASCII, or too long."""
    key = (key or "").strip()
    if not key:
        return None
    if len(key) > LONGEST_KEY or not re.fullmatch(r"[\x21-\x7e]+", key):
        raise MissingKey("malformed", provider=provider)
    return key


def client(
    destination: Destination, network: Network, resolve: Resolver = look_up, pools: Pools | None = None
) -> httpx2.AsyncClient:
    """A client for this destination alone: it alone holds the key, and `pools` the connections, which outlive it;
    without them it has its own. Raises `Unavailable("blocked_address")` where a hosted page may not go.
    """
    check_host(destination.url, network, destination.vendors, destination.provider)
    for name in _LOGGERS:  # at DEBUG they write requests down; OPENAI_LOG and ANTHROPIC_LOG must not bring that about
        if (logger := logging.getLogger(name)).level < logging.WARNING:
            logger.setLevel(logging.WARNING)  # which forgets what is known about all loggers: not with every message
    return httpx2.AsyncClient(
        transport=_Guard(destination, network, pools, resolve),
        trust_env=False,
        follow_redirects=False,
        timeout=httpx2.Timeout(None, connect=network.connect, write=network.total, pool=network.total),
    )


class _Guard(httpx2.AsyncBaseTransport):
    """Raises our own errors; an SDK wraps them, and `providers.remote.refusals.find_own_error` finds them again."""

    def __init__(self, destination: Destination, network: Network, pools: Pools | None, resolve: Resolver) -> None:
        self._to, self._network, self._pools = destination, network, pools
        self._answers: set[_Bounded] = set()
        self._own: Pool | None = None
        if pools is None:
            self._own = Pool(destination.provider, network, resolve, secure=destination.url.scheme == "https")

    @property
    def _pool(self) -> Pool:
        if self._pools is None:
            assert self._own is not None
            return self._own
        return self._pools.at(Origin.of(self._to.provider, self._to.url, self._network), self._network)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        provider = self._to.provider
        if request.url.scheme != self._to.url.scheme or host_port(request.url) != host_port(self._to.url):
            raise Unavailable("blocked_address", provider=provider)
        failure: Exception
        try:
            response = await self._pool.send(self._outgoing(request))
        except httpcore2.ConnectTimeout:
            failure = Timeout("connect", provider=provider, seconds=self._network.connect)
        except (httpcore2.ConnectError, httpcore2.UnsupportedProtocol):
            failure = Unavailable("unreachable", provider=provider)
        except (httpcore2.NetworkError, httpcore2.ProtocolError):
            failure = StreamTruncated("reset", provider=provider)
        except httpcore2.TimeoutException:
            failure = Timeout("total", provider=provider, seconds=self._network.total)
        else:
            return await self._incoming(response)
        raise failure

    def _outgoing(self, request: httpx2.Request) -> httpcore2.Request:
        headers = {name: request.headers[name] for name in _FROM_SDK if name in request.headers}
        headers |= {
            "host": request.url.netloc.decode("ascii"),
            "accept": "text/event-stream, application/json",
            "accept-encoding": "identity",  # a compressed answer could be a bomb
            "user-agent": "aula",
            **self._to.headers,
        }
        return httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=[(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()],
            content=request.stream,
            extensions=request.extensions,
        )

    async def _incoming(self, response: httpcore2.Response) -> httpx2.Response:
        provider, headers = self._to.provider, httpx2.Headers(response.headers)
        is_page = headers.get("content-type", "").lower().startswith(("text/html", "application/xhtml"))
        is_compressed = headers.get("content-encoding", "identity").lower() != "identity"
        redirects = 300 <= response.status < 400
        if redirects or is_compressed or (is_page and response.status < 300):
            await response.aclose()
            reason = "redirect" if redirects else "not_an_api"
            raise Unavailable(reason, provider=provider, status=response.status)
        answer = _Bounded(response, provider, self._answers)
        return httpx2.Response(
            status_code=response.status,
            headers=response.headers,
            stream=answer,
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """What is still being answered ends with the client, though the connections are shared."""
        for answer in tuple(self._answers):
            await answer.aclose()
        if self._own is not None:
            await self._own.aclose()


class _Bounded(httpx2.AsyncByteStream):
    """A body that ends: an error's is cut, a reply's that grows beyond measure is a fault."""

    def __init__(self, response: httpcore2.Response, provider: str, answers: set[_Bounded]) -> None:
        assert isinstance(response.stream, AsyncIterable)
        self._answers = answers
        answers.add(self)
        self._response, self._body, self._provider = response, response.stream, provider

    async def __aiter__(self) -> AsyncIterator[bytes]:
        is_error, length = self._response.status >= 400, 0
        failure: StreamTruncated | None = None
        try:
            async for chunk in self._body:  # an SDK may begin a second time, to drain what is left
                length += len(chunk)
                if is_error and length > LARGEST_ERROR:
                    return
                if length > LARGEST_REPLY:
                    failure = StreamTruncated("malformed", provider=self._provider)
                    break
                yield chunk
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException):
            failure = StreamTruncated("reset", provider=self._provider)
        if failure:
            raise failure

    async def aclose(self) -> None:
        self._answers.discard(self)
        await self._response.aclose()
