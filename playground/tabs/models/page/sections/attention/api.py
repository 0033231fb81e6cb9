"""The named endpoint `attention`."""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.events import api

from playground.asking.errors import ArgumentError
from playground.page.parts.endpoints import endpoint_error
from playground.page.program import App
from playground.tabs.models.lab.attention import ReadSentence
from playground.tabs.models.visit.attention import look_once
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import checked_models, checked_text
from providers.errors import PlaygroundError


def publish(app: App[ModelsVisits]) -> None:
    """Name the endpoint; call it inside the page's Blocks."""
    default = app.settings.model

    async def attention(
        text: str = "",
        model: str = default,
        layer: int | None = None,
        head: int | None = None,
        request: gr.Request | None = None,
    ) -> dict[str, Any]:
        """How much each token of a sentence takes from each other one, in every layer and head of a local model.

        `layer` and `head` (from 1) choose some of them; without them all come: `attention[layer][head][token][token]`,
        whose rows sum to 1. At most 64 tokens.
        """
        assert request is not None  # Gradio always passes it
        who = app.who(request)
        try:
            ref, sentence = checked_models(model)[0], checked_text(text, app.bounds)
            return attention_json(await look_once(app.visits, who.visitor, ref, sentence), layer, head)
        except PlaygroundError as error:
            raise endpoint_error(app.show(who), error) from None

    api(attention, api_name="attention")


def attention_json(read: ReadSentence, layer: object, head: object) -> dict[str, Any]:
    """As plain JSON values. Raises `ArgumentError("number")` for a layer or head that is none."""
    layers, heads = read.reading.attention.shape[:2]
    rows, columns = _parse_slice("layer", layer, layers), _parse_slice("head", head, heads)
    return {
        "model": read.info.ref,
        "tokens": [token.piece for token in read.tokens],
        "ids": read.ids,
        "causal": read.reading.causal,
        "layers": layers,
        "heads": heads,
        "attention": read.reading.attention[rows][:, columns].tolist(),
    }


def _parse_slice(name: str, value: object, most: int) -> slice:
    if value is None:
        return slice(None)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise ArgumentError("number", name=name, low=1, high=most)
    return slice(value - 1, value)
