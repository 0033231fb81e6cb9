"""A tiny network in the packed form `E5S1`, written as the form's description says."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

HIDDEN, LAYERS, HEADS, WIDE, WINDOW, TYPES = 32, 1, 2, 64, 64, 2
PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "▁the", "▁moon", "s", "o", "n", "m", "fi", "▁río", "<mask>")
VOCABULARY = len(PIECES) + 2
"""More rows than pieces, as the real one has."""
TABLE = {"\t": " ", "\x01": "", "ﬁ": "fi"}


def write_packed() -> tuple[bytes, dict[str, NDArray[np.float32]]]:
    """The file, and its matrices as they are meant."""
    meant, tensors = dict[str, NDArray[np.float32]](), list[tuple[str, bytes]]()

    def exact(name: str, *shape: int) -> None:
        values = np.random.default_rng(len(tensors)).normal(1, 0.1, shape).astype("<f4")
        meant[name] = values
        tensors.append((name, values.tobytes()))

    def packed(name: str, *shape: int) -> None:
        made = np.random.default_rng(len(tensors))
        rows = int(np.prod(shape)) // 32
        quants = made.integers(0, 16, (rows, 32), dtype=np.uint8)
        scales = made.normal(0, 0.02, rows).astype("<f2")
        meant[name] = ((quants.astype(np.float32) - 8) * scales.astype(np.float32)[:, None]).reshape(shape)
        nibbles = quants[:, :16] | quants[:, 16:] << 4
        tensors.append((name, b"".join(s.tobytes() + q.tobytes() for s, q in zip(scales, nibbles, strict=True))))

    packed("emb.word", VOCABULARY, HIDDEN)
    exact("emb.pos", WINDOW, HIDDEN)
    exact("emb.type", TYPES, HIDDEN)
    for name in ("emb.ln.w", "emb.ln.b"):
        exact(name, HIDDEN)
    for layer in range(LAYERS):
        for name, shape in (("q", (HIDDEN, HIDDEN)), ("k", (HIDDEN, HIDDEN)), ("v", (HIDDEN, HIDDEN)),
                            ("ao", (HIDDEN, HIDDEN)), ("fi", (WIDE, HIDDEN)), ("fo", (HIDDEN, WIDE))):  # fmt: skip
            packed(f"l{layer}.{name}.w", *shape)
            exact(f"l{layer}.{name}.b", shape[0])
        for name in ("aln.w", "aln.b", "oln.w", "oln.b"):
            exact(f"l{layer}.{name}", HIDDEN)
    return _head() + _directory(len(_head()), tensors), meant


def _head() -> bytes:
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, LAYERS, HEADS, WIDE, VOCABULARY, WINDOW, TYPES, 1e-12, 32)
    blob = "".join(PIECES).encode()
    ends = np.cumsum([0, *(len(piece.encode()) for piece in PIECES)]).astype("<u4")
    scores = np.array([0, 0, 0, 0, *(-float(place) for place in range(1, len(PIECES) - 4)), 0], "<f4")
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(blob)) + ends.tobytes() + scores.tobytes() + blob
    table = b"".join(
        struct.pack(f"<IB{len(text)}I", ord(one), len(text), *map(ord, text)) for one, text in TABLE.items()
    )
    return head + struct.pack("<iI", len(TABLE), len(table)) + table


def _directory(start: int, tensors: list[tuple[str, bytes]]) -> bytes:
    length = 4 + sum(2 + len(name) + 21 for name, _ in tensors)
    directory, at = struct.pack("<i", len(tensors)), start + length
    for name, raw in tensors:
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, len(raw), at, len(raw))
        at += len(raw)
    return directory + b"".join(raw for _, raw in tensors)
