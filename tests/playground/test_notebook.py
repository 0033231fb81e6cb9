"""`playground.notebook` is what notebooks import: those exported now, and with two cells changed those of 0.1.0."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from playground import notebook
from playground.measuring.notebook import to_notebook
from playground.measuring.store import Runs
from playground.page.parts.run_files import recipe_of
from playground.tabs.prompting.visit.visits import FILE
from playground.visitors import Conversations
from tests.playground.old_data import Left, unpack

ROOT = Path(__file__).parents[2]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")
RUNNER = """
import ast, asyncio, inspect, json, sys

async def main():
    names = {}
    for source in json.load(sys.stdin):
        waiting = eval(compile(source, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
        if inspect.iscoroutine(waiting):
            await waiting
    await names["STACK"].aclose()

asyncio.run(main())
"""


@pytest.fixture
def left(tmp_path: Path) -> Left:
    return unpack(tmp_path)


def cells(written: str) -> list[str]:
    return [cell["source"] for cell in json.loads(written)["cells"] if cell["cell_type"] == "code"]


def exported(left: Left) -> list[str]:
    """The cells of 0.1.0's finished run, exported by the code of today."""
    folder = Conversations(left.home).folder(left.visitor("ana"))
    runs = Runs(folder / FILE)
    run = runs.load(left.runs["whole"])
    runs.close()
    return cells(to_notebook(run, recipe_of(run.description)))


def converted(left: Left) -> list[str]:
    """The cells that 0.1.0 exported, with what CHANGELOG.md says is to be replaced in them."""
    found = cells((left.files / "whole.ipynb").read_text("utf-8"))
    section = CHANGELOG.partition("### Notebooks exported by 0.1.0\n")[2].partition("\n### ")[0]
    blocks = re.findall(r"^```python\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 4
    for place, (old, new) in enumerate(zip(blocks[::2], blocks[1::2], strict=True)):
        assert found[place].startswith(old.strip())
        found[place] = found[place].replace(old.strip(), new.strip())
    return found


def imported(sources: Sequence[str]) -> set[str]:
    nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
    return {
        name
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }


def run_cells(sources: Sequence[str], home: Path) -> str:
    """What they print, in a Python of their own."""
    environment = {**os.environ, "PLAYGROUND_HOME": str(home)}
    command = [sys.executable, "-W", "error::DeprecationWarning", "-c", RUNNER]
    done = subprocess.run(
        command, input=json.dumps(sources), cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_name_is_there_and_what_notebooks_need_is_among_them() -> None:
    assert [name for name in notebook.__all__ if not hasattr(notebook, name)] == []
    needed = {"Control", "Plan", "TaskSet", "run", "run_from_json", "summarise", "make_columns"}
    needed |= {"Grid", "groups", "look", "next_tokens", "sweep", "visible"}  # the README's example
    assert needed - set(notebook.__all__) == set()


def test_a_notebook_imports_nothing_else_of_ours(left: Left) -> None:
    for sources in (exported(left), converted(left)):
        ours = {name for name in imported(sources) if name.split(".")[0] in {"playground", "providers", "app", "tests"}}
        assert {name for name in ours if name.split(".")[0] != "providers"} == {"playground.notebook"}


def test_one_of_before_becomes_one_of_today(left: Left) -> None:
    before, now = converted(left), exported(left)
    assert before[1:4] + before[5:] == now[1:4] + now[5:]
    assert "summarise(" in before[4] and "summarise(" in now[4]  # today's tells the unreadable answers besides


def test_one_of_before_runs_and_measures_the_same(left: Left, tmp_path: Path) -> None:
    shown = run_cells(converted(left), tmp_path / "elsewhere")
    assert "24 / 24" in shown
    assert (left.files / "whole.txt").read_text("utf-8").strip() in shown
