"""Writes `requirements.lock` with `uv`: every package that the app and its tests need, with the hashes of its files.

`python -m tests.write_lock` resolves anew for Python 3.11 and later on every platform. Torch is apart, and what its
builds for graphics cards bring along: which build is right depends on the machine, and each source has its own hashes.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILE = ROOT / "requirements.lock"
_COMMAND = (
    *("uv", "pip", "compile", "requirements-dev.txt", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links", "--quiet"),
)
_BEFORE = """# Made by `python -m tests.write_lock` of requirements-dev.txt. Installed, without torch, by:
# pip install --require-hashes --no-deps -r requirements.lock
"""


def of_torch(package: str) -> bool:
    """Torch itself, or a part of its builds for graphics cards."""
    return package in ("torch", "triton") or package.startswith(("nvidia-", "cuda-"))


def names(lock: str) -> list[str]:
    """The packages of a lock file, in their order."""
    return re.findall(r"^([A-Za-z0-9][\w.-]*)==", lock, re.MULTILINE)


def resolve() -> str:
    """The lock as it is today, by the package index."""
    whole = _compile(())
    return _BEFORE + _compile([name for name in names(whole) if of_torch(name)])


def _compile(without: list[str] | tuple[()]) -> str:
    left_out = [part for name in without for part in ("--no-emit-package", name)]
    ended = subprocess.run([*_COMMAND, *left_out], cwd=ROOT, check=True, capture_output=True, text=True)
    return ended.stdout


if __name__ == "__main__":
    FILE.write_text(resolve(), "utf-8")
