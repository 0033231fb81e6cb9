"""Who may import whom: the storeys of the house, each importing only downwards."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted([ROOT / "app.py", *(ROOT / "providers").rglob("*.py"), *(ROOT / "playground").rglob("*.py")])
STANDARD = set(sys.stdlib_module_names) | {"__future__"}
FOUNDATIONS = {"providers.types", "providers.errors", "providers.base"}
SDKS = {"openai", "anthropic", "torch", "transformers", "huggingface_hub"}


NAMED_OTHERWISE = {
    "dotenv": "python_dotenv", "docx": "python_docx", "pptx": "python_pptx", "PIL": "pillow", "Stemmer": "pystemmer",
}  # fmt: skip
"""Modules whose package has another name."""


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, lazily or not; type-checking imports too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def forbidden(name: str, imported: str) -> bool:
    top = imported.split(".")[0]
    if name in FOUNDATIONS:
        return not (top in STANDARD or within(imported, *FOUNDATIONS))
    if name == "providers.decoding":
        return not (top in STANDARD or top == "numpy")
    if within(name, "providers"):
        if top in {"playground", "gradio"}:
            return True
        adapters = ("providers.openai", "providers.anthropic", "providers.huggingface", "providers.scripted")
        own = next((adapter for adapter in adapters if within(name, adapter)), None)
        if own is None:
            return top in SDKS or within(imported, *adapters)
        return any(within(imported, adapter) for adapter in adapters if adapter != own)
    if within(name, "playground.labs"):
        outside = ("playground.ui", "playground.web", "playground.sessions", "playground.settings")
        return top in SDKS | {"gradio"} or within(imported, *outside)
    if within(name, "playground.ui"):
        tab = name.startswith("playground.ui.tabs.")
        return top in SDKS or (tab and within(imported, "playground.ui.tabs"))
    if name != "app":
        return (
            top in SDKS or within(imported, "playground.ui") or (top == "gradio" and not within(name, "playground.web"))
        )
    return False


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_only_downwards(path: Path) -> None:
    name = name_of(path)
    assert not [imported for imported in imports(path) if forbidden(name, imported)]


def test_the_rules_can_fail() -> None:
    assert forbidden("providers.types", "numpy")
    assert forbidden("providers.openai.chat", "providers.anthropic.messages")
    assert forbidden("playground.labs.chat.answer", "gradio")
    assert forbidden("playground.ui.tabs.chat", "playground.ui.tabs.rag")
    assert not forbidden("playground.ui.tabs.chat", "playground.desk")


def test_no_vague_module_names() -> None:
    vague = {"utils", "helpers", "common", "core", "manager", "data", "info", "process", "handle"}
    assert not [path for path in SOURCES if path.stem in vague]


def test_no_state_at_module_level() -> None:
    """Constants are written once; an empty list or dictionary at module level is there to be filled."""
    filled_later = re.compile(r"^\w+(: [^=]+)? = (\[\]|\{\}|dict\(\)|list\(\)|set\(\))$", re.MULTILINE)
    assert not [path for path in SOURCES if filled_later.search(path.read_text("utf-8"))]


def test_every_package_imported_is_required_by_name() -> None:
    """Direct dependencies are pinned: none arrives only because another package happens to need it."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    pinned = {line.split("==")[0].lower().replace("-", "_") for line in lines if "==" in line}
    pinned |= {module for module, package in NAMED_OTHERWISE.items() if package in pinned}
    imported = {name.split(".")[0] for path in SOURCES for name in imports(path)}
    assert imported - STANDARD - {"providers", "playground", "app"} <= pinned
