"""Work that begins with the server, in its event loop, and ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

Work = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Start:
    """Middleware: runs `work` beside the server, which does not wait for it."""

    app: ASGIApp
    work: Work
    _task: asyncio.Future[None] | None = field(default=None, init=False, repr=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        self._task = asyncio.ensure_future(self.work())
        try:
            await self.app(scope, receive, send)
        finally:
            self._task.cancel()
