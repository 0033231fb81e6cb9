"""What is answered at all: requests for this host, from this page, for a route that is open."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from playground.settings import Settings

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - recognised, not bound
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_CLOSED = re.compile(
    r"/monitoring|/gradio_api/(deep_link|monitoring|proxy=|file/|stream/|runs|run-history|vibe-|undo-vibe|"
    r"process_recording|profiling|dev/)|/svelte/|/login$|/logout$"
)
"""Routes of Gradio's that the page does not use, and that read, write or fetch for whoever calls them."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """The host names this page answers to.

    The check defends against DNS rebinding, which needs a name: an address that a classroom types is let in
    whenever the page listens on every interface.
    """

    names: frozenset[str]
    addresses: bool = False
    """Any IP address will do."""

    @classmethod
    def of(cls, settings: Settings) -> Hosts:
        names = _LOOPBACK | {settings.host.lower()} | {_hostname(name) or name for name in settings.allowed_hosts}
        if settings.space_host:
            names |= {settings.space_host.lower()}
        everywhere = settings.host in _EVERYWHERE
        if everywhere:
            machine = socket.gethostname().lower()
            names |= {machine, f"{machine}.local"}
        return cls(frozenset(names), everywhere)

    def known(self, netloc: str) -> bool:
        """`netloc` as in a Host header: with or without a port, IPv6 in brackets."""
        name = _hostname(netloc)
        if name is None:
            return False
        if "*" in self.names or name in self.names:
            return True
        return self.addresses and _is_address(name)


def _hostname(netloc: str) -> str | None:
    if not re.fullmatch(r"[\w.\-]+(:\d*)?|\[[0-9a-fA-F:.]+\](:\d*)?", netloc, re.ASCII):
        return None
    return (urlsplit(f"//{netloc}").hostname or "").rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Guard:
    """Middleware: refuses unknown hosts, other sites' requests and closed routes; answers `/health` itself."""

    app: ASGIApp
    hosts: Hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":  # Gradio has none
            await send({"type": "websocket.close", "code": 1008})
        elif (refusal := self._refusal(scope)) is not None:
            await refusal(scope, receive, send)
        elif scope["path"] == "/health":
            await JSONResponse({"status": "ok"})(scope, receive, send)
        else:
            # Lets a caller choose the address in the links of the page; only Gradio's own proxy may.
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"x-gradio-server"]
            await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or not self.hosts.known(host):
            return PlainTextResponse("Unknown host. See PLAYGROUND_ALLOWED_HOSTS in the README.", 400)
        origin = headers.get("origin")
        if origin is not None and not self._is_own(origin, host):
            return PlainTextResponse("This request comes from another site.", 403)
        if origin is None and scope["method"] not in _SAFE_METHODS and headers.get("sec-fetch-site") == "cross-site":
            return PlainTextResponse("This request comes from another site.", 403)
        if _CLOSED.match(scope["path"]) or "deep_link" in scope.get("query_string", b"").decode("latin-1"):
            return PlainTextResponse("Not found.", 404)
        return None

    def _is_own(self, origin: str, host: str) -> bool:
        """Same host and port as asked for; behind a proxy that changes these, a name of ours that is no address."""
        netloc = urlsplit(origin).netloc if origin != "null" else ""
        if netloc.lower() == host.lower():
            return True
        name = _hostname(netloc)
        return name is not None and name in self.hosts.names - _LOOPBACK
