"""The headers of every answer, and what Gradio's page needs to live under them."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.visitors.checks import MAX_COLUMNS
from playground.web.scripts import script_element
from playground.web.visitor import LANGUAGE_COOKIE
from providers.catalog import ASSETS

_IS_ANSWER = re.compile(r"/gradio_api(/|$)|/config/?$|/health$")
"""Paths of answers that are one visitor's or one moment's: no cache on the way keeps them."""


def script_hashes(head: str) -> tuple[str, ...]:
    """The CSP sources of the inline scripts in `head`, which Gradio inserts without a nonce."""
    scripts = re.findall(r"<script\b[^>]*>(.+?)</script>", head, re.DOTALL)
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return tuple(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def content_security_policy(nonce: str, *, framed: bool, hashes: tuple[str, ...] = ()) -> str:
    """Scripts are this server's own, or carry this answer's nonce: none that a model's Markdown brings along runs.

    Gradio needs inline styles, and compiles its event handlers and templates (`unsafe-eval`).
    """
    rules: Mapping[str, str] = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", f"'nonce-{nonce}'", *hashes, "'unsafe-eval'"]),
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
    hashes: tuple[str, ...] = ()
    """Inline scripts of the page's own (`script_hashes`)."""

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
                if _IS_ANSWER.match(scope["path"]):
                    headers["cache-control"] = "no-store"
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
            "content-security-policy": content_security_policy(nonce, framed=self.framed, hashes=self.hashes),
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "permissions-policy": "camera=(self), microphone=(self), geolocation=(), payment=()",
            "cross-origin-opener-policy": "same-origin-allow-popups",
            "cross-origin-resource-policy": "same-origin",
        }


def _dress(page: bytes, language: str, nonce: str) -> bytes:
    """First in the head, so that Gradio's own texts follow: the language, read at load time from the cookie; then what
    the address names and the style of the frame, so that nothing moves; and what lets a page rest that nobody uses."""
    script = script_element("speak_language", {"cookie": LANGUAGE_COOKIE, "language": language})
    script += script_element("expect_columns", {"most": MAX_COLUMNS})
    script += script_element("stop_counting", {"part": "/statustracker-"})
    script = script.replace("</script><script>", ";")
    page = re.sub(rb'(<html\b[^>]*?\slang=")[^"]*', rb"\g<1>" + language.encode(), page, count=1)
    page = page.replace(b"<head>", b"<head>" + script.encode() + _frame(), 1)
    return re.sub(rb"<script\b", f'<script nonce="{nonce}"'.encode(), page)


@cache
def _frame() -> bytes:
    return b"<style>" + (ASSETS / "frame.css").read_bytes() + b"</style>"
