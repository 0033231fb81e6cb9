"""Who a request comes from, and in which language: two cookies, read before Gradio sees the request."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

VISITOR_COOKIE = "aula_visitor"
LANGUAGE_COOKIE = "aula_language"
_YEAR = 365 * 86_400
_LISTENING = re.compile(r"/gradio_api/(queue/data|call/|heartbeat/)")
"""Paths where a page hears how its calls ended, the one that deleted everything too."""
_ISSUED = re.compile(r"([\w-]{43})\.([\w-]{43})", re.ASCII)


class WithState(Protocol):
    """A Starlette request or a `gr.Request`."""

    @property
    def state(self) -> Any: ...


def visitor_id(request: WithState) -> str:
    """The visitor behind a request: 256 random bits, issued by this server."""
    return str(request.state.visitor)


def language(request: WithState) -> str:
    """The visitor's language: the one chosen on the page, or the browser's."""
    return str(request.state.language)


@dataclass(frozen=True, slots=True)
class Seal:
    """Tells ids that this server issued from those a client made up. `secret` outlives a restart."""

    secret: bytes

    def __repr__(self) -> str:
        return "Seal()"

    def issue(self) -> str:
        """A new visitor's id."""
        return secrets.token_urlsafe(32)

    def cookie(self, visitor: str) -> str:
        """The cookie's value: the id and its signature."""
        digest = hmac.digest(self.secret, visitor.encode(), hashlib.sha256)
        return f"{visitor}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"

    def visitor(self, cookie: str | None) -> str | None:
        """The id in a cookie that this server issued; `None` for anything else."""
        found = _ISSUED.fullmatch(cookie or "")
        if found is None or not hmac.compare_digest(self.cookie(found[1]), found[0]):
            return None
        return found[1]


@dataclass(frozen=True, slots=True)
class Identify:
    """Middleware: sets the visitor's cookie, and `request.state.visitor` and `.language` for the handlers."""

    app: ASGIApp
    seal: Seal
    languages: Sequence[str]
    framed: bool = False
    """Shown in another site's frame (a Space), where a browser keeps only a partitioned cookie."""
    gone: Callable[[str], bool] = lambda visitor: False
    """The visitor had everything deleted: the cookie means nobody any more."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookies = read_cookies(headers.get("cookie", ""))
        known = self.seal.visitor(cookies.get(VISITOR_COOKIE))
        if known is not None and self.gone(known) and not _LISTENING.match(scope["path"]):
            known = None
        visitor = known or self.seal.issue()
        spoken = choose_language(cookies.get(LANGUAGE_COOKIE), headers.get("accept-language", ""), self.languages)
        state = {"visitor": visitor, "language": spoken, "returning": known is not None}
        scope["state"] = {**scope.get("state", {}), **state}
        secure = self.framed or scope.get("scheme") == "https"

        async def send_with_cookie(message: Message) -> None:
            refused = scope["state"].get("refused")
            if message["type"] == "http.response.start" and known is None and not refused:
                MutableHeaders(scope=message).append("set-cookie", self._cookie(visitor, secure=secure))
            await send(message)

        await self.app(scope, receive, send_with_cookie)

    def _cookie(self, visitor: str, *, secure: bool) -> str:
        place = _place(framed=self.framed) + "; Secure" * (secure and not self.framed)
        return f"{VISITOR_COOKIE}={self.seal.cookie(visitor)}; Path=/; Max-Age={_YEAR}; HttpOnly; {place}"


def language_cookie(chosen: str, *, framed: bool = False) -> str:
    """For `document.cookie`: keep the language that the visitor chose."""
    return f"{LANGUAGE_COOKIE}={chosen}; Path=/; Max-Age={_YEAR}; {_place(framed=framed)}"


def _place(*, framed: bool) -> str:
    return "SameSite=None; Secure; Partitioned" if framed else "SameSite=Lax"


def read_cookies(header: str) -> dict[str, str]:
    """The cookies of a request, pair by pair: one that is malformed hides none of the others."""
    cookies: dict[str, str] = {}
    for pair in header.split(";"):
        try:
            cookies |= {name: morsel.value for name, morsel in SimpleCookie(pair.strip()).items()}
        except CookieError:
            continue
    return cookies


def choose_language(chosen: str | None, accepted: str, spoken: Sequence[str]) -> str:
    """The one chosen on the page, else the first of Accept-Language that the page speaks, else the first it speaks."""
    if chosen in spoken:
        return str(chosen)
    wishes: list[tuple[float, str]] = []
    for wish in accepted.split(","):
        tag, _, quality = wish.partition(";")
        found = re.fullmatch(r"\s*q\s*=\s*(\d(?:\.\d+)?)\s*", quality, re.ASCII)
        wishes.append((float(found[1]) if found else 1.0, tag.strip().lower().split("-")[0]))
    for _, tag in sorted(wishes, key=lambda wish: -wish[0]):
        if tag in spoken:
            return tag
    return spoken[0]
