"""What a reverse proxy says of a request, believed only of proxies that whoever runs the page has named."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from starlette.types import ASGIApp, Receive, Scope, Send

from playground.web.guard import Hosts

log = logging.getLogger(__name__)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_HOST, _FOR, _SCHEME = b"x-forwarded-host", b"x-forwarded-for", b"x-forwarded-proto"
_ONE_LAN = 64
"""Bits of an IPv6 address that name a network: a single computer has all addresses below them."""


@dataclass(frozen=True, slots=True)
class Proxies:
    """Addresses and networks of reverse proxies."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, named: Iterable[str]) -> Proxies:
        """Raises `ValueError` for what is neither an address nor a network."""
        return cls(tuple(ipaddress.ip_network(one, strict=False) for one in named))

    def __contains__(self, address: object) -> bool:
        try:
            found = ipaddress.ip_address(str(address))
        except ValueError:  # a socket's path, or a word that a client made up
            return False
        return any(found in network for network in self.networks if network.version == found.version)

    def sender(self, peer: str, forwarded: str) -> str:
        """Who sent a request that arrived from `peer`: the last address of the list that is no proxy of ours.

        A client may write addresses of its own choice before it; what a named proxy has added stands behind them.
        """
        if peer not in self:
            return peer
        said = [one.strip() for one in forwarded.split(",") if one.strip()]
        return next((one for one in reversed(said) if one not in self), said[0] if said else peer)


def network_of(address: str) -> str:
    """What limits count: an IPv4 address, or the network of an IPv6 one, of which each computer has very many."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address):
        if (inside := found.ipv4_mapped) is not None:
            return str(inside)
        return str(ipaddress.ip_network((found, _ONE_LAN), strict=False))
    return str(found)


@cache
def _tell(peer: str) -> None:
    """Once for each: a proxy that is not named makes one address of all its visitors."""
    log.warning("%s forwards requests and is not named in PLAYGROUND_PROXIES: its visitors count as one address.", peer)


@dataclass(frozen=True, slots=True)
class Forwarded:
    """Middleware: puts the sender's address into `request.state.address`, and takes out what nobody may say.

    `X-Forwarded-Host` stays where a named proxy says it and the page answers to that host: Gradio makes the links of
    the page of it. The scheme is believed of everybody: it decides about the caller's own links alone.
    """

    app: ASGIApp
    proxies: Proxies
    hosts: Hosts = field(default_factory=lambda: Hosts(frozenset()))
    counted: bool = False
    """Limits go by address here: whoever forgot to name a proxy should know."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        peer = scope["client"][0] if scope.get("client") else ""
        named = peer in self.proxies
        said = dict(scope["headers"])
        if self.counted and not named and _FOR in said:
            _tell(peer)
        forwarded = b",".join(value for name, value in scope["headers"] if name == _FOR).decode("latin-1")
        host = said.get(_HOST, b"").decode("latin-1").partition(",")[0].strip()
        kept = named and self.hosts.known(host)
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] != _FOR and (kept or pair[0] != _HOST)]
        sender = self.proxies.sender(peer, forwarded)
        if named:
            scope["client"] = (sender, 0)
            if said.get(_SCHEME) in (b"http", b"https"):
                scope["scheme"] = said[_SCHEME].decode()
        scope["state"] = {**scope.get("state", {}), "address": network_of(sender)}
        await self.app(scope, receive, send)
