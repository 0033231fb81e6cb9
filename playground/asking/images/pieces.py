"""A picture in the pieces that a reader of text is given: none of them is long and narrow, and none is very large.

RapidOCR makes the longest side of what it gets 2,000 pixels, then the shortest side 736: of a long screenshot it would
read a thumbnail, and a strip of 2 × 800 pixels would become one of 736 × 294,400.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Pixels: TypeAlias = "NDArray[np.uint8]"
"""Height × width × 3."""
LONGEST = 2000
"""Pixels of a piece's longest side, unless it is a whole picture of a usual shape."""
MOST = 3072 * 3072
"""Pixels of a whole picture; more are made fewer first."""
SLIMMEST = 4
"""A piece is at most so many times as long as wide: the rest is filled up with its ground."""
SMALLEST = 8
"""Pixels of the shortest side: in fewer nothing can be read."""
_CUT = 2.5
"""A longer picture is cut across, where it has more than `LONGEST` pixels."""
_MOST_PIECES = 64
_NEAR = 0.15
"""Of a piece's length, by how much a cut may move to a quiet place."""
_SMOOTH = 9
"""Rows that are looked at together for a cut."""


@dataclass(frozen=True, slots=True)
class PicturePiece:
    """`pixels` for the reader; what it finds there at (x, y) stands at (left + x, top + y) × `scale` of the picture."""

    pixels: Pixels
    left: int
    top: int
    scale: float


def pieces(picture: Pixels) -> Iterator[PicturePiece]:
    """In order from above or from the left; none where the picture is too narrow for any letter."""
    small, scale = _smaller(picture)
    height, width = small.shape[:2]
    if min(height, width) < SMALLEST:
        return
    cuts = _cuts(small if height >= width else small.swapaxes(0, 1))
    for start, end in pairwise(cuts):
        if height >= width:
            yield PicturePiece(_pad_piece(small[start:end]), 0, start, scale)
        else:
            yield PicturePiece(_pad_piece(small[:, start:end]), start, 0, scale)


def _smaller(picture: Pixels) -> tuple[Pixels, float]:
    """The picture within `MOST` pixels and a bounded number of pieces, and by how much it was larger."""
    height, width = picture.shape[:2]
    share = min(1.0, sqrt(MOST / (height * width)), LONGEST * _MOST_PIECES / max(height, width))
    if share == 1.0:
        return picture, 1.0
    import numpy as np
    from PIL import Image

    size = (max(1, round(width * share)), max(1, round(height * share)))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)), 1 / share


def _cuts(picture: Pixels) -> list[int]:
    """Rows where a tall picture is cut, its first and its end among them: near even, where the least is going on."""
    height, width = picture.shape[:2]
    count = ceil(height / LONGEST) if height > _CUT * width and height > LONGEST else 1
    even = height / count
    near = max(1, round(even * _NEAR / 2))
    inner = [_quietest(picture, round(even * place), near) for place in range(1, count)]
    return [0, *inner, height]


def _quietest(picture: Pixels, row: int, near: int) -> int:
    """Letters change from pixel to pixel along a row; the ground between two lines does not."""
    import numpy as np

    rows = picture[row - near : row + near].astype(np.int16)
    change = np.abs(np.diff(rows, axis=1)).sum(axis=(1, 2), dtype=np.int64)
    smooth = np.convolve(change, np.ones(_SMOOTH), "same")
    quiet = np.flatnonzero(smooth[_SMOOTH:-_SMOOTH] == smooth[_SMOOTH:-_SMOOTH].min()) + _SMOOTH
    return row - near + int(quiet[np.abs(quiet - near).argmin()])


def _pad_piece(piece: Pixels) -> Pixels:
    """With more of its ground below or beside it, where it is too slim."""
    import numpy as np

    height, width = piece.shape[:2]
    least = ceil(max(height, width) / SLIMMEST)
    if min(height, width) >= least:
        return np.ascontiguousarray(piece)
    ground = np.median(np.concatenate([piece[0], piece[-1], piece[:, 0], piece[:, -1]]), axis=0).astype(np.uint8)
    filled = np.empty((max(height, least), max(width, least), 3), np.uint8)
    filled[:] = ground
    filled[:height, :width] = piece
    return filled
