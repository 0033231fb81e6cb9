"""The lock covers what is required, with hashes, and names no place that packages come from."""

from __future__ import annotations

import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.write_lock import FILE, names, of_torch

ROOT = Path(__file__).parent.parent
LOCK = FILE.read_text("utf-8")
BLOCK = re.compile(
    r"^(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>\S+)(?P<rest>.*?)(?=^[A-Za-z0-9]|\Z)", re.MULTILINE | re.DOTALL
)


def locked() -> dict[str, str]:
    return {str(canonicalize_name(found["name"])): found["version"] for found in BLOCK.finditer(LOCK)}


def required() -> list[Requirement]:
    """Of both files, without their comments."""
    lines = [
        line.partition("#")[0].strip()
        for name in ("requirements.txt", "requirements-dev.txt")
        for line in (ROOT / name).read_text("utf-8").splitlines()
    ]
    return [Requirement(line) for line in lines if line and not line.startswith("-r")]


def test_it_has_what_the_requirements_name() -> None:
    """Else: `python -m tests.write_lock`."""
    found = locked()
    missing = [
        str(one)
        for one in required()
        if one.name != "torch" and not one.specifier.contains(found.get(str(canonicalize_name(one.name)), "0"), True)
    ]
    assert not missing, f"run `python -m tests.write_lock`: {missing}"


def test_each_package_has_hashes_and_no_place() -> None:
    assert all(found["rest"].count("--hash=sha256:") >= 1 for found in BLOCK.finditer(LOCK))
    assert "://" not in LOCK and "--index" not in LOCK and "--find-links" not in LOCK


def test_torch_is_apart() -> None:
    assert [name for name in names(LOCK) if of_torch(name)] == []


def test_ci_installs_it_by_its_hashes_before_the_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert script.index("--require-hashes --no-deps") < script.index("# The README's test command")
