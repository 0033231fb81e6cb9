"""A model's files are looked at in a bounded process before anything loads them: every time, but for the same files."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from providers.adapters.huggingface.bounded.answering import ROOT, bare_environment
from providers.adapters.huggingface.bounded.build_program import MODEL, TOKENIZER
from providers.adapters.huggingface.bounded.building import builders
from providers.adapters.huggingface.bounded.inspect_program import REFUSED
from providers.errors import WeightsUnavailable

PATIENCE = 300.0
"""Seconds for the whole, whatever the machine has to do besides. Of computing it may have twenty."""
_LOOKED_AT = (
    "*.spm",
    "*.model",
    "vocab.txt",
    "*.json",
    "*.jinja",
    "*.safetensors",
    "[0-9]_*/*.json",
    "additional_chat_templates/*.jinja",
)
_WORDS = ("tokenizer.json", "spiece.model", "source.spm", "sentencepiece.bpe.model", "vocab.json", "vocab.txt")
"""What a tokenizer is made of, by what is looked for first."""
_ENDED = {-getattr(signal, name) for name in ("SIGXCPU", "SIGPROF", "SIGSEGV", "SIGABRT") if hasattr(signal, name)}
Fingerprint = tuple[tuple[str, int, int], ...]


def inspect_folder(folder: Path, model: str, *, build: bool = True) -> None:
    """Raises `WeightsUnavailable("bounds")` with the name of the file that asks for too much; `OSError`, `MemoryError`
    where it could not be looked at now. Blocks.

    `build`: the model is built without its numbers, too, and what it would have is counted: its configuration may ask
    for what no bound on single values knows. And its tokenizer is opened, which takes what nobody knows beforehand.
    """
    found = _fingerprint(folder)
    if (name := _find_oversized(folder, found)) is not None:
        raise WeightsUnavailable("bounds", model=model, cause=name)
    names = [name for name, _, _ in found]
    if not build or not any(name.endswith(".safetensors") for name in names):
        return
    if not _can_be_built(folder, found, MODEL):
        raise WeightsUnavailable("bounds", model=model, cause="config.json")
    words = next((name for name in _WORDS if name in names), None)
    if words is not None and not _can_be_built(folder, found, TOKENIZER):
        raise WeightsUnavailable("bounds", model=model, cause=words)


def inspect_gguf(file: Path, model: str) -> None:
    """As `inspect_folder`, for a GGUF file, before it is converted."""
    told = file.stat()
    if (name := _find_oversized(file, ((file.name, told.st_size, told.st_mtime_ns),))) is not None:
        raise WeightsUnavailable("bounds", model=model, cause=name)


def _fingerprint(folder: Path) -> Fingerprint:
    """Of the files that are looked at: of the weights the header alone is read, and they may have gigabytes."""
    found = []
    for file in sorted(one for pattern in _LOOKED_AT for one in folder.glob(pattern)):
        told = file.stat()
        found.append((str(file.relative_to(folder)), told.st_size, told.st_mtime_ns))
    return tuple(found)


@lru_cache(maxsize=256)
def _find_oversized(place: Path, fingerprint: Fingerprint) -> str | None:
    """The file that asks for too much; `None` where none does."""
    command = [sys.executable, "-m", "providers.adapters.huggingface.bounded.inspect_program", os.fspath(place)]
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
        child.communicate()
        raise TimeoutError(errno.ETIMEDOUT, "the machine is too busy to look at the files") from None
    if _refuses(code):
        return (said.split("\n")[:-1] or [place.name])[-1][:80]
    return None


@lru_cache(maxsize=256)
def _can_be_built(folder: Path, fingerprint: Fingerprint, what: str) -> bool:
    """Whether its configuration asks for about as many numbers as its weights hold; whether its tokenizer opens."""
    return not _refuses(builders().build(folder, what))


def _refuses(code: int) -> bool:
    """By an exit code. Raises `MemoryError` where the system ended the process, which says nothing of the files."""
    if code == -getattr(signal, "SIGKILL", 0):
        raise MemoryError
    return code == REFUSED or code in _ENDED
