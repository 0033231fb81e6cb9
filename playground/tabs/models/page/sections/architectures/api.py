"""The named endpoints `fill_mask`, `transform` and `ngram`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import gradio as gr
from gradio.events import api

from playground.page.parts.endpoints import endpoint_error
from playground.page.parts.fields import checked_within
from playground.page.program import App
from playground.tabs.models.lab.architectures import LENGTHS, TOP
from playground.tabs.models.lab.ngram import LONGEST_ORDER
from playground.tabs.models.page.sections.architectures.events import ArchitecturesChoice, checked_plan
from playground.tabs.models.visit.architectures.single import fill_blank, ngram_of, rewrite
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import checked_text
from providers.errors import PlaygroundError
from providers.types import Done, TextDelta

_MOST = 50
_LONGEST = 512
_SEEDS = 2**32 - 1


def publish(app: App[ModelsVisits]) -> None:
    """Name the endpoints; call it inside the page's Blocks."""
    _publish_fill_mask(app)
    _publish_transform(app)
    _publish_ngram(app)


def _publish_fill_mask(app: App[ModelsVisits]) -> None:
    async def fill_mask(
        text: str = "", model: str = "", top: int = TOP, request: gr.Request | None = None
    ) -> list[dict[str, Any]]:
        """The likeliest words for the one blank (`___`, `[MASK]` or `<mask>`) of a text, with a masked model's
        probabilities: BERT, RoBERTa, ALBERT and their kin, by a Hub name or a folder."""
        assert request is not None  # Gradio always passes it
        who = app.who(request)
        try:
            most = int(checked_within("top", top, 1, _MOST, whole=True))
            found = await fill_blank(app.visits, who.visitor, str(model or ""), checked_text(text, app.bounds), most)
        except PlaygroundError as error:
            raise endpoint_error(app.show(who), error) from None
        return [{"token": one.token, "id": one.id, "probability": one.probability, "text": one.text} for one in found]

    api(fill_mask, api_name="fill_mask")


def _publish_transform(app: App[ModelsVisits]) -> None:
    async def transform(
        text: str = "", model: str = "", instruction: str = "", max_tokens: int = 60, request: gr.Request | None = None
    ) -> AsyncGenerator[dict[str, Any]]:
        """What an encoder–decoder (T5, Marian and their kin, by a Hub name or a folder) makes of a text, as it is
        written. `instruction` comes first, such as "summarize:"; at each step the likeliest token is taken."""
        assert request is not None  # Gradio always passes it
        who = app.who(request)
        try:
            most = int(checked_within("max_tokens", max_tokens, 1, _LONGEST, whole=True))
            given = checked_text(text, app.bounds)
            told = checked_text(instruction or "", app.bounds, empty=True)
            said: dict[str, Any] = {"text": "", "model": str(model or ""), "finish": None, "tokens": None}
            async with aclosing(rewrite(app.visits, who.visitor, str(model or ""), given, told, most)) as events:
                async for ref, event in events:
                    if isinstance(event, TextDelta):
                        said = said | {"text": f"{said['text']}{event.text}"}
                    elif isinstance(event, Done):
                        said = said | {"finish": event.finish, "tokens": event.usage.output_tokens}
                    said = said | {"model": ref}
                    yield said
        except PlaygroundError as error:
            raise endpoint_error(app.show(who), error) from None

    api(transform, api_name="transform")


def _publish_ngram(app: App[ModelsVisits]) -> None:
    async def ngram(
        text: str = "",
        training: str = "",
        order: int = 3,
        smoothing: str = "kneser_ney",
        length: int = 60,
        seed: int = 0,
        request: gr.Request | None = None,
    ) -> dict[str, Any]:
        """An n-gram model trained on `training` (a sample text where it is empty): it scores the words of a text, tells
        the likeliest next ones, and goes on. `smoothing` is "kneser_ney" or "add_k"."""
        assert request is not None  # Gradio always passes it
        who = app.who(request)
        try:
            checked_within("order", order, 1, LONGEST_ORDER, whole=True)
            checked_within("length", length, 1, LENGTHS[-1], whole=True)
            choice = ArchitecturesChoice(order=order, smoothing=smoothing, training=training, length=length)
            plan = checked_plan(app, checked_text(text, app.bounds), choice)
            number = int(checked_within("seed", seed, 0, _SEEDS, whole=True))
            found = await ngram_of(app.visits, who.visitor, plan, number)
        except PlaygroundError as error:
            raise endpoint_error(app.show(who), error) from None
        return {
            "words": [{"word": one.word, "probability": one.probability, "known": one.known} for one in found.scored],
            "perplexity": found.perplexity,
            "next": [{"word": word, "probability": chance} for word, chance in found.next],
            "text": found.text,
            "trained": {"words": found.words, "ngrams": list(found.counted)},
        }

    api(ngram, api_name="ngram")
