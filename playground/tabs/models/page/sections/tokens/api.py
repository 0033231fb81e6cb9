"""The named endpoint `tokenize`."""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.events import api

from playground.page.parts.endpoints import endpoint_error
from playground.page.parts.render import Renderer
from playground.page.program import App
from playground.tabs.models.lab.tokens import TokenizedText, bytes_of
from playground.tabs.models.visit.tokens import cut
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import checked_models, checked_text
from providers.errors import Failure, PlaygroundError


def publish(app: App[ModelsVisits]) -> None:
    """Name the endpoint; call it inside the page's Blocks."""
    default = app.settings.model

    async def tokenize(
        text: str = "", models: list[str] | None = None, request: gr.Request | None = None
    ) -> list[dict[str, Any]]:
        """A text in the tokens of up to four models of this computer: each token's id, text and bytes (in hexadecimal).

        `gives_back`: the tokens say exactly the text. A model whose tokenizer cannot be asked here has an `error`.
        """
        assert request is not None  # Gradio always passes it
        who = app.who(request)
        try:
            app.sessions.limits.message(who.visitor)
            refs = checked_models([default] if models is None else models)
            found = await cut(app.visits, who.visitor, refs, checked_text(text, app.bounds))
        except PlaygroundError as error:
            raise endpoint_error(app.show(who), error) from None
        return [tokens_json(app.show(who), ref, one) for ref, one in found.items()]

    api(tokenize, api_name="tokenize")


def tokens_json(show: Renderer, ref: str, one: TokenizedText | Failure) -> dict[str, Any]:
    """As plain JSON values."""
    if isinstance(one, Failure):
        return {"model": ref, "error": show.message(one)}
    return {
        "model": ref,
        "tokens": [
            {"id": token.id, "text": token.piece, "bytes": bytes_of(token).hex(), "special": token.special}
            for token in one.cut.tokens
        ],
        "count": one.count,
        "words": one.words,
        "tokens_per_word": one.per_word,
        "unknown": one.cut.unknown,
        "gives_back": one.gives_back,
        "error": None,
    }
