"""How a reply comes about: what happens while a model is asked, folded into ever longer snapshots."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import assert_never

from playground.asking.ask import Outgoing, ask
from playground.asking.reply import Reply, Sent
from providers.base import Provider
from providers.errors import Failure, PlaygroundError
from providers.pricing import cost
from providers.types import (
    Change,
    Done,
    Event,
    Message,
    Progress,
    ReasoningDelta,
    Request,
    TextDelta,
    TextWasReasoning,
    TokenLogprobs,
)

CONTINUE = "Continue exactly where you stopped, without repeating anything."
"""Asked of models that cannot be handed a begun answer."""


async def answer(provider: Provider, request: Request, begun: str = "") -> AsyncGenerator[Reply]:
    """Ever longer snapshots of a reply; the last one is done or failed. Errors become part of the reply.

    `begun` is the text that the last, assistant's message of the request holds, and that the reply starts with.
    """
    reply = Reply(model=request.model.ref, text=begun, sampling=request.sampling)
    yield reply
    try:
        async with aclosing(ask(provider, _continuing(request))) as events:
            async for event in events:
                reply = _with(reply, event, request, begun)
                yield reply
    except PlaygroundError as error:
        yield replace(reply, state="failed", failure=Failure.of(error), progress=None)


def _continuing(request: Request) -> Request:
    """Ask in words for the rest of an answer where a model cannot be handed its beginning."""
    last = request.messages[-1] if request.messages else None
    if last is None or last.role != "assistant" or request.model.prefill:
        return request
    return replace(request, messages=(*request.messages, Message.of("user", CONTINUE)))


def _with(reply: Reply, event: Event | Outgoing, request: Request, begun: str) -> Reply:
    match event:
        case Outgoing(request=leaving, rendered=rendered):
            sent = Sent(content=rendered.content, language=rendered.language)
            return replace(reply, sampling=leaving.sampling, sent=sent, progress=None)
        case TextDelta(text):
            scored = () if reply.reasoning and not reply.text else reply.tokens  # the reasoning's are not the answer's
            return replace(reply, state="streaming", text=reply.text + text, tokens=scored, progress=None)
        case ReasoningDelta(text):
            return replace(reply, state="streaming", reasoning=reply.reasoning + text, progress=None)
        case TextWasReasoning():
            thought = reply.reasoning + reply.text[len(begun) :]
            return replace(reply, text=begun, reasoning=thought, tokens=(), progress=None)
        case TokenLogprobs(tokens):
            return replace(reply, tokens=(*reply.tokens, *tokens))
        case Progress():
            return replace(reply, progress=event)
        case Change():
            return replace(reply, changes=(*reply.changes, event))
        case Done(finish=finish, usage=usage, timing=timing, engine=engine):
            ended = replace(reply, state="done", finish=finish, usage=usage, timing=timing, progress=None)
            return replace(ended, cost=cost(request.model, usage), engine=engine)
        case _:
            assert_never(event)
