"""What a model's files may ask for. Each check raises `OutOfBounds` with the name of the file that asks for more.

Bounds are far above what is published, and relative to the weights where these say how large the model is.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CONFIG_BYTES = 8_000_000
TOKENIZER_BYTES = 150_000_000
HEADER_BYTES = 16_000_000
"""Of a safetensors file; a hundred thousand tensors have 12 MB."""
DEEPEST = 60
"""Lists and objects within each other."""
DIMENSIONS = 12
TENSORS = 1_000_000
LAYERS = 4096
FEW_LAYERS = 256
"""So many do no harm, whatever the weights hold."""
LARGEST = 2**40
"""Of a whole number in a configuration."""
SMALL = 50_000_000
"""Numbers of a tensor that does no harm."""
_LAYERS = re.compile(r"(?!max_)(?:.*_)?(?:layers?|blocks?|depths?|experts)")
_SIZES = re.compile(r".*(?:size|dim|units|channels|width|_embd|d_model|d_ff|d_kv|_rank|inner)")
_NO_SIZES = re.compile(r".*(?:image_size|patch_size|window_size|block_size|group_size|chunk_size|max_.*)")
_BITS = {"F64": 64, "I64": 64, "U64": 64, "F32": 32, "I32": 32, "U32": 32, "BF16": 16, "F16": 16, "I16": 16, "U16": 16}


class OutOfBounds(ValueError):
    """The name of the file."""


def read_json(file: Path, most: int = CONFIG_BYTES) -> Any:
    """A file's JSON. Raises `OutOfBounds` for one too large or too deep, `ValueError` for what is none, `OSError`."""
    if file.stat().st_size > most:
        raise OutOfBounds(file.name)
    try:
        found = json.loads(file.read_text("utf-8"))
    except RecursionError:
        raise OutOfBounds(file.name) from None
    if _depth(found) > DEEPEST:
        raise OutOfBounds(file.name)
    return found


def _depth(value: object) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        one, depth = waiting.pop()
        inside = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        deepest = max(deepest, depth)
        if deepest > DEEPEST:
            return deepest
        waiting += [(each, depth + 1) for each in inside if isinstance(each, dict | list)]
    return deepest


def read_header(file: Path) -> Mapping[str, Any]:
    """The tensors of a safetensors file, by name. Raises `ValueError` for a file that is not whole, `OutOfBounds`."""
    with file.open("rb") as content:
        start, size = content.read(8), file.stat().st_size
        length: int = struct.unpack("<Q", start)[0] if len(start) == 8 else size
        if length > size - 8:
            raise ValueError("the header is cut off")
        if length > HEADER_BYTES:
            raise OutOfBounds(file.name)
        header = content.read(length)
    try:
        found = json.loads(header)
    except RecursionError:
        raise OutOfBounds(file.name) from None
    if not isinstance(found, dict):
        raise ValueError("the header is none")
    tensors = {name: tensor for name, tensor in found.items() if name != "__metadata__"}
    if len(tensors) > TENSORS:
        raise OutOfBounds(file.name)
    end = max((_checked_end(tensor, size, file.name) for tensor in tensors.values()), default=0)
    if size != 8 + length + end:
        raise ValueError("the tensors do not fill the file")
    return tensors


def _checked_end(tensor: Any, size: int, name: str) -> int:
    """Where a tensor ends. Its shape is held against its bytes before anything is multiplied."""
    try:
        shape, (start, end), kind = tensor["shape"], tensor["data_offsets"], tensor.get("dtype")
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise ValueError("the header is none") from error
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in (start, end)) or not 0 <= start <= end:
        raise ValueError("the header is none")
    if not isinstance(shape, list) or not all(isinstance(one, int) and one >= 0 for one in shape):
        raise ValueError("the header is none")
    if len(shape) > DIMENSIONS or any(one > size * 8 for one in shape):
        raise OutOfBounds(name)
    if kind in _BITS and math.prod(shape) * _BITS[kind] != (end - start) * 8:
        raise ValueError("a tensor does not fill its place")
    return int(end)


def check_config(config: Any, tensors: int, numbers: int, name: str) -> None:
    """A configuration against the weights: `tensors` and `numbers` are how many of them there are, 0 where unknown.

    Each layer has a tensor at least, and no tensor is much larger than all of them together; eight times, since
    quantised weights hold several numbers in one.
    """
    waiting: list[Any] = [config]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += [inside for inside in one if isinstance(inside, dict | list)]
            if any(_is_count(inside) and inside > LARGEST for inside in one):
                raise OutOfBounds(name)
        if not isinstance(one, dict):
            continue
        waiting += [inside for inside in one.values() if isinstance(inside, dict | list)]
        counts = {str(key).lower(): value for key, value in one.items() if _is_count(value)}
        if any(value > LARGEST for value in counts.values()):
            raise OutOfBounds(name)
        layers = max((value for key, value in counts.items() if _LAYERS.fullmatch(key)), default=0)
        if layers > FEW_LAYERS and (layers > LAYERS or (tensors and layers > tensors)):
            raise OutOfBounds(name)
        sizes = sorted(value for key, value in counts.items() if _SIZES.fullmatch(key) and not _NO_SIZES.fullmatch(key))
        if numbers and math.prod(sizes[-2:]) > max(8 * numbers, SMALL):
            raise OutOfBounds(name)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
