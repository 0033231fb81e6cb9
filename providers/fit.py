"""From what a visitor asked to what a model takes, and the list of every difference between the two."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from providers.errors import ContextTooLong, UnsupportedRequest
from providers.types import Change, Message, Rendered, Request, Role, Sampling, Text

SMALLEST_REPLY = 64
"""Tokens kept free for a reply when a conversation has to be cut to a model's context."""


@dataclass(frozen=True, slots=True)
class Fitted:
    request: Request
    changes: tuple[Change, ...]


def fit(request: Request) -> Fitted:
    """The request its model will take, and what was dropped and why.

    Raises `UnsupportedRequest` where dropping would change the question: an image in the last message for a model that
    does not see, a begun answer for one that cannot continue it.
    """
    model, changes = request.model, []
    sampling, dropped = _fit_sampling(request)
    changes += dropped
    messages = tuple(message for message in request.messages if message.text.strip() or message.images)
    if not model.images:
        if messages and messages[-1].images:
            raise UnsupportedRequest("images", model=model.name)
        if any(message.images for message in messages):
            changes.append(Change(what="images", reason="images_not_seen"))
            messages = tuple(replace(m, parts=tuple(p for p in m.parts if isinstance(p, Text))) for m in messages)
    if messages and messages[-1].role == "assistant" and not model.prefill:
        raise UnsupportedRequest("prefill", model=model.name)
    if not model.system and any(message.role == "system" for message in messages):
        messages = fold_system(messages)
        changes.append(Change(what="system", reason="system_in_first_message"))
    logprobs = request.logprobs
    if logprobs is not None and not model.logprobs:
        logprobs = None
        changes.append(Change(what="logprobs", reason="not_offered"))
    fitted = replace(request, messages=messages, sampling=sampling, logprobs=logprobs)
    return Fitted(fitted, tuple(changes))


def _fit_sampling(request: Request) -> tuple[Sampling, list[Change]]:
    model, sampling, changes = request.model, request.sampling.without_neutral(), []
    for name in sampling.chosen_values():
        if name not in model.accepts:
            sampling = sampling.without(name)
            changes.append(Change(what=name, reason="not_offered"))
    if sampling.seed is not None and not model.reproducible and sampling.temperature != 0:
        changes.append(Change(what="seed", reason="not_promised"))
    if sampling.temperature is not None and sampling.temperature > model.temperature_max:
        changes.append(Change(what="temperature", reason="lowered", values={"to": model.temperature_max}))
        sampling = replace(sampling, temperature=model.temperature_max)
    if model.max_output and sampling.max_tokens and sampling.max_tokens > model.max_output:
        changes.append(Change(what="max_tokens", reason="lowered", values={"to": model.max_output}))
        sampling = replace(sampling, max_tokens=model.max_output)
    return sampling, changes


def fold_system(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Put the system prompt in front of the first user message, for templates without that role (Gemma's)."""
    system = "\n\n".join(message.text for message in messages if message.role == "system")
    if not system:
        return messages
    rest = [message for message in messages if message.role != "system"]
    for place, message in enumerate(rest):
        if message.role == "user":
            rest[place] = replace(message, parts=(Text(f"{system}\n\n"), *message.parts))
            return tuple(rest)
    return (Message.of("user", system), *rest)


def join_turns(messages: tuple[Message, ...], first: Role | None = None) -> tuple[Message, ...]:
    """Neighbours of one role as one message, for templates that want user and assistant in turn.

    With `first`, what is said before that role speaks for the first time becomes part of its turn.
    """
    turns: list[Message] = []
    begun = first is None or not any(message.role == first for message in messages)
    for message in messages:
        if message.role == "system":
            turns.append(message)
            continue
        begun = begun or message.role == first
        spoken = message if begun or first is None else replace(message, role=first)
        if turns and turns[-1].role == spoken.role:
            turns[-1] = replace(spoken, parts=(*turns[-1].parts, Text("\n\n"), *spoken.parts))
        else:
            turns.append(spoken)
    return tuple(turns)


async def fit_context(request: Request, render: Callable[[Request], Awaitable[Rendered]]) -> Fitted:
    """Cut the oldest turns until prompt and reply fit the model's context; say how many went.

    Raises `ContextTooLong` when the last message and the system prompt alone do not fit.
    """
    context, cut = request.model.context, 0
    if context is None:
        return Fitted(request, ())
    rendered = await render(request)
    wanted = min(request.sampling.max_tokens or SMALLEST_REPLY, SMALLEST_REPLY)
    while rendered.tokens + wanted > context:
        shorter = _without_oldest_turn(request.messages)
        if shorter is None:
            raise ContextTooLong(provider=request.model.provider, tokens=rendered.tokens, context=context)
        cut += len(request.messages) - len(shorter)
        request = replace(request, messages=shorter)
        rendered = await render(request)
    changes = [Change(what="history", reason="cut", values={"messages": cut, "context": context})] if cut else []
    room = context - rendered.tokens
    if request.sampling.max_tokens is not None and request.sampling.max_tokens > room:
        request = replace(request, sampling=replace(request.sampling, max_tokens=room))
        changes.append(Change(what="max_tokens", reason="lowered", values={"to": room}))
    return Fitted(request, tuple(changes))


def _without_oldest_turn(messages: tuple[Message, ...]) -> tuple[Message, ...] | None:
    """Drop the first user message and what answers it; `None` when only the current turn is left."""
    system = tuple(message for message in messages if message.role == "system")
    rest = [message for message in messages if message.role != "system"]
    users = [place for place, message in enumerate(rest) if message.role == "user"]
    return (*system, *rest[users[1] :]) if len(users) > 1 else None
