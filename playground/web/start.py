"""Work that begins with the server, in its event loop, and ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

Work = Callable[[], Awaitable[None]]
_THREADS = 64
"""For `asyncio.to_thread`. By itself a loop has six on two cores: some long prompts, and nobody's message is saved."""


@dataclass(slots=True)
class Start:
    """Middleware: runs `work` beside the server, which does not wait for it. Gives its event loop threads enough."""

    app: ASGIApp
    work: Work
    _task: asyncio.Future[None] | None = field(default=None, init=False, repr=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="work"))
        self._task = asyncio.ensure_future(self.work())
        try:
            await self.app(scope, receive, send)
        finally:
            self._task.cancel()
