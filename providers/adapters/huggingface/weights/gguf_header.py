"""What a GGUF file says of itself before anything of it is loaded: a few thousand bytes, each length checked.

Specification: github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little-endian.
"""

from __future__ import annotations

import math
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from providers.adapters.huggingface.bounded.checks import OutOfBounds
from providers.importing import importing

Value = str | int | float | bool
_STRING, _ARRAY = 8, 9
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
MOST = 1_000_000
"""Tensors or keys: more is no model's."""
ENTRIES = 4_000_000
"""Of all lists together: the largest vocabularies have a quarter of a million words, and twice as many merges."""
_LONGEST_NAME = 65_536
_DIMENSIONS = 8


@dataclass(frozen=True, slots=True)
class GgufTensor:
    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int
    """Bytes after the beginning of the tensors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufHeader:
    """`counts` are the lengths of arrays; the arrays of numbers that are short are in `lists` too."""

    metadata: Mapping[str, Value]
    counts: Mapping[str, int]
    lists: Mapping[str, tuple[float, ...]]
    tensors: tuple[GgufTensor, ...]
    start: int
    """Where the tensors begin."""
    size: int
    """Bytes of the file."""

    @property
    def architecture(self) -> str:
        return str(self.metadata.get("general.architecture", ""))

    @property
    def parameters(self) -> int:
        return sum(math.prod(tensor.shape) for tensor in self.tensors)

    @property
    def vocabulary(self) -> int:
        return self.counts.get("tokenizer.ggml.tokens", 0)

    def number(self, key: str, default: int = 0) -> int:
        """A whole number of the architecture's own; the largest, where there is one for each layer."""
        name = f"{self.architecture}.{key}"
        value = self.metadata.get(name)
        if value is None and name in self.lists:
            return int(max(self.lists[name], default=default))
        return int(value) if isinstance(value, int | float) and math.isfinite(value) else default


def read_gguf_header(file: Path) -> GgufHeader:
    """Raises `ValueError` for what is no GGUF file or is not whole, `OutOfBounds` for lists without end, `OSError`."""
    size = file.stat().st_size
    if size < 24:
        raise ValueError("too short")
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            return _HeaderReader(content, size).header()
        except OutOfBounds:
            raise OutOfBounds(file.name) from None


class _HeaderReader:
    def __init__(self, content: mmap.mmap, size: int) -> None:
        self._content, self._size, self._at = content, size, 0
        self._entries = 0

    def header(self) -> GgufHeader:
        if self._content[:4] != b"GGUF":
            raise ValueError("not GGUF")
        self._at = 4
        version, tensors, keys = self._take("I"), self._take("Q"), self._take("Q")
        if version not in (2, 3) or max(tensors, keys) > MOST:
            raise ValueError("not GGUF 2 or 3")
        metadata: dict[str, Value] = {}
        counts: dict[str, int] = {}
        lists: dict[str, tuple[float, ...]] = {}
        for _ in range(keys):
            key, kind = self._text(_LONGEST_NAME), self._take("I")
            if kind == _ARRAY:
                counts[key], few = self._array()
                if few is not None:
                    lists[key] = few
            else:
                metadata[key] = self._text() if kind == _STRING else self._scalar(kind)
        found = tuple(self._tensor() for _ in range(tensors))
        aligned = metadata.get("general.alignment", 32)
        if not isinstance(aligned, int) or not 1 <= aligned <= 2**20:
            raise ValueError("a wrong alignment")
        start = (self._at + aligned - 1) // aligned * aligned
        header = GgufHeader(metadata=metadata, counts=counts, lists=lists, tensors=found, start=start, size=self._size)
        _check_whole(header)
        return header

    def _forward(self, length: int) -> int:
        """Where `length` bytes begin, which are there."""
        at = self._at
        if length < 0 or at + length > self._size:
            raise ValueError("cut off")
        self._at += length
        return at

    def _take(self, form: str) -> int:
        at = self._forward(struct.calcsize(f"<{form}"))
        (value,) = struct.unpack_from(f"<{form}", self._content, at)
        return value  # type: ignore[no-any-return]  # of the form's own type

    def _scalar(self, kind: int) -> Value:
        if kind not in _SCALARS:
            raise ValueError(f"a value of kind {kind}")
        return self._take(_SCALARS[kind])

    def _text(self, most: int | None = None) -> str:
        length = self._take("Q")
        if most is not None and length > most:
            raise ValueError("a name without end")
        at = self._forward(length)
        return self._content[at : at + length].decode("utf-8", "replace")

    def _array(self) -> tuple[int, tuple[float, ...] | None]:
        kind, count = self._take("I"), self._take("Q")
        self._entries += count
        if self._entries > ENTRIES:
            raise OutOfBounds
        if kind in _SCALARS:
            form = _SCALARS[kind]
            at = self._forward(count * struct.calcsize(f"<{form}"))
            few = struct.unpack_from(f"<{count}{form}", self._content, at) if count <= 4096 else None
            return count, few
        if kind != _STRING:
            raise ValueError(f"a list of kind {kind}")
        length_at, at = struct.Struct("<Q").unpack_from, self._at
        for _ in range(count):  # a vocabulary has some hundred thousand
            if at + 8 > self._size:
                raise ValueError("cut off")
            at += 8 + length_at(self._content, at)[0]
        self._forward(at - self._at)
        return count, None

    def _tensor(self) -> GgufTensor:
        name, dimensions = self._text(_LONGEST_NAME), self._take("I")
        if dimensions > _DIMENSIONS:
            raise ValueError("too many dimensions")
        shape = tuple(self._take("Q") for _ in range(dimensions))
        return GgufTensor(name, shape, self._take("I"), self._take("Q"))


def _check_whole(header: GgufHeader) -> None:
    """Every tensor of a format that is known here ends within the file."""
    with importing():
        from gguf import GGML_QUANT_SIZES

    sizes = {int(kind): block for kind, block in GGML_QUANT_SIZES.items()}
    for tensor in header.tensors:
        numbers, (block, length) = math.prod(tensor.shape), sizes.get(tensor.kind, (1, 0))
        if header.start + tensor.offset + numbers // block * length > header.size:
            raise ValueError("cut off")
