"""Where a request may go: base URLs, the hosts a hosted page may ask, and addresses that are looked up once."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore2
import httpx2

from providers.base import Endpoint, Network
from providers.errors import InputError, Unavailable

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a host name and a port to IP addresses. Raises `OSError` for a name nobody knows."""

VENDORS = frozenset({"api.openai.com:443", "api.anthropic.com:443"})
_LONGEST_URL = 300
_NEVER_PUBLIC = tuple(
    ipaddress.ip_network(block)
    for block in (
        "::ffff:0:0/96",  # IPv4 in IPv6 clothes
        "::/96",  # the same, older
        "64:ff9b::/96",  # NAT64: the gateway would unwrap an IPv4 address
        "64:ff9b:1::/48",
        "2001::/32",  # Teredo, which wraps one too
        "2002::/16",  # 6to4, as well
        "fec0::/10",  # site-local
        "168.63.129.16/32",  # a cloud's metadata service on an address that looks public
    )
)


def checked_url(text: str) -> httpx2.URL:
    """A base URL without a trailing slash. Raises `InputError("url")` for anything but a plain http(s) address."""
    text = text.strip()
    if len(text) > _LONGEST_URL or not re.fullmatch(r"[\x21-\x7e]+", text) or set(text) & set("@?#\\"):
        raise InputError("url")  # an @ would hide another host, a query or fragment swallow what is added
    url = None
    with contextlib.suppress(httpx2.InvalidURL, ValueError):
        url = httpx2.URL(text.rstrip("/"))
    if url is None or url.scheme not in {"http", "https"} or not url.host:
        raise InputError("url")
    if url.port is not None and not 0 < url.port < 65536:
        raise InputError("url")
    return url


def host_port(url: httpx2.URL) -> str:
    """`host:port`, the port written out and an IPv6 address in brackets."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{host.lower()}:{url.port or (443 if url.scheme == 'https' else 80)}"


def vendor_hosts(endpoints: Iterable[Endpoint]) -> frozenset[str]:
    """The hosts of all vendors in the catalogue. None of them is on this computer."""
    return VENDORS | {host_port(checked_url(endpoint.base_url)) for endpoint in endpoints if not endpoint.local}


def check_host(url: httpx2.URL, network: Network, vendors: frozenset[str], provider: str) -> None:
    """Raises `Unavailable("blocked_address")` where a hosted page may not ask this host, or not without TLS."""
    if not network.hosted:
        return
    listed = {host.lower() for host in network.hosts}
    place = host_port(url)
    if place not in listed and not (place in vendors and url.scheme == "https"):
        raise Unavailable("blocked_address", provider=provider)


def is_public(address: str) -> bool:
    """Whether a stranger may be let to ask this IP address: none of a private, local, metadata or wrapped kind."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    return not any(ip in block for block in _NEVER_PUBLIC if block.version == ip.version)


async def look_up(host: str, port: int) -> Sequence[str]:
    """The system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


PINNED_SECONDS = 60.0
_LOCAL_NAME = re.compile(r"[a-z0-9-]+|[a-z0-9.-]+\.(?:local|lan|internal|intranet|localhost|home\.arpa)")
"""Names that no server of the internet answers for."""


def _place(host: str, port: int) -> str:
    """As `host_port` writes it."""
    bare = host.strip("[]").lower()
    return f"[{bare}]:{port}" if ":" in bare else f"{bare}:{port}"


class PinnedBackend(httpcore2.AsyncNetworkBackend):
    """Looks a name up and connects to that address for a minute. TLS and the Host header keep the real name.

    Checking and connecting use the same answer, so a name that changes its address in between gains nothing: every
    answer is checked, and no connection goes anywhere else.
    """

    def __init__(
        self,
        network: Network,
        provider: str,
        resolve: Resolver = look_up,
        sockets: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        self._network, self._provider, self._resolve = network, provider, resolve
        self._sockets = sockets or httpcore2.AnyIOBackend()
        self._pinned: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._lock = asyncio.Lock()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore2's
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        failure: Exception = httpcore2.ConnectError("no address")
        try:
            async with asyncio.timeout(timeout):
                for address in await self._addresses(host, port):
                    try:
                        return await self._sockets.connect_tcp(address, port, None, local_address, socket_options)
                    except httpcore2.ConnectError as error:
                        failure = error
        except TimeoutError:
            failure = httpcore2.ConnectTimeout("connect")
        raise failure

    async def _addresses(self, host: str, port: int) -> tuple[str, ...]:
        now, place = asyncio.get_running_loop().time(), _place(host, port)
        async with self._lock:
            if self._pinned.get(place, (0.0, ()))[0] <= now:
                found: Sequence[str] = ()
                with contextlib.suppress(OSError, UnicodeError):
                    found = await self._resolve(host.strip("[]"), port)
                if self._network.hosted and not all(self._allowed(address, host, port) for address in found):
                    raise Unavailable("blocked_address", provider=self._provider)
                if not found:
                    raise httpcore2.ConnectError("unknown host")
                self._pinned[place] = (now + PINNED_SECONDS, tuple(found[:4]))
            return self._pinned[place][1]

    def _allowed(self, address: str, host: str, port: int) -> bool:
        """Public, or named by whoever runs the page: the address itself, or a name that has no meaning elsewhere. A
        name of the internet's might lead to another private address tomorrow."""
        listed = {one.lower() for one in self._network.hosts}
        local = _LOCAL_NAME.fullmatch(host.lower()) is not None and _place(host, port) in listed
        return is_public(address) or local or _place(address, port) in listed

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore2's
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise Unavailable("blocked_address", provider=self._provider)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
