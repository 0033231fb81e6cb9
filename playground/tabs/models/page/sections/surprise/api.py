"""The named endpoint `surprisal`."""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.events import api

from playground.page.parts.endpoints import endpoint_error
from playground.page.parts.fields import checked_within
from playground.page.parts.render import Renderer
from playground.page.program import App
from playground.tabs.models.lab.surprise import ScoringPlan, SurprisedModel, surprisal
from playground.tabs.models.visit.surprise import surprise
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import checked_models, checked_text
from providers.errors import Failure, PlaygroundError

_LONGEST_WINDOW = 8192


def publish(app: App[ModelsVisits]) -> None:
    """Name the endpoint; call it inside the page's Blocks."""
    default = app.settings.model

    async def surprisal(
        text: str = "",
        models: list[str] | None = None,
        window: int | None = None,
        stride: int | None = None,
        request: gr.Request | None = None,
    ) -> list[dict[str, Any]]:
        """How little up to four local models expected each token of a text: bits, log-probability and rank; and of the
        whole, cross-entropy (nats a token), perplexity and bits per byte.

        A long text is read in windows of `window` tokens (1024), each `stride` (half of it) after the one before.
        """
        assert request is not None  # Gradio always passes it
        who = app.who(request)
        try:
            refs = checked_models([default] if models is None else models)
            plan = checked_plan(window, stride)
            found = await surprise(app.visits, who.visitor, refs, checked_text(text, app.bounds), plan)
        except PlaygroundError as error:
            raise endpoint_error(app.show(who), error) from None
        return [surprise_json(app.show(who), ref, one) for ref, one in found.items()]

    api(surprisal, api_name="surprisal")


def checked_plan(window: object, stride: object) -> ScoringPlan:
    """Raises `ArgumentError("number")`."""
    size = None if window is None else int(checked_within("window", window, 2, _LONGEST_WINDOW, whole=True))
    step = None if stride is None else int(checked_within("stride", stride, 1, size or 1024, whole=True))
    return ScoringPlan(window=size, stride=step)


def surprise_json(show: Renderer, ref: str, one: SurprisedModel | Failure) -> dict[str, Any]:
    """As plain JSON values."""
    if isinstance(one, Failure):
        return {"model": ref, "error": show.message(one)}
    found = one.found
    return {
        "model": ref,
        "tokens": [
            {
                "id": token.token.id,
                "text": token.token.piece,
                "bits": surprisal(token),
                "logprob": token.logprob,
                "rank": token.rank,
            }
            for token in found.tokens
        ],
        "cross_entropy": found.cross_entropy,
        "perplexity": found.perplexity,
        "bits_per_byte": found.bits_per_byte,
        "bytes": found.bytes,
        "window": found.window,
        "stride": found.stride,
        "error": None,
    }
