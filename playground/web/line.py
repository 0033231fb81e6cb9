"""Whoever finds the waiting line full is told so at once, not when Gradio has come to look at the request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

JOIN = "/gradio_api/queue/join"


@dataclass(slots=True)
class Line:
    """Middleware: lets no more requests come to the line than find room in it. Stands inside `Explain`.

    A class that asks all at once would else have each of its requests read, parsed and passed through a thread before
    the last of them learn that there is no room.
    """

    app: ASGIApp
    room: Callable[[], int]
    """How many more Gradio would take: free places, and those left in its line."""
    _coming: int = field(default=0, init=False)
    """On their way to the line, which does not count them yet."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"].rstrip("/") != JOIN:
            await self.app(scope, receive, send)
            return
        if self.room() <= self._coming:
            await JSONResponse({"detail": "Queue is full."}, 503)(scope, receive, send)
            return
        self._coming += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._coming -= 1
