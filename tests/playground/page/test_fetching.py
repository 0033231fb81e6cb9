"""Before a model can answer: terms are shown and accepted, what is fetched is followed, others are offered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest

from playground.page.parts.render import Renderer
from playground.page.program import Program, Who
from playground.page.sidebar.fetching import act, describe_needs, in_place_of
from playground.page.sidebar.offers import draw_fetching, draw_paused
from playground.settings import Settings
from playground.text import texts
from playground.visitors.fitting_models import HARDLY, better_ones, from_hub, recommend_models, speaks
from playground.visitors.reach import Reach
from providers import catalog
from providers.base import Options
from providers.types import ModelInfo, Progress
from tests.playground.opening import open_program

ROWS = catalog.load().models
GEMMA = next(model for model in ROWS if model.terms == "gemma")
SMOL = next(model for model in ROWS if model.id.endswith("SmolLM2-135M-Instruct"))


def opened(home: Path, **values: object) -> Program:
    return open_program(Settings(_env_file=None, home=home, model="scripted", **values))  # type: ignore[arg-type]


def visitor(language: str = "es") -> Who:
    return Who("ana", language, texts())


@pytest.mark.parametrize(("language", "accept"), [("en", "I accept the terms"), ("es", "Acepto las condiciones")])
async def test_terms_are_shown_with_their_links(language: str, accept: str, tmp_path: Path) -> None:
    shown = await describe_needs(opened(tmp_path), visitor(language), [GEMMA.ref])
    assert accept in shown and 'data-act="accept"' in shown and f'data-model="{GEMMA.ref}"' in shown
    terms = catalog.load().terms["gemma"]
    assert f'href="{terms.url}"' in shown and f'href="{terms.policy}"' in shown and "\x00" not in shown
    assert "data-follow" not in shown


async def test_nothing_is_accepted_by_looking_or_by_a_name_that_is_none(tmp_path: Path) -> None:
    app = opened(tmp_path, offline=True)
    for do, ref in (("dismiss", GEMMA.ref), ("fetch", GEMMA.ref), ("accept", "huggingface/none"), ("pause", GEMMA.ref)):
        states = [state async for state in act(app, visitor(), do, ref, [SMOL.ref])]
        assert len(states) == 1 and (do == "dismiss" or 'role="alert"' in str(states[0][0]))
    assert not app.sessions.terms.accepted("ana", "gemma")


async def test_what_cannot_be_fetched_is_told_and_stays_accepted(tmp_path: Path) -> None:
    app = opened(tmp_path, offline=True)
    states = [state async for state in act(app, visitor(), "accept", GEMMA.ref, [GEMMA.ref])]
    assert "weights_unavailable.offline" in str(states[-1][0])
    assert app.sessions.terms.accepted("ana", "gemma")


@pytest.mark.parametrize(
    ("language", "absent"), [("en", "not to be had offline"), ("es", "no disponible sin conexión")]
)
async def test_offline_nothing_is_offered_that_cannot_be_had(language: str, absent: str, tmp_path: Path) -> None:
    app = opened(tmp_path, offline=True)
    shown = await describe_needs(app, visitor(language), [GEMMA.ref])
    assert absent in shown and texts().text(language, "model.absent_why") in shown
    assert "<button" not in shown and "data-act" not in shown


async def test_models_that_speak_the_pages_language_are_a_click_away(tmp_path: Path) -> None:
    app = opened(tmp_path)
    shown = await describe_needs(app, visitor("es"), [SMOL.ref])
    assert f'data-act="use" data-model="{GEMMA.ref}"' in shown
    assert 'data-act="use"' not in await describe_needs(app, visitor("en"), [SMOL.ref])
    (state,) = [state async for state in act(app, visitor(), "use", GEMMA.ref, [SMOL.ref, "scripted/echo"])]
    assert state[1] == gr.update(value=[GEMMA.ref, "scripted/echo"])


def test_the_one_that_does_not_speak_gives_way() -> None:
    known = {model.ref: model for model in ROWS}
    speaks = next(ref for ref, model in known.items() if "es" in model.languages and model.ref != GEMMA.ref)
    assert in_place_of([speaks, SMOL.ref], GEMMA, known, "es") == [speaks, GEMMA.ref]
    assert in_place_of([], GEMMA, known, "es") == [GEMMA.ref]


def test_what_is_recommended_fits_the_memory_and_may_be_used(tmp_path: Path) -> None:
    wide, narrow = Options(home=tmp_path, memory=4 * 10**9), Options(home=tmp_path, memory=7 * 10**8)
    found = recommend_models(ROWS, "es", wide)
    assert found[0].id == GEMMA.id and len(found) > 1
    assert all("es" in model.languages and (model.package or model.licence == "Apache-2.0") for model in found)
    assert [model.id for model in recommend_models(ROWS, "es", narrow)] == [GEMMA.id]
    assert recommend_models(ROWS, "es", Options(home=tmp_path, offline=True)) == ()
    here = tuple(replace(model, here=model.id == GEMMA.id) for model in ROWS)
    assert [model.id for model in recommend_models(here, "es", Options(home=tmp_path, offline=True))] == [GEMMA.id]
    assert better_ones(ROWS, GEMMA, "es", wide) == () and better_ones(ROWS, SMOL, "en", wide) == ()


def test_of_the_hub_only_what_its_makers_publish_as_one_file(tmp_path: Path) -> None:
    wide = Options(home=tmp_path, memory=8 * 10**9)
    hub = [model for model in recommend_models(ROWS, "es", wide) if from_hub(model)]
    assert [model.id for model in hub] == [
        "Qwen/Qwen2.5-0.5B-Instruct-GGUF:Q8_0",
        "Qwen/Qwen2.5-1.5B-Instruct-GGUF:Q4_K_M",
    ]
    assert all(model.size and model.licence == "Apache-2.0" and model.chat for model in hub)
    assert not [model for model in recommend_models(ROWS, "es", wide, hub=False) if from_hub(model)]


def test_what_was_measured_here_counts_before_what_makers_say(tmp_path: Path) -> None:
    wide = Options(home=tmp_path, memory=4 * 10**9)
    fluent = replace(SMOL, bits=(("en", 1.2), ("es", 1.3)), here=True)
    assert speaks(fluent, "es") and better_ones((*ROWS, GEMMA), fluent, "es", wide) == ()
    assert fluent in recommend_models((fluent,), "es", wide)
    poor = replace(GEMMA, bits=(("en", 1.2), ("es", HARDLY + 0.01)), here=True)
    assert not speaks(poor, "es") and speaks(poor, "en") and poor not in recommend_models((poor,), "es", wide)
    assert better_ones((poor, *ROWS), poor, "es", wide)
    assert speaks(replace(SMOL, bits=(("en", 1.28), ("es", 1.95))), "en")


class AsksHub:
    """In the place of `Reach.reaches_hub`: counts, and answers what it was given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, answers: bool) -> None:
        self.asked = 0

        async def reaches_hub(reach: Reach) -> bool:
            self.asked += 1
            return answers

        monkeypatch.setattr(Reach, "reaches_hub", reaches_hub)


@pytest.mark.parametrize("answers", [True, False])
async def test_the_hub_is_asked_when_the_list_is_unfolded(
    answers: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, app = AsksHub(monkeypatch, answers=answers), opened(tmp_path, memory_gb=4)
    closed = await describe_needs(app, visitor("es"), [SMOL.ref])
    assert "data-look" in closed and "Qwen" not in closed and hub.asked == 0
    (state,) = [state async for state in act(app, visitor("es"), "look", "", [SMOL.ref])]
    unfolded = str(state[0])
    assert "<details" in unfolded and " open>" in unfolded and "data-look" not in unfolded and hub.asked == 1
    assert f'data-act="use" data-model="{GEMMA.ref}"' in unfolded
    assert ("Qwen2.5 0.5B Instruct (GGUF" in unfolded) is answers and ("no se llega" in unfolded) is not answers
    assert ("676 MB" in unfolded) is answers


async def test_a_page_that_fetches_nothing_asks_no_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub, app = AsksHub(monkeypatch, answers=True), opened(tmp_path, offline=True)
    shown = await describe_needs(app, visitor("es"), [SMOL.ref], ask_hub=True)
    assert "data-look" not in shown and hub.asked == 0


def test_how_far_it_is() -> None:
    show = Renderer(texts(), "es")
    now = draw_fetching(show, GEMMA, Progress(stage="download", done=5e7, total=2e8))
    assert "25\xa0%" in now and 'value="0.250"' in now and 'data-act="pause"' in now and 'data-act="background"' in now
    assert 'data-act="pause"' not in draw_fetching(show, GEMMA, Progress(stage="convert"))
    begun = [draw_fetching(show, GEMMA, Progress(stage="convert"), followed=False) for _ in range(2)]
    assert "data-begin" not in now and all("data-begin" in one for one in begun) and begun[0] != begun[1]
    paused = draw_paused(show, GEMMA, Progress(stage="download", done=5e7, total=2e8))
    assert "25\xa0%" in paused and 'data-act="fetch"' in paused and "data-follow" not in paused


def test_the_list_says_what_it_is() -> None:
    said: list[tuple[str, ModelInfo]] = [("en", GEMMA), ("es", GEMMA)]
    labels = [Renderer(texts(), language).choice(model, locked=False) for language, model in said]
    assert "Gemma terms" in labels[0] and "third-party package" in labels[0] and "continues text" in labels[0]
    assert "condiciones Gemma" in labels[1] and "paquete de terceros" in labels[1]
