"""The program's Python files. Each is read and parsed once in a process, however many tests look into it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = sorted([ROOT / "app.py", *(ROOT / "providers").rglob("*.py"), *(ROOT / "playground").rglob("*.py")])


@cache
def name_of(path: Path) -> str:
    """As it is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def text_of(path: Path) -> str:
    return path.read_text("utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    """For reading. Not when tests are merely collected: together they take seconds, and 130 MB."""
    return ast.parse(text_of(path))


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """As `ast.walk`, but for expressions: no statement stands in one, and they are nine nodes of ten."""
    yield tree
    for name in tree._fields:
        found = getattr(tree, name, None)
        if isinstance(found, list):
            for node in found:
                if isinstance(node, ast.stmt | ast.excepthandler | ast.match_case):
                    yield from statements(node)
