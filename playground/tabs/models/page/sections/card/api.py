"""The named endpoint `model_card`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import gradio as gr
from gradio.events import api

from playground.page.parts.endpoints import endpoint_error
from playground.page.program import App
from playground.tabs.models.lab.card import BYTES, CONTEXT, CardFacts
from playground.tabs.models.visit.card import cards
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import checked_models
from providers.errors import Failure, PlaygroundError


def publish(app: App[ModelsVisits]) -> None:
    """Name the endpoint; call it inside the page's Blocks."""
    default = app.settings.model

    async def model_card(model: str = default, request: gr.Request | None = None) -> dict[str, Any]:
        """What a model is made of: parameters by part, layers, heads, context, memory, cache and operations a token,
        engines with their likelihood. What nobody published is null.

        `model` may also name an embedding model of this computer. Loads nothing.
        """
        assert request is not None  # Gradio always passes it
        who = app.who(request)
        try:
            app.sessions.limits.message(who.visitor)
            ref = checked_models(model)[0]
            (found,) = await cards(app.visits, who.visitor, (ref,))
        except PlaygroundError as error:
            raise endpoint_error(app.show(who), error) from None
        if isinstance(found, Failure):
            raise endpoint_error(app.show(who), found)
        return card_json(found)

    api(model_card, api_name="model_card")


def card_json(found: CardFacts) -> dict[str, Any]:
    """A card as plain JSON values; sizes in bytes."""
    info, anatomy = found.info, found.anatomy
    structure: dict[str, Any] = {}
    if anatomy is not None:
        structure = {
            **asdict(anatomy),
            "parameters": {"total": anatomy.total, **anatomy.parameters},
            "cache_per_token": anatomy.cache_per_token() if anatomy.kind == "decoder" else None,
            "flops_per_token": anatomy.flops_per_token(CONTEXT),
        }
    return {
        "model": info.ref,
        "name": info.name,
        "local": info.local,
        "licence": info.licence,
        "languages": list(info.languages),
        "parameters": {"total": info.parameters},
        **structure,
        "memory": {name: found.memory(size) for name, size in BYTES.items()},
        "memory_measured": found.loaded,
        "engines": {name: {"nll": nats} for name, nats in (found.known.nll if found.known else {}).items()},
        "speeds": [asdict(one) for one in found.speeds],
    }
