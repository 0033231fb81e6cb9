"""The named endpoints `chat` and `models`: what the page does, for a script, a notebook or another program."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
from gradio.events import api

from playground.asking.answer import answer
from playground.asking.errors import RequestLimit
from playground.page.parts.endpoints import caller, endpoint_error, reply_json, system_messages
from playground.page.parts.uploads import paths_of, take
from playground.page.program import App, Who
from playground.tabs.chat.lab.pictures import MOST, picture_of
from playground.tabs.chat.visit.visits import ChatVisits
from playground.visitors.checks import checked_history, checked_models, checked_sampling, checked_text
from providers.types import Message, ModelInfo, Request, Sampling


@dataclass(frozen=True, slots=True)
class _ChatCall:
    model: str
    messages: tuple[Message, ...]
    sampling: Sampling
    images: tuple[str, ...] = ()
    """Uploaded files, for the last message."""


def publish(app: App[ChatVisits]) -> None:
    """Name the endpoints; call it inside the page's Blocks."""
    _publish_chat(app)
    _publish_models(app)


def _publish_chat(app: App[ChatVisits]) -> None:
    default = app.settings.model

    async def chat(
        message: str = "",
        history: list[dict[str, Any]] | None = None,
        model: str = default,
        system: str = "",
        temperature: float | None = 0.7,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        max_tokens: int | None = 512,
        seed: int | None = None,
        stop: list[str] | None = None,
        images: list[dict[str, Any]] | None = None,
        request: gr.Request | None = None,
    ) -> AsyncGenerator[dict[str, Any]]:
        """Ask a model. Yields the reply as it grows; the last one says how it finished.

        `history` is a list of {"role": "user" | "assistant", "content": text}; `images`, for models that see, a list of
        `handle_file(path)`, at most four, which go along with the message.
        """
        sampling: dict[str, object] = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "min_p": min_p}
        sampling |= {"max_tokens": max_tokens, "seed": seed, "stop": stop}
        with caller(app, request) as who:
            first = system_messages(system, app.bounds)
            question = Message.of("user", checked_text(message, app.bounds))
            messages = (*first, *checked_history(history, app.bounds), question)
            paths = paths_of(images or [])
            ask = _ChatCall(checked_models(model)[0], messages, checked_sampling(sampling, app.bounds), tuple(paths))
            async with aclosing(_replies(app, who, ask)) as replies:
                async for reply in replies:
                    yield reply

    api(chat, api_name="chat")


def _publish_models(app: App[ChatVisits]) -> None:
    async def models(request: gr.Request | None = None) -> list[dict[str, Any]]:
        """The models within reach: name, abilities, and whether a key is missing."""
        assert request is not None
        visitor = app.who(request).visitor
        return [
            {
                "model": model.ref,
                "name": model.name,
                "local": model.local,
                "locked": app.reach.locked(visitor, model),
                "chat": model.chat,
                "images": model.images,
                "logprobs": model.logprobs,
                "reasoning": model.reasoning,
                "reproducible": model.reproducible,
                "context": model.context,
                "accepts": sorted(model.accepts),
                "licence": model.licence,
            }
            for model in await app.reach.models(visitor)
        ]

    api(models, api_name="models")


async def _replies(app: App[ChatVisits], who: Who, ask: _ChatCall) -> AsyncGenerator[dict[str, Any]]:
    """The reply as it grows, within the visitor's limits."""
    show = app.show(who)
    app.sessions.limits.message(who.visitor)
    async with (
        app.sessions.limits.stream(who.visitor),
        app.reach.open(who.visitor, ask.model) as (provider, info),
    ):
        ask = await _with_images(ask)
        async with aclosing(answer(provider, _request(info, ask, who))) as replies:
            async for reply in replies:
                if reply.failure is not None:
                    raise endpoint_error(show, reply.failure)
                yield reply_json(show, reply)


async def _with_images(ask: _ChatCall) -> _ChatCall:
    """With its images, cleaned, in front of its question. Raises `ImageError`, `RequestLimit("images")`."""
    if len(ask.images) > MOST:
        raise RequestLimit("images", limit=MOST)
    images = [(await picture_of(one.content, one.name)).image for one in await take(ask.images)]
    *before, question = ask.messages
    return replace(ask, messages=(*before, replace(question, parts=(*images, *question.parts))))


def _request(model: ModelInfo, ask: _ChatCall, who: Who) -> Request:
    return Request(model=model, messages=ask.messages, sampling=ask.sampling, owner=who.visitor)
