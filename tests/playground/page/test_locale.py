"""The page's own texts: the same ones in every language, and one for everything that can go wrong."""

from string import Formatter

import pytest

from playground.text import texts
from providers.errors import every_class

ERRORS = sorted({key for cls in every_class() for key in (cls.code, *(f"{cls.code}.{why}" for why in cls.reasons))})


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_are_there():
    assert texts().languages() == ("en", "es")


def test_the_languages_have_the_same_keys():
    english, spanish = texts().tables["en"], texts().tables["es"]
    assert english.keys() - spanish.keys() == set()
    assert spanish.keys() - english.keys() == set()


def test_the_languages_have_the_same_gaps():
    english, spanish = texts().tables["en"], texts().tables["es"]
    different = {key for key in english if key in spanish and gaps(english[key]) != gaps(spanish[key])}
    assert different == set()


def test_no_text_is_blank():
    blank = {(language, key) for language, table in texts().tables.items() for key in table if not table[key].strip()}
    assert blank == set()


@pytest.mark.parametrize("part", ["message", "hint"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_error_has_its_sentence(language, part):
    wanted = {f"error.{key}.{part}" for key in ERRORS}
    assert wanted - texts().tables[language].keys() == set()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_middlewares_sentences_can_be_filled(language):
    assert "20" in texts().text(language, "error.limit_exceeded.body.message", limit="20", provider="Aula")
    assert texts().text(language, "error.overloaded.busy_here.message", waiting=64, provider="Aula")
