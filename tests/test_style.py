"""ruff and mypy are part of the tests."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("command", [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]])
def test_style(command: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


CLOCKS = {"monotonic", "perf_counter", "process_time", "time_ns", "monotonic_ns", "perf_counter_ns"}


def timed_assertions(source: str) -> list[int]:
    """Lines of the assertions that read a clock: true on one machine and false on a slower one."""
    return [
        one.lineno
        for one in ast.walk(ast.parse(source))
        if isinstance(one, ast.Assert)
        for part in ast.walk(one.test)
        if isinstance(part, ast.Attribute) and part.attr in CLOCKS
    ]


def test_no_test_depends_on_how_fast_the_machine_is() -> None:
    assert timed_assertions("begun = time.monotonic()\nassert time.monotonic() - begun < 5") == [2]
    files = [path for path in ROOT.glob("tests/**/*.py") if "benchmarks" not in path.parts]
    found = {path.name: len(lines) for path in files if (lines := timed_assertions(path.read_text("utf-8")))}
    assert found == {"test_class.py": 1}, "a clock in an assertion; the one allowed gives up on what hangs"
