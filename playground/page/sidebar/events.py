"""What the sidebar does: lists models, keeps keys, shows the default model's loading."""

from __future__ import annotations

import html
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import gradio as gr

from playground.asking.errors import ArgumentError
from playground.measuring.language_bits import measure_languages
from playground.page.parts.clearing import ABOUT_MODELS, wire_clearing
from playground.page.parts.render import Renderer
from playground.page.program import PRIVATE, Program, Who
from playground.page.sidebar.card import draw_model_card
from playground.page.sidebar.layout import SidebarLayout
from playground.visitors.checks import checked_models, checked_number
from playground.visitors.errors import TermsNotAccepted
from playground.web.scripts import script_function
from providers import registry
from providers.base import Provider
from providers.errors import Failure, InputError, PlaygroundError, UnknownModel, UnsupportedRequest
from providers.sampling import PARAMETERS
from providers.types import ModelInfo, Progress
from providers.whitebox import KeepsLanguages, WhiteBox

_TELL_ADDRESS = (registry.CUSTOM,)


def wire_sidebar(app: Program, blocks: gr.Blocks, bar: SidebarLayout) -> None:
    """Connect the sidebar's components to their handlers."""
    keys, shared = bar.keys, bar.addressed

    def on_advanced(on: bool) -> object:
        return gr.update(visible=on)

    def on_provider(name: str) -> object:
        return gr.update(visible=name in _TELL_ADDRESS)

    async def on_load(request: gr.Request) -> list[object]:
        return await open_sidebar(app, app.who(request), dict(request.query_params), list(shared))

    async def on_watch(models: list[str], request: gr.Request) -> AsyncGenerator[str]:
        who = app.who(request)
        async for shown in watch_loading(app, who, models[0] if models else app.settings.model):
            yield shown

    async def on_vendors(models: list[str], request: gr.Request) -> object:
        return await list_vendors(app, app.who(request), models)

    async def on_models(models: list[str], request: gr.Request) -> list[object]:
        who = app.who(request)
        return [*await refuse_names(app, who, models), *await ask_for_key(app, who, models)]

    async def on_save(provider: str, key: str, address: str, models: list[str], request: gr.Request) -> list[object]:
        return await save_key(app, app.who(request), provider, key, address, models)

    async def on_forget(models: list[str], request: gr.Request) -> list[object]:
        return await forget_keys(app, app.who(request), models)

    filled = [bar.models, bar.refused, keys.provider, bar.glossary, *shared.values()]
    opened = blocks.load(on_load, None, filled, **PRIVATE)
    opened.then(on_watch, bar.models, bar.status, **PRIVATE)
    opened.then(on_vendors, bar.models, bar.models, **PRIVATE)
    bar.models.input(on_models, bar.models, [bar.models, bar.refused, keys.panel, keys.provider], **PRIVATE)
    bar.advanced.change(on_advanced, bar.advanced, bar.extra, **PRIVATE)
    keys.provider.change(on_provider, keys.provider, keys.address, **PRIVATE)
    answer = [keys.key, keys.answer, bar.models]
    for event in (keys.save.click, keys.key.submit):
        event(on_save, [keys.provider, keys.key, keys.address, bar.models], answer, **PRIVATE)
    keys.forget.click(on_forget, bar.models, answer, **PRIVATE)
    wire_clearing(bar.models.input, ABOUT_MODELS, [bar.status])
    bar.models.change(None, bar.models, bar.chosen, js="models => JSON.stringify(models)", **PRIVATE)
    wire_clearing(keys.provider.input, ABOUT_MODELS, [keys.answer])
    first = [PARAMETERS[name].default for name in shared]
    script = script_function("keep_in_address", {"names": list(shared), "first": first})
    for control in (bar.models, *shared.values()):
        control.change(None, [bar.models, *shared.values()], None, js=script, **PRIVATE)  # type: ignore[attr-defined]


async def open_sidebar(app: Program, who: Who, query: dict[str, str], sampling: list[str]) -> list[object]:
    """The visitor's models and vendors, and the settings in the page's address; names there that cannot be are told."""
    wanted = [name for name in query.get("models", "").split(",") if name]
    try:
        named = list(checked_models(wanted)) if wanted else [app.settings.model]
    except InputError:
        named = [app.settings.model]
    refused = await _refusals(app, who, named)
    chosen = [name for name in named if name not in refused] or [app.settings.model]
    show = app.show(who)
    values: list[object] = []
    for name in sampling:
        try:
            value = checked_number(name, query.get(name))
        except InputError:
            value = None
        values.append(gr.update() if value is None else gr.update(value=value))
    vendors = [(vendor_name(app, show, who, name), name) for name in app.reach.key_providers()]
    choices = await model_choices(app, who, show, chosen)
    return [
        gr.update(choices=choices, value=chosen),
        _draw_refusals(show, refused),
        gr.update(choices=vendors, value=vendors[0][1]),
        show.glossary(),
        *values,
    ]


async def refuse_names(app: Program, who: Who, models: list[str]) -> list[object]:
    """Updates of the models and of the notice below: names that cannot be are taken out as soon as they are typed."""
    refused = await _refusals(app, who, models)
    if not refused:
        return [gr.skip(), ""]
    return [gr.update(value=[name for name in models if name not in refused]), _draw_refusals(app.show(who), refused)]


def _draw_refusals(show: Renderer, refused: Mapping[str, UnknownModel]) -> str:
    return "".join(show.alert(Failure.of(error)) for error in refused.values())


async def _refusals(app: Program, who: Who, models: Sequence[str]) -> dict[str, UnknownModel]:
    """Which of the names cannot be a model's, and why."""
    refused = {}
    for name in models:
        try:
            await app.reach.check_name(who.visitor, name)
        except UnknownModel as error:
            refused[name] = error
    return refused


async def ask_for_key(app: Program, who: Who, models: list[str]) -> list[object]:
    """Open the key panel at the vendor of a chosen model that is locked."""
    known = await app.models(who)
    locked = [ref for ref in models if ref in known and app.reach.locked(who.visitor, known[ref])]
    if not locked:
        return [gr.skip(), gr.skip()]
    return [gr.update(open=True), gr.update(value=known[locked[-1]].provider)]


async def list_vendors(app: Program, who: Who, models: list[str]) -> object:
    """Merge in what the vendors list for whom a key is already there."""
    if not await app.reach.refresh_all(who.visitor):
        return gr.skip()
    return gr.update(choices=await model_choices(app, who, app.show(who), models))


async def watch_loading(app: Program, who: Who, ref: str) -> AsyncGenerator[str]:
    """How far the model is: fetched, converted, loaded, ready, or why it cannot be had."""
    show = app.show(who)
    try:
        async with app.reach.open(who.visitor, ref) as (provider, model):
            if not model.local:
                yield ""
                return
            yield draw_status(show.waiting(Progress(stage="load")))
            async for progress in provider.prepare(model):
                yield draw_status(show.waiting(progress), share_of(progress))
            ready = draw_status(show.text("model.ready", model=model.name), ready=True)
            yield ready
            async for card in draw_cards(show, provider, model):
                yield ready + card
    except TermsNotAccepted:  # they are shown below, to be accepted
        yield ""
    except PlaygroundError as error:
        yield show.alert(Failure.of(error))


async def draw_cards(
    show: Renderer, provider: Provider, model: ModelInfo, *, measure: bool = False
) -> AsyncGenerator[str]:
    """The card of a model that can be looked into; again once it is measured how well it reads languages.

    That is measured without being asked where it takes a second: of a model whose weights were unpacked when it was
    fetched, and compared. Of another one with `measure`, for which the card has a button.
    """
    box: object = provider
    if not isinstance(box, WhiteBox):
        return
    try:
        card = await box.describe(model)
    except UnsupportedRequest:  # it has some models that can be described and others that cannot
        return
    known = not isinstance(box, KeepsLanguages) or bool(card.bits) or card.engine is None or not card.inside
    measurable = not known and not card.nll and card.comparison != "none"
    yield draw_model_card(show, card, measurable=measurable)
    if isinstance(box, KeepsLanguages) and not known and (measure or card.nll):
        # The model is ready all the same: what could not be measured is told only to whoever wants to know it.
        with suppress(*() if measure else (PlaygroundError,)):
            bits = await measure_languages(box, model)
            yield draw_model_card(show, replace(await box.describe(model), bits=bits))


async def save_key(app: Program, who: Who, provider: str, key: str, address: str, models: list[str]) -> list[object]:
    """Keep the key in the vault and ask the vendor for its models: a wrong key is noticed here."""
    show = app.show(who)
    try:
        if provider not in app.reach.key_providers():
            raise ArgumentError("not_text")
        own_address = address.strip() or None if provider in _TELL_ADDRESS else None
        if not key.strip() and own_address is None and provider in _TELL_ADDRESS:
            raise InputError("url")
        app.sessions.vault.put(who.visitor, provider, key, own_address)
        listed = await app.reach.refresh(who.visitor, provider)
    except PlaygroundError as error:
        choices = await model_choices(app, who, show, models)
        return ["", show.alert(Failure.of(error)), gr.update(choices=choices)]
    said = show.text("keys.saved", count=len(listed), hours=app.settings.key_hours)
    choices = await model_choices(app, who, show, models)
    return ["", f'<div class="quiet" role="status">{said}</div>', gr.update(choices=choices)]


async def forget_keys(app: Program, who: Who, models: list[str]) -> list[object]:
    """Forget every key the visitor gave, and close the connections that used them."""
    show = app.show(who)
    app.sessions.work.stop_all(who.visitor)
    app.sessions.vault.forget(who.visitor)
    app.reach.forget(who.visitor)
    choices = await model_choices(app, who, show, models)
    said = show.text("keys.forgotten")
    return ["", f'<div class="quiet" role="status">{said}</div>', gr.update(choices=choices)]


def vendor_name(app: Program, show: Renderer, who: Who, name: str) -> str:
    """A vendor's own name, and that a key is there."""
    title = show.vendor(name)
    return f"{title} · {show.text('keys.there')}" if name in app.sessions.vault.providers(who.visitor) else title


async def model_choices(app: Program, who: Who, show: Renderer, chosen: list[str]) -> list[tuple[str, str]]:
    models = await app.reach.models(who.visitor)
    choices = [(show.choice(model, app.reach.locked(who.visitor, model)), model.ref) for model in models]
    known = {ref for _, ref in choices}
    return choices + [(ref, ref) for ref in chosen if ref not in known]


def share_of(progress: Progress) -> float | None:
    return min(progress.done / progress.total, 1) if progress.total and progress.stage == "download" else None


def draw_status(text: str, share: float | None = None, *, ready: bool = False) -> str:
    state = "ready" if ready else "loading"
    bar = "" if share is None else f'<progress max="1" value="{share:.3f}"></progress>'
    return f'<div class="status {state}" role="status">{html.escape(text)}{bar}</div>'
