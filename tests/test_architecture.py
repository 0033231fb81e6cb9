"""Who may import whom: the floors of the house, each importing only downwards, and no door between two rooms."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.sources import ROOT, SOURCES, name_of, statements, text_of, tree_of

STANDARD = set(sys.stdlib_module_names) | {"__future__"}
SDKS = {"openai", "anthropic", "torch", "transformers", "huggingface_hub", "openvino", "openvino_genai", "xllamacpp"}
VALUES = ("providers.sampling", "providers.catalog_row", "providers.types", "providers.errors", "providers.base")
PROVIDERS = ("providers",)
ASKING = (*PROVIDERS, "playground.asking", "playground.languages", "playground.numerals")
MEASURING = (*ASKING, "playground.measuring", "playground.sqlite")
STRATEGIES = (*MEASURING, "playground.strategies")
VISITORS = (*STRATEGIES, "playground.visitors", "playground.settings", "playground.text", "playground.numerals")
WEB = (*VISITORS, "playground.web")
PAGE = (*WEB, "playground.page")

HOUSE: Mapping[str, tuple[tuple[str, ...], set[str]]] = {
    # place: (which of our own modules it may import, which other packages it may not)
    "providers.sampling": (VALUES, {"*"}),
    "providers.catalog_row": (VALUES, {"*"}),
    "providers.types": (VALUES, {"*"}),
    "providers.errors": (VALUES, {"*"}),
    "providers.base": (VALUES, {"*"}),
    "providers.decoding": (("providers.sampling",), {"*", "-numpy"}),
    "providers.adapters.OWN": (PROVIDERS, {"gradio"}),
    "providers.remote": (PROVIDERS, {"gradio", *SDKS}),
    "providers": (PROVIDERS, {"gradio", *SDKS}),
    "playground.sqlite": (PROVIDERS, {"gradio", *SDKS}),
    "playground.languages": ((), {"*"}),
    "playground.numerals": (("playground.languages",), {"*", "-babel"}),
    "playground.text": ((*PROVIDERS, "playground.languages", "playground.numerals"), {"gradio", *SDKS}),
    "playground.settings": (PROVIDERS, {"gradio", *SDKS}),
    "playground.command_line": (("playground.settings",), {"*"}),
    "playground.asking": (ASKING, {"gradio", *SDKS}),
    "playground.measuring": (MEASURING, {"gradio", *SDKS}),
    "playground.strategies": (STRATEGIES, {"gradio", *SDKS}),
    "playground.visitors": (VISITORS, {"gradio", *SDKS}),
    "playground.web": (WEB, SDKS),
    "playground.page": (PAGE, SDKS),
    "playground.tabs.OWN.lab": (STRATEGIES, {"gradio", *SDKS}),
    "playground.tabs.OWN.visit": (VISITORS, {"gradio", *SDKS}),
    "playground.tabs.OWN.page": (PAGE, SDKS),
    "playground.notebook": ((*VISITORS, "playground.command_line", "playground.tabs"), {"gradio", *SDKS}),
    "app": ((*WEB, "playground.command_line", "playground.page"), {"gradio", *SDKS}),
}
"""The first place that fits a module holds, and a module may always import its own place and, in a room, the floors of
the same room below it. "OWN" is any one name: an adapter's or a tab's. "*": nothing but the standard library."""
FLOORS = ("lab", "visit", "page")
DISCOVERED = {"playground.page.shell": "playground.tabs", "providers.registry": "providers.adapters"}
"""Who looks into a folder that is a registry, and may import that folder itself."""
EXCEPTIONS = {("playground.settings", "providers.adapters.huggingface")}
"""Settings names the engines that local models run on."""

NAMED_OTHERWISE = {
    "dotenv": "python_dotenv", "docx": "python_docx", "pptx": "python_pptx", "PIL": "pillow", "Stemmer": "pystemmer",
    "sklearn": "scikit_learn",
}  # fmt: skip
"""Modules whose package has another name."""


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Every module that a file imports, lazily or not; type-checking imports too."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in statements(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@cache
def place_of(name: str) -> tuple[str, str]:
    """The row of the table for a module, and the same with its own name in it."""
    for place in HOUSE:
        found = re.match(re.escape(place).replace("OWN", r"\w+") + r"(?=\.|$)", name)
        if found:
            return place, found[0]
    raise LookupError(f"no place in the house for {name}")


def forbidden(name: str, imported: str) -> bool:
    top = imported.split(".")[0]
    place, own = place_of(name)
    ours, others = HOUSE[place]
    if top not in ("providers", "playground", "app", "tests"):
        return top in others or ("*" in others and top not in STANDARD and f"-{top}" not in others)
    if imported == DISCOVERED.get(name) or any(name == one and within(imported, other) for one, other in EXCEPTIONS):
        return False
    if within(imported, "providers.adapters") and not within(imported, own if "OWN" in place else "-"):
        return True  # nobody but an adapter itself knows what is inside it
    if place.startswith("playground.tabs.OWN."):
        room, floor = own.rsplit(".", 1)
        if any(within(imported, f"{room}.{below}") for below in FLOORS[: FLOORS.index(floor)]):
            return False
    return not any(within(imported, one) for one in (own, *ours))


REGISTRY = re.compile(r"playground|playground\.tabs(\.\w+)?|providers\.adapters")
"""A folder that is one holds no code of its own."""


def test_imports_only_downwards() -> None:
    upwards = {
        name: wrong
        for path in SOURCES
        for name in [name_of(path)]
        if (wrong := [one for one in imports(path) if REGISTRY.fullmatch(name) or forbidden(name, one)])
    }
    assert upwards == {}


@pytest.mark.parametrize(
    ("name", "imported"),
    [
        ("providers.types", "numpy"),
        ("providers.decoding", "torch"),
        ("providers.fit", "openai"),
        ("providers.fit", "providers.adapters.openai.body"),
        ("providers.adapters.openai.body", "providers.adapters.anthropic.body"),
        ("providers.remote.stream", "playground.text"),
        ("playground.asking.pump", "playground.measuring.run"),
        ("playground.measuring.run", "playground.strategies.few_shot"),
        ("playground.strategies.few_shot", "playground.visitors.reach"),
        ("playground.visitors.reach", "gradio"),
        ("playground.visitors.reach", "providers.adapters.openai"),
        ("playground.page.shell", "playground.tabs.chat.page.tab"),
        ("playground.tabs.chat.lab.export", "playground.tabs.chat.visit.visits"),
        ("playground.tabs.chat.lab.export", "playground.visitors.reach"),
        ("playground.tabs.chat.visit.visits", "playground.page.program"),
        ("playground.tabs.chat.page.tab", "playground.tabs.rag.lab.retrieval"),
        ("playground.tabs.chat.page.tab", "torch"),
        ("app", "playground.tabs.chat.page.tab"),
    ],
)
def test_the_table_can_forbid(name: str, imported: str) -> None:
    assert forbidden(name, imported)


@pytest.mark.parametrize(
    ("name", "imported"),
    [
        ("providers.adapters.openai.body", "openai"),
        ("providers.registry", "providers.adapters"),
        ("playground.tabs.chat.page.tab", "playground.tabs.chat.lab.export"),
        ("playground.tabs.chat.page.tab", "gradio"),
        ("playground.tabs.chat.visit.visits", "playground.visitors.reach"),
        ("playground.page.shell", "playground.tabs"),
    ],
)
def test_the_table_can_allow(name: str, imported: str) -> None:
    assert not forbidden(name, imported)


def test_no_circle_among_modules() -> None:
    """Imports at the top of files and within functions alike."""
    names = {name_of(path) for path in SOURCES}
    graph = {name_of(path): {_module(one, names) for one in imports(path)} & names for path in SOURCES}
    done: set[str] = set()
    for start in graph:
        _visit(start, graph, [], done)


def _module(imported: str, names: set[str]) -> str:
    return imported if imported in names else imported.rpartition(".")[0]


def _visit(name: str, graph: Mapping[str, set[str]], way: list[str], done: set[str]) -> None:
    assert name not in way, " → ".join([*way[way.index(name) :], name])
    if name not in done:
        for following in sorted(graph[name] - {name}):
            _visit(following, graph, [*way, name], done)
        done.add(name)


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{name_of(path)}.{node.name}: {length}"
        for path in SOURCES
        for node in statements(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > 70
    ]
    assert not long


def test_no_vague_module_names() -> None:
    vague = {"utils", "helpers", "common", "core", "manager", "data", "info", "process", "handle"}
    assert not [path for path in SOURCES if path.stem in vague]


def test_no_state_at_module_level() -> None:
    """Constants are written once; an empty list or dictionary at module level is there to be filled."""
    filled_later = re.compile(r"^\w+(: [^=]+)? = (\[\]|\{\}|dict\(\)|list\(\)|set\(\))$", re.MULTILINE)
    assert not [path for path in SOURCES if filled_later.search(text_of(path))]


def test_every_package_imported_is_required_by_name() -> None:
    """Direct dependencies are pinned: none arrives only because another package happens to need it."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    pinned = {line.split("==")[0].lower().replace("-", "_") for line in lines if "==" in line}
    pinned |= {module for module, package in NAMED_OTHERWISE.items() if package in pinned}
    imported = {name.split(".")[0] for path in SOURCES for name in imports(path)}
    assert imported - STANDARD - {"providers", "playground", "app"} <= pinned


def test_no_two_classes_have_one_name() -> None:
    """So that who looks for one finds it."""
    places: dict[str, list[str]] = {}
    for path in SOURCES:
        for node in statements(tree_of(path)):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(name_of(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
