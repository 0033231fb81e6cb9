"""Greys of more than eight bits, in eight. Pillow itself would cut off all that is brighter than 255."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow


def to_eight_bits(mode: str, parts: Iterable[Pillow.Image]) -> Callable[[Pillow.Image], Pillow.Image]:
    """What makes eight bits of a part of a picture, by what there is in all its parts.

    Sixteen bits are sixteen bits, unless nothing in the picture is brighter than twelve can say; other numbers are
    taken from their darkest to their brightest.
    """
    ends = [(found.min(), found.max()) for found in map(_numbers, parts)]
    if mode.startswith("I;16"):
        bits = max(int(high) for _, high in ends).bit_length()
        return partial(_of_whole_greys, shift=max(0, bits - 8) if bits <= 12 else 8)
    return partial(_of_greys, low=min(float(low) for low, _ in ends), high=max(float(high) for _, high in ends))


def _of_whole_greys(greys: Pillow.Image, shift: int) -> Pillow.Image:
    return _as_grey((_numbers(greys) >> shift).astype(np.uint8), greys)


def _of_greys(greys: Pillow.Image, low: float, high: float) -> Pillow.Image:
    return _as_grey(((_numbers(greys) - low) * (255 / ((high - low) or 1))).astype(np.uint8), greys)


def _numbers(greys: Pillow.Image) -> NDArray[Any]:
    """Shape (height, width). What is no number, and what has no end, counts as 0."""
    if greys.mode.startswith("I;16"):
        return np.asarray(greys, np.uint16)
    return np.nan_to_num(np.asarray(greys, np.float64), posinf=0.0, neginf=0.0)


def _as_grey(eight: NDArray[np.uint8], greys: Pillow.Image) -> Pillow.Image:
    found = Pillow.fromarray(eight)
    found.info = {name: value for name, value in greys.info.items() if name != "transparency"}
    return found
