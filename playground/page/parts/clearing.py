"""An alert goes when what it speaks of has changed: other models are chosen, a key was saved, a document came."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

import gradio as gr

from playground.page.program import PRIVATE, Page
from providers.errors import ConfigurationError, ProviderError, UnsupportedRequest, every_class

ABOUT_KEYS = frozenset({"missing_key", "authentication_failed"})
"""Codes of what a key may put right."""
ABOUT_MODELS = frozenset(
    one.code for root in (ConfigurationError, ProviderError, UnsupportedRequest) for one in every_class(root)
) | {"request_limit.columns"}
"""Codes, or whole keys, of what another choice of models may put right."""
_ALERT = re.compile(r'<div class="notice" role="alert" data-cause="([^"]*)">.*?</div>', re.DOTALL)


def without_alerts(shown: object, causes: Collection[str]) -> object:
    """What a place shows, without the alerts of these causes; left as it is where there are none."""
    if not isinstance(shown, str):
        return gr.skip()
    kept = _ALERT.sub(lambda found: "" if {found[1], found[1].partition(".")[0]} & set(causes) else found[0], shown)
    return gr.skip() if kept == shown else kept


def wire_clearing(event: Callable[..., Any], causes: Collection[str], places: Sequence[gr.HTML]) -> None:
    """With that event, the alerts of these causes go from the places."""

    def on_event(*shown: object) -> object:
        kept = [without_alerts(one, causes) for one in shown]
        return kept if len(places) > 1 else kept[0]

    event(on_event, list(places), list(places), **PRIVATE)


def wire_model_alerts(page: Page[Any], *places: gr.HTML) -> None:
    """Alerts about models go from these places when others are chosen, and those about keys when one was saved."""
    answer = page.sidebar.keys.answer

    def on_answer(said: object, *shown: object) -> object:
        saved = 'role="alert"' not in str(said)
        kept = [without_alerts(one, ABOUT_KEYS) if saved else gr.skip() for one in shown]
        return kept if len(places) > 1 else kept[0]

    wire_clearing(page.sidebar.models.input, ABOUT_MODELS, places)
    answer.change(on_answer, [answer, *places], list(places), **PRIVATE)
