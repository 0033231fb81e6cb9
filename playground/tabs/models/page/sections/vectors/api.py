"""The named endpoint `neighbours`."""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.events import api

from playground.page.parts.endpoints import endpoint_error
from playground.page.parts.fields import checked_within, texts_of
from playground.page.program import App
from playground.tabs.models.lab.analogies import Analogy, parse_words
from playground.tabs.models.visit.vectors import solve
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import checked_models, checked_text
from providers.errors import Failure, PlaygroundError

_MOST = 50
ENCODER = "huggingface/sentence-transformers/all-MiniLM-L6-v2"


def publish(app: App[ModelsVisits]) -> None:
    """Name the endpoint; call it inside the page's Blocks."""

    async def neighbours(
        add: list[str] | None = None,
        subtract: list[str] | None = None,
        model: str = ENCODER,
        k: int = 10,
        request: gr.Request | None = None,
    ) -> dict[str, Any]:
        """What lies nearest to words that are added and taken away as vectors: king − man + woman.

        In the table of input embeddings of a model of this computer, among all its tokens; for one that makes vectors
        of texts also among some hundred common words. A neighbour that is `asked` went in itself.
        """
        assert request is not None  # Gradio always passes it
        who = app.who(request)
        try:
            plus, minus = (checked_text(",".join(texts_of(words)), app.bounds, empty=True) for words in (add, subtract))
            words = parse_words(plus, minus)
            shown = int(checked_within("k", k, 1, _MOST, whole=True))
            ref = checked_models(model)[0]
            found = (await solve(app.visits, who.visitor, (ref,), words, shown)).get(ref)
        except PlaygroundError as error:
            raise endpoint_error(app.show(who), error) from None
        if isinstance(found, Failure):
            raise endpoint_error(app.show(who), found)
        return {"model": ref, "spaces": [analogy_json(one) for one in found or ()]}

    api(neighbours, api_name="neighbours")


def analogy_json(one: Analogy) -> dict[str, Any]:
    """As plain JSON values."""
    return {
        "space": one.space,
        "candidates": one.candidates,
        "words": [{"text": word.text, "added": word.added, "tokens": list(word.pieces)} for word in one.words],
        "answer": one.answer.text.strip() if one.answer is not None else None,
        "neighbours": [{"text": near.text, "similarity": near.cosine, "asked": near.asked} for near in one.neighbours],
    }
