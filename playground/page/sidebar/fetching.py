"""What has to be done before a model can answer: its makers' terms accepted, its weights fetched. All in one place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing

import gradio as gr

from playground.page.parts.pace import throttle
from playground.page.program import EACH, PRIVATE, Program, Who
from playground.page.sidebar.events import draw_cards, model_choices
from playground.page.sidebar.layout import SidebarLayout
from playground.page.sidebar.offers import (
    Hub,
    draw_absent,
    draw_fetching,
    draw_offer,
    draw_paused,
    draw_ready,
    draw_recommended,
    draw_terms,
)
from playground.visitors.expiring import Expiring
from playground.visitors.fitting_models import recommend_models, speaks
from playground.visitors.reached import Fetches
from providers.errors import Failure, InputError, PlaygroundError
from providers.types import ModelInfo, Progress

_DAY = 86_400


class Followers:
    """Which of a page's events draws the place: the last one that began."""

    def __init__(self) -> None:
        self._last: Expiring[object] = Expiring(_DAY)

    def begin(self, page: str) -> object:
        """A mark of one's own."""
        mark = object()
        self._last.put(page, mark)
        return mark

    def is_last(self, page: str, mark: object) -> bool:
        return self._last.get(page) is mark


def wire_fetching(app: Program, bar: SidebarLayout) -> None:
    """Other models are chosen, and the place says what they need; its buttons do it."""
    followers = Followers()

    async def on_models(models: list[str], request: gr.Request) -> object:
        followers.begin(str(request.session_hash))
        return await describe_needs(app, app.who(request), models)

    async def on_act(models: list[str], request: gr.Request, event: gr.EventData) -> AsyncGenerator[list[object]]:
        page = str(request.session_hash)
        mark = followers.begin(page)
        acted = act(app, app.who(request), str(event.act), str(event.model), models)
        async with aclosing(acted) as states:
            async for state in states:
                if not followers.is_last(page, mark):
                    yield [gr.skip(), gr.skip()]  # what an event gave last is drawn once more when it ends
                    return
                yield state

    bar.chosen.change(on_models, bar.models, bar.fetching, **PRIVATE)
    outputs = [bar.fetching, bar.models]
    bar.fetching.act(on_act, bar.models, outputs, concurrency_limit=None, **EACH)


async def describe_needs(app: Program, who: Who, models: Sequence[str], *, ask_hub: bool = False) -> str:
    """What the first of the chosen models that is not ready needs; and models that speak the page's language, where
    none of those chosen does. The Hub's are among them once it was asked whether it answers."""
    known = await app.models(who)
    chosen = [known[ref] for ref in models if ref in known]
    shown = ""
    for model in chosen:
        if shown := await _needs(app, who, model):
            break
    if chosen and all(model.local and not speaks(model, who.language) for model in chosen):
        shown += await _describe_others(app, who, known.values(), ask_hub=ask_hub)
    return shown


async def _describe_others(app: Program, who: Who, known: Iterable[ModelInfo], *, ask_hub: bool) -> str:
    options = app.reach.options
    hub: Hub = "never" if options.offline else "unasked"
    if ask_hub and hub == "unasked":
        hub = "answers" if await app.reach.reaches_hub() else "away"
    found = recommend_models(known, who.language, options, hub=hub == "answers")
    return draw_recommended(app.show(who), found, who.language, hub)


async def _needs(app: Program, who: Who, model: ModelInfo) -> str:
    show = app.show(who)
    if model.local and not model.here and app.settings.offline and model.ref != app.settings.model:
        return draw_absent(show, model)
    if model.terms is not None and not await asyncio.to_thread(app.sessions.terms.accepted, who.visitor, model.terms):
        return draw_terms(show, model, app.reach.catalog.terms[model.terms])
    if not model.local or model.here or app.settings.offline or model.ref == app.settings.model:
        return ""
    running = await _running(app, who, model)
    return draw_offer(show, model) if running is None else draw_fetching(show, model, running, followed=False)


async def _running(app: Program, who: Who, model: ModelInfo) -> Progress | None:
    async with app.reach.open(who.visitor, model.ref) as (provider, found):
        return provider.fetching(found) if isinstance(provider, Fetches) else None


async def act(app: Program, who: Who, do: str, ref: str, models: Sequence[str]) -> AsyncGenerator[list[object]]:
    """What a button says: updates of the place and of the list of models. What goes wrong is told in the place."""
    show, known = app.show(who), await app.models(who)
    if do == "look":
        yield [await describe_needs(app, who, models, ask_hub=True), gr.skip()]
        return
    model = known.get(ref)
    try:
        if model is None:
            raise InputError("empty")
        if do == "accept" and model.terms is not None:
            await asyncio.to_thread(app.sessions.terms.accept, who.visitor, model.terms)
        if do == "dismiss":
            yield ["", gr.skip()]
        elif do == "use":
            yield [gr.skip(), gr.update(value=in_place_of(models, model, known, who.language))]
        elif do == "pause":
            yield [await pause(app, who, model), gr.skip()]
        else:
            async with aclosing(throttle(fetch(app, who, model, models, measure=do == "measure"))) as states:
                async for state in states:
                    yield state
    except PlaygroundError as error:
        yield [show.alert(Failure.of(error)), gr.skip()]


def in_place_of(models: Sequence[str], model: ModelInfo, known: dict[str, ModelInfo], language: str) -> list[str]:
    """The chosen models, with this one in the place of the first that does not speak the language."""
    chosen = [ref for ref in models if ref != model.ref]
    place = next((n for n, ref in enumerate(chosen) if ref in known and not speaks(known[ref], language)), 0)
    return [*chosen[:place], model.ref, *chosen[place + 1 :]]


async def pause(app: Program, who: Who, model: ModelInfo) -> str:
    """Where strangers visit, only if nobody else waits for the same model: else it goes on."""
    show = app.show(who)
    async with app.reach.open(who.visitor, model.ref) as (provider, found):
        if not isinstance(provider, Fetches) or (progress := provider.fetching(found)) is None:
            return ""
        paused = await provider.pause(found, alone=app.settings.hosted)
    return draw_paused(show, model, progress) if paused else draw_fetching(show, model, progress, followed=False)


async def fetch(
    app: Program, who: Who, model: ModelInfo, models: Sequence[str], *, measure: bool = False
) -> AsyncGenerator[list[object]]:
    """How far it is, until it is ready. Whoever stops watching leaves the work going."""
    show, last = app.show(who), Progress(stage="download")
    try:
        async with app.reach.open(who.visitor, model.ref) as (provider, found):
            async for last in provider.prepare(found):
                yield [draw_fetching(show, model, last), gr.skip()]
            ready, listed = (
                draw_ready(show, model),
                gr.update(choices=await model_choices(app, who, show, list(models))),
            )
            yield [ready, listed]
            async for card in draw_cards(show, provider, found, measure=measure):
                yield [ready + card, listed]
    except PlaygroundError as error:
        if error.key == "weights_unavailable.paused":
            yield [draw_paused(show, model, last), gr.skip()]
            return
        raise
