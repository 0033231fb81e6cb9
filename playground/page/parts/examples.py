"""In which language a worked example is asked, and of which model."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from playground.page.program import Page, Program, Who
from playground.visitors.fitting_models import better_ones, speaks
from providers.types import ModelInfo


def example_language(models: Iterable[ModelInfo], language: str) -> str:
    """The page's language where every model speaks it, by `fitting_models.speaks`; else English."""
    return language if all(speaks(model, language) for model in models) else "en"


async def example_values(page: Page[Any], who: Who, values: Sequence[Any]) -> tuple[list[Any], str]:
    """The values of an event whose last inputs are the sidebar's, asked of a model that speaks the page's language; and
    that model's name, where it is another than those chosen.

    Another one is asked only where the first of the chosen ones does not speak it, and one that does is here already.
    """
    given, place = list(values), len(values) - len(page.sidebar.inputs)
    refs = [str(ref) for ref in given[place] or []]
    other = await _other(page.app, who, refs)
    if other is None:
        return given, ""
    given[place] = [other.ref]
    return given, other.name


async def _other(app: Program, who: Who, refs: Sequence[str]) -> ModelInfo | None:
    known = await app.models(who)
    first = next((known[ref] for ref in refs if ref in known), None)
    if first is None or speaks(first, who.language):
        return None
    others = better_ones(tuple(known.values()), first, who.language, app.reach.options)
    for model in others:
        terms = app.sessions.terms
        if model.here and (model.terms is None or await asyncio.to_thread(terms.accepted, who.visitor, model.terms)):
            return model
    return None
