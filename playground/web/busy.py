"""The answer where the waiting line is full."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.text import Texts

_TEXT = "error.overloaded.busy_here.message"


@dataclass(frozen=True, slots=True)
class Busy:
    """Middleware: says in the visitor's language that the line is full.

    Gradio's page shows a fixed English sentence for a 503 and our own for any other status. Other clients get the 503.
    """

    app: ASGIApp
    texts: Texts
    places: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/gradio_api/queue/join":
            await self.app(scope, receive, send)
            return
        browser = "sec-fetch-mode" in Headers(scope=scope)
        full = False

        async def send_or_explain(message: Message) -> None:
            nonlocal full
            if message["type"] == "http.response.start" and message["status"] == 503 and browser:
                full = True
                sentence = self.texts.text(scope["state"]["language"], _TEXT, provider="aula", waiting=self.places)
                await JSONResponse({"detail": sentence}, 429)(scope, receive, send)
            if not full:
                await send(message)

        await self.app(scope, receive, send_or_explain)
