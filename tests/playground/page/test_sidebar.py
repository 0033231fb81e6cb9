"""The list of models: what is here and what is not, in words; and a name that cannot be is refused when it is typed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest

from playground.page.parts.render import Renderer
from playground.page.program import Program, Who
from playground.page.sidebar.events import open_sidebar, refuse_names
from playground.settings import Settings
from playground.text import texts
from providers import catalog
from tests.playground.opening import open_program

LOCAL = next(model for model in catalog.load().models if model.local and model.size and model.parameters)
UNSIZED = next(model for model in catalog.load().models if model.local and model.parameters and not model.size)
REMOTE = next(model for model in catalog.load().models if not model.local)


@pytest.fixture
def app(tmp_path: Path) -> Program:
    return open_program(Settings(_env_file=None, home=tmp_path, model="scripted", offline=True))


@pytest.mark.parametrize("language", ["en", "es"])
async def test_a_name_that_cannot_be_is_taken_out_and_told(app: Program, language: str) -> None:
    who = Who("visitor", language, texts())
    models, told = await refuse_names(app, who, ["scripted/echo", "ngrama", "t5-small"])
    assert models == gr.update(value=["scripted/echo"])
    assert "ngrama" in str(told) and "t5-small" in str(told) and str(told).count('role="alert"') == 2


async def test_a_name_that_only_its_provider_knows_stays(app: Program) -> None:
    names = ["owner/name", "openai/gpt-new", "custom/any", "scripted/echo"]
    assert await refuse_names(app, Who("visitor", "en", texts()), names) == [gr.skip(), ""]


async def test_one_in_the_address_is_not_chosen(app: Program) -> None:
    opened = await open_sidebar(app, Who("visitor", "en", texts()), {"models": "ngrama,scripted/echo"}, [])
    assert opened[0]["value"] == ["scripted/echo"]  # type: ignore[index]
    assert "ngrama" in str(opened[1])


@pytest.mark.parametrize(
    ("language", "here", "fetched", "absent", "elsewhere", "locked"),
    [
        ("en", "here", "to be fetched, 93 MB", "not to be had offline", "leaves this computer", "needs a key"),
        (
            "es",
            "aquí",
            "por descargar, 93 MB",
            "no disponible sin conexión",
            "sale de este equipo",
            "necesita una clave",
        ),
    ],
)
def test_the_list_says_where_a_model_is(
    language: str, here: str, fetched: str, absent: str, elsewhere: str, locked: str
) -> None:
    show, offline = Renderer(texts(), language), Renderer(texts(), language, offline=True)
    parts = show.choice(LOCAL, locked=False).split(" · ")
    assert parts[:2] == [LOCAL.name, fetched] and parts[2].startswith(show.number(0.3, ".1f"))
    assert show.choice(replace(LOCAL, here=True), locked=False).split(" · ")[1] == here
    assert offline.choice(LOCAL, locked=False).split(" · ")[1] == absent
    assert "≈" in show.place(UNSIZED) and "MB" in show.place(UNSIZED)
    assert show.choice(REMOTE, locked=True).split(" · ")[:3] == [REMOTE.name, elsewhere, locked]


def test_a_columns_sign_follows_what_ran() -> None:
    show = Renderer(texts(), "en")
    assert "to be fetched" in show.head(LOCAL, LOCAL.ref) and "on this computer" not in show.head(LOCAL, LOCAL.ref)
    assert "on this computer" in show.head(LOCAL, LOCAL.ref, ran=True)
    assert "on this computer" in show.head(replace(LOCAL, here=True), LOCAL.ref)
    assert "leaves this computer" in show.head(REMOTE, REMOTE.ref, ran=True)


async def test_what_is_here_comes_first_and_what_needs_a_key_last(app: Program) -> None:
    models = await app.reach.models("visitor")
    places = [0 if model.here else 1 if model.local else 2 for model in models]
    assert places == sorted(places) and set(places) == {0, 1, 2}
    locked = [app.reach.locked("visitor", model) for model in models if not model.local]
    assert locked == sorted(locked)
