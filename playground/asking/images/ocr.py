"""Reading the text in a picture, by RapidOCR: its models come with it, nothing is fetched.

It belongs in a program of its own: see `playground.tabs.vision.lab.ocr` and the parser processes of RAG.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from playground.asking.images.pieces import PicturePiece, Pixels, pieces
from playground.asking.images.reading_order import Block

if TYPE_CHECKING:
    from rapidocr.utils.output import RapidOCROutput

THREADS = 2
TextFinder = Callable[[Pixels], "RapidOCROutput"]
"""Finds the text in blue, green and red, height × width × 3."""


@cache
def text_finder() -> TextFinder:
    """Loads the models, about a second. Raises `ImportError` where RapidOCR is not installed."""
    with _configured_once():
        from rapidocr import RapidOCR
        from rapidocr.utils.output import RapidOCROutput
    _rest_while_idle()

    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )

    def find(pixels: Pixels) -> RapidOCROutput:
        found = engine(pixels)
        return found if isinstance(found, RapidOCROutput) else RapidOCROutput()

    return find


@contextmanager
def _configured_once() -> Iterator[None]:
    """RapidOCR turns its list of models into a configuration twice while it is imported: half a second for nothing."""
    try:
        files: Any = import_module("omegaconf").OmegaConf  # RapidOCR's own: we need no configuration
    except ImportError:  # where RapidOCR is missing, that is what is told
        yield
        return
    load = files.load
    files.load = staticmethod(cache(load))
    try:
        yield
    finally:
        files.load = staticmethod(load)


def _rest_while_idle() -> None:
    """The threads that read turn round and round while one waits for the other, a quarter of all that is computed;
    RapidOCR has no setting for what `SessionOptions` can be told."""
    main: Any = import_module("rapidocr.inference_engine.onnxruntime.main")

    class Resting(main.SessionOptions):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.add_session_config_entry("session.intra_op.allow_spinning", "0")

    main.SessionOptions = Resting


def read_blocks(picture: Pixels, find: TextFinder | None = None) -> list[Block]:
    """What is written in a picture of blue, green and red, in no order, with places in the picture's own pixels."""
    find = find or text_finder()
    return [block for piece in pieces(picture) for block in _blocks(find(piece.pixels), piece)]


def _blocks(found: RapidOCROutput, piece: PicturePiece) -> Iterator[Block]:
    if found.boxes is None or found.txts is None or found.scores is None:
        return
    for corners, text, score in zip(found.boxes.tolist(), found.txts, found.scores, strict=True):
        if str(text).strip():
            yield Block(text=str(text), box=_box(corners, piece), confidence=float(score))


def _box(corners: list[list[float]], piece: PicturePiece) -> tuple[int, int, int, int]:
    """From four corners: left, top, right, bottom."""
    across = [(corner[0] + piece.left) * piece.scale for corner in corners]
    down = [(corner[1] + piece.top) * piece.scale for corner in corners]
    return round(min(across)), round(min(down)), round(max(across)), round(max(down))
