"""What cannot be imported by two threads at once is imported within `importing()`, wherever it is imported lazily."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator

import pytest

from tests.sources import ROOT, SOURCES, name_of, tree_of

LIBRARIES = {"torch", "transformers", "sentence_transformers", "tokenizers", "openvino", "openvino_genai", "gguf"}
PROGRAMS = {
    "providers.adapters.huggingface.bounded.build_program",
    "providers.adapters.huggingface.bounded.inspect_program",
    "providers.adapters.huggingface.bounded.try_program",
    "providers.adapters.huggingface.shrinking.measure_program",
    "providers.adapters.huggingface.weights.convert_program",
    "providers.adapters.huggingface.engines.openvino.pipeline",
}
"""What runs in a process of its own alone, in its only thread."""


@functools.cache
def trees() -> dict[str, ast.Module]:
    """Our modules by name. Not parsed when tests are merely collected."""
    return {name_of(path): tree_of(path) for path in SOURCES}


def imported(node: ast.stmt) -> set[str]:
    """The modules of an import, ours by their whole names and libraries by their first."""
    if isinstance(node, ast.Import):
        names = {alias.name for alias in node.names}
    elif isinstance(node, ast.ImportFrom):
        names = {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    else:
        return set()
    return names | {name.split(".")[0] for name in names}


@functools.cache
def at_the_top(name: str) -> frozenset[str]:
    return frozenset().union(*(imported(node) for node in trees()[name].body))


@functools.cache
def heavy() -> set[str]:
    """The libraries, and our modules that import one at their top, directly or by another of ours."""
    found = set(LIBRARIES)
    while more := {name for name in trees() if at_the_top(name) & found} - found:
        found |= more
    return found


def unguarded(tree: ast.AST, guarded: bool = False, inside: bool = False) -> Iterator[int]:
    """Lines of imports within functions that would import something heavy outside of `with importing()`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.expr):
            continue  # no import stands in an expression, and most nodes are one
        if isinstance(node, ast.Import | ast.ImportFrom) and inside and not guarded and imported(node) & heavy():
            yield node.lineno
        opens = isinstance(node, ast.With) and any("importing()" in ast.unparse(item) for item in node.items)
        starts = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from unguarded(node, (guarded or opens) and not starts, inside or starts)


def test_every_lazy_import_is_alone() -> None:
    found = {name: list(unguarded(tree)) for name, tree in trees().items() if name not in PROGRAMS}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_nothing_heavy_comes_with_the_page_or_the_first_connection() -> None:
    """What the page imports before it answers, and what a connection imports while it is in the event loop."""
    light = {
        "app",
        "playground.page",
        "playground.web",
        "providers.registry",
        "providers.adapters.huggingface.provider",
    }
    assert light <= trees().keys()
    assert light & heavy() == set()
    assert {name for name in heavy() if name.startswith("playground")} == set()


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("def f():\n    import torch", [2]),
        ("def f():\n    if x:\n        from transformers import AutoModel", [3]),
        ("def f():\n    from providers.adapters.huggingface.engines.torch import loading", [2]),
        ("def f():\n    with importing():\n        import torch", []),
        ("def f():\n    with importing():\n        import torch\n    import transformers", [4]),
        ("with importing():\n    def f():\n        import torch", [3]),
        ("def f():\n    import json", []),
    ],
)
def test_it_finds_what_it_looks_for(source: str, lines: list[int]) -> None:
    assert list(unguarded(ast.parse(source))) == lines


def test_programs_of_their_own_are_no_part_of_the_page() -> None:
    """But for what the page takes of them without calling what imports: the names of formats and files."""
    assert all((ROOT / f"{name.replace('.', '/')}.py").is_file() for name in PROGRAMS)
    importers = {name for name in trees() if PROGRAMS & at_the_top(name)}
    assert importers <= {
        *PROGRAMS,
        "providers.adapters.huggingface.bounded.building",
        "providers.adapters.huggingface.bounded.inspecting",
        "providers.adapters.huggingface.engines.openvino",
        "providers.adapters.huggingface.engines.openvino.program",
        "providers.adapters.huggingface.engines.openvino.stepper",
        "providers.adapters.huggingface.shrinking.local",
        "providers.adapters.huggingface.weights.certify_program",
    }
