"""The page's own texts: the same ones in every language, and one for everything that can go wrong."""

import ast
import re
from importlib import import_module
from string import Formatter

import pytest

from playground.text import texts
from providers.errors import every_class
from tests.sources import SOURCES, name_of, statements, text_of

HEADER = re.compile(r"^ *class \w+\((.*?)\):", re.MULTILINE | re.DOTALL)


def modules_with_errors() -> dict[str, set[str]]:
    """The modules of the source that define a class of the tree below `PlaygroundError`, and these classes.

    They are found in the text of the files: importing every module would import every library. Only files are parsed
    in which a class names a parent of the tree: this runs whenever tests are collected.
    """
    named = {path: set(re.findall(r"\w+", " ".join(HEADER.findall(text_of(path))))) for path in SOURCES}
    bases: dict[tuple[str, str], set[str]] = {}
    tree, more = set(), {"PlaygroundError"}
    while more:
        tree |= more
        for path in [path for path, names in named.items() if names & more]:
            del named[path]
            for node in statements(ast.parse(text_of(path))):
                if isinstance(node, ast.ClassDef):
                    bases[name_of(path), node.name] = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        more = {cls for (_, cls), parents in bases.items() if parents & tree} - tree
    found: dict[str, set[str]] = {}
    for module, cls in bases:
        if cls in tree:
            found.setdefault(module, set()).add(cls)
    return found


MODULES = modules_with_errors()
for module in MODULES:
    import_module(module)
CLASSES = [cls for cls in every_class() if cls.__module__.split(".")[0] in ("playground", "providers")]
ERRORS = sorted({key for cls in CLASSES for key in (cls.code, *(f"{cls.code}.{why}" for why in cls.reasons))})


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_the_errors_of_every_module_are_found():
    assert {cls.__name__ for cls in CLASSES} == set().union(*MODULES.values())
    assert len(MODULES) > 1 and "providers.errors" in MODULES


@pytest.mark.parametrize("part", ["message", "hint"])
def test_no_sentence_is_left_of_an_error_that_nobody_raises(part):
    known = {f"error.{key}.{part}" for key in [*ERRORS, "internal"]}
    written = {key for key in texts().tables["en"] if key.startswith("error.") and key.endswith(f".{part}")}
    assert written - known == set()


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
