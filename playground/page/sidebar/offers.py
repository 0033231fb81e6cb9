"""Drawn: makers' terms to be accepted, a model to be fetched, how far that is, and models that speak a language."""

from __future__ import annotations

import html
import secrets
from collections.abc import Sequence
from typing import Literal

from playground.page.parts.render import Renderer
from providers.catalog_row import Terms
from providers.types import ModelInfo, Progress

_GAP = "\x00"
"""Where a link comes into an escaped sentence."""


def draw_terms(show: Renderer, model: ModelInfo, terms: Terms) -> str:
    """What the model is, whose terms come with it, where they can be read; and the button that accepts them."""
    said = [_say(show, "base" if not model.chat else "converses")]
    if model.package is not None and model.package.third_party:
        said.append(_say(show, "third_party"))
    link = _link(terms.url, terms.title)
    asked = _say(show, "terms", terms=_GAP).replace(_GAP, link)
    policy = f" {_link(terms.policy, show.text('fetching.policy'))}" if terms.policy else ""
    accept = _say(show, "accept" if model.here else "accept_fetch", size=size_of(show, model))
    return _panel(
        model,
        f"<p>{' '.join(said)}</p><p>{asked}{policy}</p>",
        _button("accept", model, accept, primary=True) + _button("dismiss", model, _say(show, "not_now")),
    )


def draw_offer(show: Renderer, model: ModelInfo) -> str:
    """That the model is not here yet, and a button that fetches it."""
    fetch = _say(show, "fetch", size=size_of(show, model))
    return _panel(model, f"<p>{_say(show, 'not_here')}</p>", _button("fetch", model, fetch, primary=True))


def draw_absent(show: Renderer, model: ModelInfo) -> str:
    """That the model is neither here nor to be had."""
    absent, why = html.escape(show.text("model.absent")), html.escape(show.text("model.absent_why"))
    return _panel(model, f'<p role="status">{absent}</p><p class="quiet">{why}</p>', "")


def draw_fetching(show: Renderer, model: ModelInfo, progress: Progress, *, followed: bool = True) -> str:
    """How far it is, with buttons that pause it and put it out of the way: it goes on without being watched.

    `followed`: what comes of it is drawn by whoever draws this; else the browser asks for it (`fetching.js`).
    """
    share = min(progress.done / progress.total, 1) if progress.total and progress.stage == "download" else None
    bar = "<progress></progress>" if share is None else f'<progress max="1" value="{share:.3f}"></progress>'
    # The one that is always there comes first: when the other comes or goes, it does not move under a pointer.
    buttons = _button("background", model, _say(show, "background"))
    buttons += _button("pause", model, _say(show, "pause")) if progress.stage == "download" else ""
    again = _button("foreground", model, _say(show, "foreground"), kind="inline-button foreground")
    body = f'<p role="status">{html.escape(show.waiting(progress))}</p>{bar}{again}'
    # Different each time: the browser is told of what has changed alone.
    begin = "" if followed else f' data-begin="{secrets.token_hex(4)}"'
    return _panel(model, body, buttons, f' data-follow="{html.escape(model.ref)}"{begin}')


def draw_paused(show: Renderer, model: ModelInfo, progress: Progress | None) -> str:
    """That what is there of it is kept, and a button that goes on."""
    share = progress.done / progress.total if progress is not None and progress.total else 0.0
    said = _say(show, "paused", share=show.number(min(share, 1), ".0%"))
    body = f'<p role="status">{said}</p><progress max="1" value="{share:.3f}"></progress>'
    return _panel(model, body, _button("fetch", model, _say(show, "go_on"), primary=True))


def draw_ready(show: Renderer, model: ModelInfo) -> str:
    """That it is here."""
    return f'<div class="status ready" role="status">{html.escape(show.text("model.ready", model=model.name))}</div>'


Hub = Literal["never", "unasked", "answers", "away"]
"""The Hub is not to be asked; it is when the list is unfolded; it answers, or it does not."""


def draw_recommended(show: Renderer, models: Sequence[ModelInfo], language: str, hub: Hub) -> str:
    """Models that speak a language, each a click away; nothing where there are none and none could be found."""
    if not models and hub == "never":
        return ""
    title = _say(show, "recommended", language=show.language_name(language))
    rows = "".join(f"<li>{_button('use', model, choice_of(show, model))}</li>" for model in models)
    if hub in ("unasked", "away"):
        rows += f'<li class="quiet" role="status">{_say(show, f"hub_{hub}")}</li>'
    state = " data-look" if hub == "unasked" else "" if hub == "never" else " open"
    return f'<details class="fetching-others"{state}><summary>{title}</summary><ul>{rows}</ul></details>'


def choice_of(show: Renderer, model: ModelInfo) -> str:
    """A model's name, where it is or how much it is, what is to be known of it, and its licence; escaped."""
    parts = [model.name, show.place(model)]
    parts += [] if model.chat else [show.text("model.completion")]
    if model.terms is not None:
        parts.append(show.text("model.terms", terms=model.terms.title()))
    elif model.licence:
        parts.append(model.licence)
    return html.escape(" · ".join(parts))


def size_of(show: Renderer, model: ModelInfo) -> str:
    """What is to be fetched, as the list of models has it."""
    return show.place(model).rpartition(", ")[2] if model.size or model.parameters else ""


def _panel(model: ModelInfo, body: str, buttons: str, marks: str = "") -> str:
    name = html.escape(model.name)
    return (
        f'<section class="fetching" aria-label="{name}"{marks}><strong>{name}</strong>{body}'
        f'<div class="fetching-buttons">{buttons}</div></section>'
    )


def _button(act: str, model: ModelInfo, said: str, *, primary: bool = False, kind: str = "inline-button") -> str:
    classes, ref = f"{kind} primary" if primary else kind, html.escape(model.ref)
    return f'<button type="button" class="{classes}" data-act="{act}" data-model="{ref}">{said}</button>'


def _link(url: str, said: str) -> str:
    return f'<a href="{html.escape(url)}" target="_blank" rel="noopener noreferrer">{html.escape(said)}</a>'


def _say(show: Renderer, name: str, **values: object) -> str:
    return html.escape(show.text(f"fetching.{name}", **values))
