"""The page is busy, or was sent too much: said in the visitor's language."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.sqlite import StorageFailed, storage_failed
from playground.text import LocaleTexts
from playground.web.length import announced_length
from playground.web.line import JOIN


@dataclass(frozen=True, slots=True)
class Explain:
    """Middleware: bounds the body, and says so, or that the waiting line or the disk is full. Stands inside `Identify`.

    Gradio's page shows a fixed English sentence for a 503 and `detail` for any other status. Other clients get the 503.
    """

    app: ASGIApp
    texts: LocaleTexts
    places: int
    """How many may wait in line."""
    max_body: int
    """In bytes, whether the client announced them or not."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if (announced_length(scope) or 0) > self.max_body:
            await self._too_large(scope)(scope, receive, send)
            return
        taken = 0
        explaining = started = False

        async def receive_bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.max_body:
                raise HTTPException(413)
            return message

        async def send_or_explain(message: Message) -> None:
            nonlocal explaining, started
            if message["type"] == "http.response.start":
                started = True
                if explanation := self._explanation(scope, message["status"]):
                    explaining = True
                    await explanation(scope, receive, send)
            if not explaining:
                await send(message)

        try:
            await self.app(scope, receive_bounded, send_or_explain)
        except HTTPException as error:
            if started or error.status_code != 413:
                raise
            await self._too_large(scope)(scope, receive, send)
        except OSError as error:  # of Gradio's, which writes uploads without asking whether there is room
            failure = storage_failed(error)
            if started or failure.reason is None:
                raise
            await self._not_kept(scope, failure)(scope, receive, send)

    def _explanation(self, scope: Scope, status: int) -> JSONResponse | None:
        if status == 413:
            return self._too_large(scope)
        if status == 503 and scope["path"] == JOIN and "sec-fetch-mode" in Headers(scope=scope):
            return self._answer(scope, 429, "overloaded.busy_here", waiting=self.places)
        return None

    def _too_large(self, scope: Scope) -> JSONResponse:
        return self._answer(scope, 413, "limit_exceeded.body", limit=f"{self.max_body / 1e6:g}")

    def _not_kept(self, scope: Scope, failure: StorageFailed) -> JSONResponse:
        return self._answer(scope, 507, failure.key)

    def _answer(self, scope: Scope, status: int, error: str, **values: object) -> JSONResponse:
        language = scope["state"]["language"]
        sentence = self.texts.text(language, f"error.{error}.message", provider="Aula", **values)
        return JSONResponse({"detail": sentence}, status)
