"""What is answered at all: known hosts, requests from this page, routes that are open; and the headers of every answer."""

from __future__ import annotations

import ipaddress
import re
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.settings import Settings
from playground.web.visitor import LANGUAGE_COOKIE

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
        names = _LOOPBACK | {settings.host.lower()} | set(settings.allowed_hosts)
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
        if origin is not None and not self._own(origin, host):
            return PlainTextResponse("This request comes from another site.", 403)
        if origin is None and scope["method"] not in _SAFE_METHODS and headers.get("sec-fetch-site") == "cross-site":
            return PlainTextResponse("This request comes from another site.", 403)
        if _CLOSED.match(scope["path"]) or "deep_link" in scope.get("query_string", b"").decode("latin-1"):
            return PlainTextResponse("Not found.", 404)
        return None

    def _own(self, origin: str, host: str) -> bool:
        """Same host and port as asked for; behind a proxy that changes these, a name of ours that is no address."""
        netloc = urlsplit(origin).netloc if origin != "null" else ""
        if netloc.lower() == host.lower():
            return True
        name = _hostname(netloc)
        return name is not None and name in self.hosts.names - _LOOPBACK


def content_security_policy(nonce: str, *, framed: bool) -> str:
    """Scripts are this server's own, or carry this answer's nonce: none that a model's Markdown brings along runs.

    Gradio needs inline styles, and compiles its event handlers and templates (`unsafe-eval`).
    """
    rules: Mapping[str, str] = {
        "default-src": "'self'",
        "script-src": f"'self' 'nonce-{nonce}' 'unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self' https://huggingface.co" if framed else "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


@dataclass(frozen=True, slots=True)
class Harden:
    """Middleware: security headers on every answer; the page's language and the scripts' nonce in its HTML."""

    app: ASGIApp
    framed: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        held: list[Message] = []
        pieces: list[bytes] = []

        async def send_hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers(nonce))
                if headers.get("content-type", "").startswith("text/html"):
                    held.append(message)
                    return
            if not held or message["type"] != "http.response.body":
                await send(message)
                return
            pieces.append(message.get("body", b""))
            if not message.get("more_body"):
                page = _dress(b"".join(pieces), scope.get("state", {}).get("language", "en"), nonce)
                if scope["method"] != "HEAD":
                    MutableHeaders(scope=held[0])["content-length"] = str(len(page))
                await send(held[0])
                await send({"type": "http.response.body", "body": page})

        await self.app(scope, receive, send_hardened)

    def _headers(self, nonce: str) -> dict[str, str]:
        return {
            "content-security-policy": content_security_policy(nonce, framed=self.framed),
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "permissions-policy": "camera=(self), microphone=(self), geolocation=(), payment=()",
            "cross-origin-opener-policy": "same-origin-allow-popups",
            "cross-origin-resource-policy": "same-origin",
        }


def _dress(page: bytes, language: str, nonce: str) -> bytes:
    """First in the head, so that Gradio's own texts follow: the language, read at load time from the cookie."""
    script = (
        f"(()=>{{const found=document.cookie.match(/(?:^|; ){LANGUAGE_COOKIE}=([a-z]{{2}})/);"
        f'const spoken=found?found[1]:"{language}";'
        'Object.defineProperty(navigator,"language",{get:()=>spoken});'
        'Object.defineProperty(navigator,"languages",{get:()=>[spoken]});})()'
    )
    page = re.sub(rb'(<html\b[^>]*?\slang=")[^"]*', rb"\g<1>" + language.encode(), page, count=1)
    page = re.sub(rb"<head>", f"<head><script>{script}</script>".encode().replace(b"\\", b"\\\\"), page, count=1)
    return re.sub(rb"<script\b", f'<script nonce="{nonce}"'.encode(), page)
