"""The one way to ask a model: fit, prepare, fit the images and the context, stream. Every change on the way is told."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from providers.base import Provider, fold
from providers.errors import StreamTruncated
from providers.fit import fit, fit_context
from providers.image import fit_images
from providers.types import Completion, Done, Event, Rendered, Request


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The request as it leaves, fitted to its model, and the prompt as the model reads it."""

    request: Request
    rendered: Rendered


async def ask(provider: Provider, request: Request) -> AsyncGenerator[Event | Outgoing]:
    """All that happens: `Change`s wherever the request had to differ, `Progress` until the model is ready, one
    `Outgoing`, then what the model says, and `Done` last.

    Raises what `fit`, `fit_context` and the provider raise, `StreamTruncated` for a stream without an end. Closing it
    ends the model's work.
    """
    render = _RenderOnce(provider)
    fitted = fit(request)
    for change in fitted.changes:
        yield change
    async for progress in provider.prepare(request.model):
        yield progress
    sized = await fit_images(fitted.request)
    within = await fit_context(sized.request, render)
    for change in (*sized.changes, *within.changes):
        yield change
    yield Outgoing(within.request, await render(within.request))
    ended = False
    async with aclosing(provider.stream(within.request)) as events:
        async for event in events:
            ended = ended or isinstance(event, Done)
            yield event
    if not ended:
        raise StreamTruncated("no_end", provider=provider.name)


async def ask_whole(provider: Provider, request: Request) -> Completion:
    """What the model said, once it has said all. Raises what `ask` raises."""
    async with aclosing(ask(provider, request)) as events:
        whole = await fold(event async for event in events if not isinstance(event, Outgoing))
    assert whole is not None  # else `ask` has raised
    return whole


async def fits_whole(provider: Provider, request: Request) -> bool:
    """Prompt and longest reply have room in the model's context together. Nothing is sent; the model must be ready."""
    if request.model.context is None:
        return True
    rendered = await provider.render(fit(request).request)
    return rendered.tokens + (request.sampling.max_tokens or 0) <= request.model.context


class _RenderOnce:
    """A provider's `render` that does not render the same request twice: it is counted first, and then shown."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._last: tuple[Request, Rendered] | None = None

    async def __call__(self, request: Request) -> Rendered:
        if self._last is None or self._last[0] is not request:
            self._last = request, await self._provider.render(request)
        return self._last[1]
