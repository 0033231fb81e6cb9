"""A model as a strategy calls it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import assert_never

from playground.asking.ask import Outgoing, ask
from playground.asking.completion import AS_TEXT, as_completion, stops
from playground.strategies.solving.record import Generate
from playground.strategies.solving.trace import ModelCall, Prompt, ReplyPart
from providers.base import Provider
from providers.pricing import cost
from providers.types import (
    Change,
    Done,
    Event,
    ModelInfo,
    Progress,
    ReasoningDelta,
    Request,
    Sampling,
    TextDelta,
    TextWasReasoning,
    TokenLogprobs,
)

MAX_SEED = 2**31


def model_generate(
    provider: Provider, model: ModelInfo, sampling: Sampling | None = None, owner: str = "", language: str = "en"
) -> Generate:
    """Calls this model with this sampling, where a prompt does not say otherwise. Loads it first if it must.

    A model that only continues text is given a prompt as one text, with the marks of `language`: see `as_completion`.
    Each call goes through `fit`; what the model does not take is in `ModelCall.changes`. Raises the provider's errors.
    To bound the calls of several questions together, wrap it: `lambda prompt: slots.hold(name, generate(prompt))`.
    """
    own = sampling or Sampling()

    async def generate(prompt: Prompt) -> AsyncGenerator[ReplyPart]:
        messages = prompt.messages if prompt.plain else as_completion(model, prompt.messages, language)
        sampling = _sampling(prompt, own, (*prompt.stop, *stops(model, language)), model)
        request = Request(model=model, messages=messages, sampling=sampling, owner=owner)
        as_text = messages != prompt.messages
        piece, changes = ReplyPart(sent=messages if as_text else None), [AS_TEXT] if as_text else []
        async with aclosing(ask(provider, request)) as events:
            async for event in events:
                if isinstance(event, Change):
                    changes.append(event)
                piece = _with(piece, event, model, tuple(changes))
                yield piece

    return generate


def _sampling(prompt: Prompt, own: Sampling, stop: Sequence[str], model: ModelInfo) -> Sampling:
    limits = [limit for limit in (own.max_tokens, None if model.reasoning else prompt.max_tokens) if limit is not None]
    return replace(
        own,
        temperature=own.temperature if prompt.temperature is None else prompt.temperature,
        stop=tuple(dict.fromkeys((*stop, *own.stop))),
        max_tokens=min(limits, default=None),
        seed=None if own.seed is None else (own.seed + prompt.draw) % MAX_SEED,
    )


def _with(piece: ReplyPart, event: Event | Outgoing, model: ModelInfo, changes: tuple[Change, ...]) -> ReplyPart:
    match event:
        case TextDelta(text):
            return replace(piece, text=piece.text + text, progress=None)
        case ReasoningDelta(text):
            return replace(piece, reasoning=piece.reasoning + text, progress=None)
        case TextWasReasoning():
            return replace(piece, text="", reasoning=piece.reasoning + piece.text, progress=None)
        case Progress():
            return replace(piece, progress=event)
        case Change() | TokenLogprobs() | Outgoing():
            return piece
        case Done(finish=finish, usage=usage, timing=timing, engine=engine):
            call = ModelCall(
                usage=usage, timing=timing, finish=finish, cost=cost(model, usage), changes=changes, engine=engine
            )
            return replace(piece, progress=None, call=call)
        case _:
            assert_never(event)
