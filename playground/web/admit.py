"""Where strangers visit: how many of them may come at once, and how much they may leave on the disk."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.text import LocaleTexts
from playground.visitors import Sessions
from playground.visitors.errors import VisitorLimit
from playground.web.length import announced_length

UPLOAD = "/gradio_api/upload"
_API = "/gradio_api/"
_UNSAID = 5_000_000
"""Bytes that an upload may have which does not say beforehand how many it has. Browsers and clients do."""


@dataclass(frozen=True, slots=True)
class Admit:
    """Middleware: tells the limits where each visitor comes from, and refuses new ones and files beyond theirs.

    Stands inside `Identify`. Whoever is refused is given no cookie.
    """

    app: ASGIApp
    sessions: Sessions
    texts: LocaleTexts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope["state"]
        addresses = self.sessions.limits.addresses
        address = str(state.get("address", ""))
        addresses.note(state["visitor"], address, cookie=state["returning"])
        try:
            if not state["returning"] and _begins(scope):
                addresses.newcomer(address)
            if scope["method"] == "POST" and scope["path"].rstrip("/") == UPLOAD and self.sessions.storage.bounded:
                await self._upload(scope, receive, send)
                return
        except VisitorLimit as error:
            state["refused"] = not state["returning"]
            await self._refusal(scope, error)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a file through, counted as it comes. Raises `VisitorLimit` before anything of it was read."""
        visitor, storage = scope["state"]["visitor"], self.sessions.storage
        name = self.sessions.limits.addresses.name(visitor)
        announced = announced_length(scope)
        coming = _UNSAID if announced is None else announced
        taken = 0

        async def receive_counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > coming:
                raise HTTPException(413)
            return message

        with ExitStack() as held:
            await asyncio.to_thread(held.enter_context, storage.coming(visitor, coming, name))
            try:
                await self.app(scope, receive_counted, send)
            finally:
                storage.came(taken, name if name != visitor else None)

    def _refusal(self, scope: Scope, error: VisitorLimit) -> JSONResponse:
        language = scope["state"]["language"]
        message = self.texts.text(language, f"error.{error.key}.message", **error.values)
        hint = self.texts.text(language, f"error.{error.key}.hint", **error.values)
        seconds = error.values.get("seconds")
        headers = {"retry-after": str(seconds)} if seconds is not None else {}
        return JSONResponse({"detail": f"{message} {hint}"}, 429 if headers else 413, headers)


def _begins(scope: Scope) -> bool:
    """A request that a new visitor begins with: the page, what describes it, or work. The page's files are none."""
    path = scope["path"]
    return path in ("/", "/config") or (scope["method"] == "POST" and path.startswith(_API))
