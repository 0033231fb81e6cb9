"""How many numbers a file of weights holds, by its header; a file that is not whole holds none."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from providers.adapters.huggingface.bounded.checks import read_header
from providers.adapters.huggingface.weights.gguf_header import read_gguf_header


def count_numbers(file: Path) -> int:
    """Read the header of a safetensors file: 8 bytes of its length, then JSON with every tensor's place.

    Raises `ValueError` for a file that is not whole, `OutOfBounds` for shapes that no such file can have, `OSError`.
    """
    return _count_once(_FileState.of(file), _count_numbers)


def _count_numbers(file: Path) -> int:
    return sum(math.prod(tensor["shape"]) for tensor in read_header(file).values())


def count_parameters(file: Path) -> int:
    """As `count_numbers`, of a GGUF file."""
    return _count_once(_FileState.of(file), _count_parameters)


def _count_parameters(file: Path) -> int:
    return read_gguf_header(file).parameters


@dataclass(frozen=True, slots=True)
class _FileState:
    """A file as it is now: whoever writes to it or changes who may read it changes this."""

    file: Path
    size: int
    written: int
    changed: int

    @classmethod
    def of(cls, file: Path) -> _FileState:
        found = file.stat()
        return cls(file, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@lru_cache(256)
def _count_once(state: _FileState, count: Callable[[Path], int]) -> int:
    """Counted once for as long as the file stays as it is: each message asks whether its model is whole."""
    return count(state.file)
