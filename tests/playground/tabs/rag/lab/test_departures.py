"""Sentences that look like their passage and say something else are not called supported; faithful ones are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from playground.tabs.rag.lab.answering.departures import Departure, departures
from playground.tabs.rag.lab.answering.said import AnalyzedText
from playground.tabs.rag.lab.answering.support import support
from providers.adapters.scripted.embedding import ScriptedEmbedder
from tests.playground.tabs.rag.lab.passages import passage

BLOCKS = json.loads((Path(__file__).parent / "adversarial.json").read_text("utf-8"))
CHANGED = ("negation", "number", "name", "verb")


async def labels(language: str, kind: str) -> list[str]:
    """Of all sentences of a kind, each with its passage and the next one given."""
    found, blocks = list[str](), BLOCKS[language]
    for place, block in enumerate(blocks):
        beside = blocks[(place + 1) % len(blocks)]["passage"]
        given = [passage(one, number, language=language) for number, one in enumerate((block["passage"], beside), 1)]
        for sentence in block[kind]:
            found += [one.label for one in await support(sentence, given, ScriptedEmbedder())]
    return found


@pytest.mark.parametrize("language", ["en", "es"])
async def test_changed_sentences_are_not_called_supported(language: str) -> None:
    """Forty a language. By likeness alone 29 (English) and 30 (Spanish) of them were."""
    found = {kind: await labels(language, kind) for kind in CHANGED}
    assert {len(one) for one in found.values()} == {10}
    called = {kind: one.count("supported") for kind, one in found.items()}
    assert sum(called.values()) <= 1, called


@pytest.mark.parametrize("language", ["en", "es"])
async def test_faithful_sentences_still_are(language: str) -> None:
    found = await labels(language, "faithful")
    assert len(found) == 20 and found.count("supported") >= 18


def departs(claim: str, told: str, language: str) -> set[Departure]:
    read = AnalyzedText.of(told, language)
    return set(departures(AnalyzedText.of(claim, language), read, read))


@pytest.mark.parametrize(
    ("claim", "told", "language", "found"),
    [
        (
            "The museum is open on Mondays.",
            "The museum opens at 10 a.m. or so and is closed on Mondays.",
            "en",
            {"name"},
        ),
        ("Los lunes abren a las 8.", "Los martes abren a las 8 y los lunes a las 9.", "es", {"number"}),
        ("Only pupils pay half.", "Pupils pay half.", "en", {"negation"}),
        ("El guarda vigila el faro.", "El guarda apaga el faro.", "es", {"word"}),
        ("The lid may be uncovered.", "The lid may be covered.", "en", {"word"}),
        ("The boats burn coal instead of oil.", "The boats burn oil instead of coal.", "en", {"negation"}),
        ("Se pinta de azul en vez de gris.", "Se pinta de gris en vez de azul.", "es", {"negation"}),
        ("No llueve en mayo.", "Llueve en mayo.", "es", {"negation"}),
        ("Nobody pays for the bus.", "Everybody pays for the bus.", "en", {"negation", "word"}),
    ],
)
def test_what_departs(claim: str, told: str, language: str, found: set[Departure]) -> None:
    assert departs(claim, told, language) == found


@pytest.mark.parametrize(
    ("claim", "told", "language"),
    [
        ("No, pets are forbidden.", "Pets are forbidden.", "en"),
        (
            "The clerk pays 45 euros for gas.",
            "The clerk pays 650 euros for rent and 45 euros for gas each month.",
            "en",
        ),
        ("The footbridge holds.", "The bridge holds, but not for lorries.", "en"),
        ("Su hija Rosa no las vendió.", "Su hija Rosa pintó las puertas, pero no las vendió.", "es"),
        ("The boats burn oil, not coal.", "The boats burn oil instead of coal.", "en"),
        ("No se admiten perros.", "Los perros no se admiten.", "es"),
        ("Laptops are not allowed.", "Laptops are forbidden.", "en"),
    ],
)
def test_what_does_not(claim: str, told: str, language: str) -> None:
    assert departs(claim, told, language) == set()


async def test_two_languages_are_not_compared_word_by_word() -> None:
    given = [passage("La llave se recoge en la portería.", 1, language="es")]
    (one,) = await support("The key is collected at the porter's lodge.", given, ScriptedEmbedder())
    assert one.differs == ()
