"""How a reply comes about: prepare the model, fit the request, stream; alone, and in columns side by side."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import assert_never

from playground.asking.reply import Reply, Sent
from providers.base import Provider
from providers.errors import Failure, PlaygroundError, StreamTruncated
from providers.fit import fit, fit_context
from providers.image import fit_images
from providers.pricing import cost
from providers.types import Change, Done, Event, Message, Progress, ReasoningDelta, Request, TextDelta, TokenLogprobs

CONTINUE = "Continue exactly where you stopped, without repeating anything."
"""Asked of models that cannot be handed a begun answer."""
REDRAW = 0.05
"""Seconds between two redraws of a page: 20 times a second."""
HEARTBEAT = 0.25
"""Seconds after which a waiting stream yields all the same, so that a closed page is noticed."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Column:
    """One model's part of a turn: whom to ask what, or why that failed. `begun` is the text to continue.

    `sources` name the passages that the request quotes.
    """

    model: str
    provider: Provider | None
    request: Request | None
    failure: Failure | None = None
    begun: str = ""
    sources: tuple[str, ...] = ()


async def answer(provider: Provider, request: Request, begun: str = "") -> AsyncGenerator[Reply]:
    """Ever longer snapshots of a reply; the last one is done or failed. Errors become part of the reply.

    `begun` is the text that the last, assistant's message of the request holds, and that the reply starts with.
    """
    reply = Reply(model=request.model.ref, text=begun, sampling=request.sampling)
    yield reply
    try:
        fitted = fit(_continuing(request))
        reply = replace(reply, changes=fitted.changes)
        async for progress in provider.prepare(request.model):
            reply = replace(reply, progress=progress)
            yield reply
        sized = await fit_images(fitted.request)
        within = await fit_context(sized.request, provider.render)
        rendered = await provider.render(within.request)
        reply = replace(
            reply,
            progress=None,
            sampling=within.request.sampling,
            changes=fitted.changes + sized.changes + within.changes,
            sent=Sent(content=rendered.content, language=rendered.language),
        )
        yield reply
        async with aclosing(provider.stream(within.request)) as events:
            async for event in events:
                reply = _with(reply, event, request)
                yield reply
        if reply.running:
            raise StreamTruncated("no_end", provider=provider.name)
    except PlaygroundError as error:
        yield replace(reply, state="failed", failure=Failure.of(error), progress=None)


def _continuing(request: Request) -> Request:
    """Ask in words for the rest of an answer where a model cannot be handed its beginning."""
    last = request.messages[-1] if request.messages else None
    if last is None or last.role != "assistant" or request.model.prefill:
        return request
    return replace(request, messages=(*request.messages, Message.of("user", CONTINUE)))


def _with(reply: Reply, event: Event, request: Request) -> Reply:
    match event:
        case TextDelta(text):
            scored = () if reply.reasoning and not reply.text else reply.tokens  # the reasoning's are not the answer's
            return replace(reply, state="streaming", text=reply.text + text, tokens=scored, progress=None)
        case ReasoningDelta(text):
            return replace(reply, state="streaming", reasoning=reply.reasoning + text, progress=None)
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


async def side_by_side(
    columns: Sequence[Column], stop: asyncio.Event, pause: Callable[[], float] = lambda: REDRAW
) -> AsyncGenerator[tuple[Reply, ...]]:
    """The replies of all columns as they grow, at most 20 times a second (see `pause`) and at least four when idle.

    Closing it or setting `stop` ends all of them at once. One column's failure leaves the others alone.
    """
    latest = [Reply(model=column.model, text=column.begun, failure=column.failure) for column in columns]
    wake = asyncio.Event()

    async def run(place: int, column: Column) -> None:
        try:
            async for reply in _replies(column):
                latest[place] = reply
                wake.set()
        except Exception as error:  # noqa: BLE001 - a defect in one adapter must not take the other columns with it
            # Only where it happened: the message of a foreign error may hold a key or a visitor's text.
            log.error("column %s failed: %s at %s", column.model, type(error).__name__, _place(error))
            latest[place] = replace(latest[place], state="failed", failure=Failure("internal"), progress=None)
        finally:
            wake.set()

    async def watch() -> None:
        await stop.wait()
        for task in tasks:
            task.cancel()
        wake.set()

    tasks = [asyncio.create_task(run(place, column)) for place, column in enumerate(columns)]
    watching = asyncio.create_task(watch())
    try:
        while not stop.is_set() and not all(task.done() for task in tasks):
            yield tuple(latest)
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), HEARTBEAT)
                await asyncio.sleep(pause())
            wake.clear()
        if stop.is_set():
            await _cancel(tasks)
            latest = [replace(r, state="stopped", progress=None) if r.running else r for r in latest]
        yield tuple(latest)
    finally:
        await _cancel([*tasks, watching])


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _replies(column: Column) -> AsyncGenerator[Reply]:
    if column.provider is None or column.request is None:
        yield Reply(model=column.model, text=column.begun, failure=column.failure, state="failed")
        return
    async with aclosing(answer(column.provider, column.request, column.begun)) as replies:
        async for reply in replies:
            yield replace(reply, sources=column.sources) if column.sources else reply


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
