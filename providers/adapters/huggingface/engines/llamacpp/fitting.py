"""How much memory a GGUF file takes, and for how long conversations there is room."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil

from providers.adapters.huggingface.engines.llamacpp.setting import Setting
from providers.adapters.huggingface.weights.gguf_choice import GgufFiles
from providers.adapters.huggingface.weights.gguf_header import GgufHeader, read_gguf_header

OVERHEAD = 200 * 2**20
"""Bytes of the process itself, and of what a step computes."""
SLOTS = 4
"""Replies at once at the most."""
CACHE = 2**30
"""Bytes of keys and values at the most, of all conversations together."""
SHORTEST = 2048
"""Tokens for a conversation at the least."""
ALONE = 32 * 2**20
"""Bytes of weights that one core reads in less time than two agree to begin."""
CONTEXT = 8192
"""Tokens of context of a file that does not say."""


@dataclass(frozen=True, slots=True)
class FittedSetting:
    """`memory` in bytes."""

    setting: Setting
    memory: int


class WrongProjector(ValueError):
    """It makes vectors of another length than the model reads."""


def _check_projector(file: Path, model: GgufHeader) -> None:
    seen = read_gguf_header(file).metadata
    widths = {seen[name] for name in ("clip.vision.projection_dim", "clip.projection_dim") if name in seen}
    if seen.get("general.architecture") != "clip" or (widths and model.number("embedding_length") not in widths):
        raise WrongProjector(file.name)


def cache_bytes(header: GgufHeader) -> int:
    """Of a token's keys and values in 16 bits, all layers together: from above, as some layers see a window alone."""
    heads = header.number("attention.head_count", 1)
    width = header.number("embedding_length")
    name = f"{header.architecture}.attention.head_count_kv"
    layers = header.number("block_count", 1)
    every = (
        sum(header.lists[name]) if name in header.lists else layers * header.number("attention.head_count_kv", heads)
    )
    each = header.number("attention.key_length", width // max(heads, 1))
    each += header.number("attention.value_length", width // max(heads, 1))
    return int(every) * each * 2


def fit(folder: Path, files: GgufFiles, room: int | None = None, most: int = SLOTS) -> FittedSetting:
    """The longest conversations, and the most of them at once (up to `most`), for which there is memory.

    Raises `ValueError` for a file that is none or not whole, `WrongProjector`.
    """
    header = read_gguf_header(folder / files.parts[0])
    if files.projector:
        _check_projector(folder / files.projector, header)
    each = cache_bytes(header)
    weights = sum((folder / name).stat().st_size for name in files.names)
    free = CACHE if room is None else max(0, min(CACHE, room - weights - OVERHEAD))
    longest = header.number("context_length", CONTEXT) or CONTEXT
    context = max(min(longest, free // max(each, 1)), min(longest, SHORTEST))
    slots = max(1, min(most, free // max(context * each, 1)))
    setting = Setting(
        file=str(folder / files.parts[0]),
        slots=slots,
        context=context,
        threads=(psutil.cpu_count(logical=False) or 1) if weights > ALONE else 1,
        projector=str(folder / files.projector) if files.projector else "",
    )
    return FittedSetting(setting, weights + OVERHEAD + slots * context * each)
