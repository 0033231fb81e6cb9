"""A worked example is asked of a model that speaks the page's language, where one is here and may be used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest

from playground.page.parts.examples import example_values
from playground.page.program import Page, Program, Who
from playground.settings import Settings
from playground.text import texts
from providers import catalog
from providers.types import ModelInfo
from tests.playground.opening import open_program

ROWS = catalog.load().models
GEMMA = next(model for model in ROWS if model.terms == "gemma")
SMOL = next(model for model in ROWS if model.id.endswith("SmolLM2-135M-Instruct"))


@dataclass
class Sidebar:
    inputs: tuple[str, ...] = ("models", "temperature")


@dataclass
class PageOfProgram:
    app: Program
    sidebar: Sidebar


def page(app: Program) -> Page[Any]:
    return cast(Page[Any], PageOfProgram(app, Sidebar()))


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Gemma is here."""
    here = {model.ref: replace(model, here=model.ref in (GEMMA.ref, SMOL.ref)) for model in ROWS}

    async def models(self: Program, who: Who) -> dict[str, ModelInfo]:
        return here

    monkeypatch.setattr(Program, "models", models)
    return open_program(Settings(_env_file=None, home=tmp_path, model="scripted", offline=True))


@pytest.mark.parametrize(("language", "other"), [("es", GEMMA.name), ("en", "")])
async def test_another_one_is_asked_only_where_the_chosen_one_does_not_speak(
    language: str, other: str, app: Program
) -> None:
    who, chosen = Who("ana", language, texts()), ["question", [SMOL.ref, "scripted/echo"], 0.7]
    assert await example_values(page(app), who, chosen) == (chosen, ""), "its terms were not accepted"
    app.sessions.terms.accept("ana", "gemma")
    values, name = await example_values(page(app), who, chosen)
    assert name == other and values == (["question", [GEMMA.ref], 0.7] if other else chosen)
    assert await example_values(page(app), who, ["question", [GEMMA.ref], 0.7]) == (["question", [GEMMA.ref], 0.7], "")
