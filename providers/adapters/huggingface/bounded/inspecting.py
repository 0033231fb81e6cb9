"""A model's files are looked at in a bounded process before anything loads them: every time, but for the same files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from providers.adapters.huggingface.bounded.inspect_program import REFUSED
from providers.adapters.huggingface.bounded.rendering import ROOT, bare_environment
from providers.errors import WeightsUnavailable

PATIENCE = 300.0
"""Seconds for the whole, whatever the machine has to do besides. Of computing it may have twenty."""
_ENDED = {-getattr(signal, name) for name in ("SIGXCPU", "SIGSEGV", "SIGABRT", "SIGKILL") if hasattr(signal, name)}
Fingerprint = tuple[tuple[str, int, int], ...]


def inspect_folder(folder: Path, model: str) -> None:
    """Raises `WeightsUnavailable("bounds")` with the name of the file that asks for too much. Blocks."""
    if (name := _refused(folder, _fingerprint(folder))) is not None:
        raise WeightsUnavailable("bounds", model=model, cause=name)


def _fingerprint(folder: Path) -> Fingerprint:
    """Of the files that are looked at: of the weights the header alone is read, and they may have gigabytes."""
    found = []
    for file in sorted(folder.rglob("*")):
        if file.suffix in (".json", ".jinja", ".safetensors") and file.is_file():
            told = file.stat()
            found.append((str(file.relative_to(folder)), told.st_size, told.st_mtime_ns))
    return tuple(found)


@lru_cache(maxsize=256)
def _refused(folder: Path, fingerprint: Fingerprint) -> str | None:
    """The file that asks for too much; `None` where none does."""
    command = [sys.executable, "-m", "providers.adapters.huggingface.bounded.inspect_program", os.fspath(folder)]
    child = subprocess.Popen(  # noqa: S603 - a fixed program
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=bare_environment(),
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    try:
        said, _ = child.communicate(timeout=PATIENCE)
        code = child.returncode
    except subprocess.TimeoutExpired:
        child.kill()
        said, _ = child.communicate()
        code = REFUSED
    if code == REFUSED or code in _ENDED:
        return (said.split("\n")[:-1] or [folder.name])[-1][:80]
    return None
