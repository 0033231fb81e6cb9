"""Reading the text in a picture, by RapidOCR: its models come with it, nothing is fetched."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from playground.tabs.rag.lab.loaders import Picture, PictureReader

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LEAST_SURE = 0.5
_THREADS = 2


@cache
def picture_reader() -> PictureReader:
    """Loads the models, about a second. Raises `ImportError` where RapidOCR is not installed."""
    from rapidocr import RapidOCR
    from rapidocr.utils.output import RapidOCROutput

    params = {
        "Global.log_level": "error",
        "Global.text_score": _LEAST_SURE,
        "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }
    engine = RapidOCR(params=params)

    def read(picture: Picture) -> str:
        found = engine(picture)
        if not isinstance(found, RapidOCROutput) or found.boxes is None or found.txts is None:
            return ""
        return "\n".join(_lines([_Piece.of(box, text) for box, text in zip(found.boxes, found.txts, strict=True)]))

    return read


class _Piece(NamedTuple):
    """Text and where it stands, in dots from the top left corner."""

    left: float
    middle: float
    height: float
    text: str

    @classmethod
    def of(cls, box: NDArray[np.float32], text: str) -> _Piece:
        """`box`: four corners, 4 × 2."""
        left, top = box.min(axis=0)
        bottom = box.max(axis=0)[1]
        return cls(float(left), float(top + bottom) / 2, float(bottom - top), text)


def _lines(pieces: list[_Piece]) -> list[str]:
    """What stands at the same height is one line, from left to right. Columns are not told apart."""
    lines: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        last = lines[-1][-1] if lines else None
        if last is not None and piece.middle - last.middle < 0.5 * min(piece.height, last.height):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [" ".join(piece.text for piece in sorted(line)) for line in lines]
