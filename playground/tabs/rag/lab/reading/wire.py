"""What a parser process and the page send each other: a frame of JSON and, after it, pieces of bytes.

JSON and nothing else: what comes from a process that has read a hostile file is data to check, never objects to load.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import BinaryIO

_HEAD = struct.Struct(">QI")
_LENGTH = struct.Struct(">Q")
_MOST_PIECES = 100_000


class Broken(Exception):
    """The other side has ended, or sends what is no frame, or more than allowed."""


def send(stream: BinaryIO, message: object, pieces: Sequence[bytes] = ()) -> None:
    """Raises `OSError` where nobody listens any more."""
    body = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    stream.write(_HEAD.pack(len(body), len(pieces)))
    stream.write(body)
    for piece in pieces:
        stream.write(_LENGTH.pack(len(piece)))
        stream.write(piece)
    stream.flush()


def receive(stream: BinaryIO, most: int) -> tuple[bytes, list[bytes]]:
    """The JSON, not read yet, and the pieces. Raises `Broken`; `most` bytes together."""
    length, count = _HEAD.unpack(_exactly(stream, _HEAD.size))
    if length > most or count > _MOST_PIECES:
        raise Broken
    body = _exactly(stream, length)
    left = most - length
    pieces = []
    for _ in range(count):
        (size,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
        left -= size
        if left < 0:
            raise Broken
        pieces.append(_exactly(stream, size))
    return body, pieces


def _exactly(stream: BinaryIO, size: int) -> bytes:
    read = stream.read(size) if size else b""
    if len(read) != size:
        raise Broken
    return read
