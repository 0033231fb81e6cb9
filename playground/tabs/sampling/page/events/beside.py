"""Another prompt put beside the first, and a token looked up; the sliders reshape both with the rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import gradio as gr

from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.sampling.page.drawing.pieces import draw_alert
from playground.tabs.sampling.page.events.tree import reshape
from playground.tabs.sampling.page.layout import SamplingLayout
from playground.tabs.sampling.visit.visits import SamplingVisits
from playground.visitors.checks import checked_text
from providers.errors import PlaygroundError
from providers.types import Sampling


def wire_beside(page: Page[SamplingVisits], layout: SamplingLayout) -> None:
    app, parts, sliders = page.app, layout.beside, list(page.sidebar.sampling.values())

    async def on_compare(request: gr.Request, prompt: str, form: str, *values: object) -> list[object]:
        try:
            sampling = page.sampling(values)
        except PlaygroundError as error:
            return [gr.skip(), gr.skip(), draw_alert(app.show(app.who(request)), error)]
        return await compare(app, app.who(request), prompt, sampling, chat=form == "chat")

    async def on_seek(request: gr.Request, text: str, *values: object) -> list[object]:
        try:
            sampling = page.sampling(values)
        except PlaygroundError as error:
            return [gr.skip(), gr.skip(), draw_alert(app.show(app.who(request)), error)]
        return await seek(app, app.who(request), text, sampling)

    outputs = [layout.choice, layout.steps.leaf, parts.told]
    for event in (parts.compare.click, parts.other.submit):
        event(on_compare, [parts.other, layout.form, *sliders], outputs, **PRIVATE)
    for event in (parts.seek.click, parts.token.submit):
        event(on_seek, [parts.token, *sliders], outputs, **PRIVATE)


async def compare(
    app: App[SamplingVisits], who: Who, prompt: str, sampling: Sampling, *, chat: bool = False
) -> list[object]:
    """The bars, with those of another prompt; an empty one is taken away. Choice, leaf, and what went wrong."""

    async def change() -> None:
        await app.visits.compare(who.visitor, checked_text(prompt or "", app.bounds, empty=True), chat)

    return await _redraw(app, who, change, sampling)


async def seek(app: App[SamplingVisits], who: Who, text: str, sampling: Sampling) -> list[object]:
    """The bars, with the token of that text; of an empty one, without. Choice, leaf, and what went wrong."""

    async def change() -> None:
        await app.visits.seek(who.visitor, checked_text(text or "", app.bounds, empty=True))

    return await _redraw(app, who, change, sampling)


async def _redraw(
    app: App[SamplingVisits], who: Who, change: Callable[[], Awaitable[None]], sampling: Sampling
) -> list[object]:
    try:
        await change()
    except PlaygroundError as error:
        return [gr.skip(), gr.skip(), draw_alert(app.show(who), error)]
    return [*await reshape(app, who, sampling), ""]
