"""The program that reads the text in one image: see `playground.tabs.vision.lab.ocr`."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image as Pillow
from pydantic import JsonValue

from playground.asking.images.bounded import ProgramAnswer, serve_task
from providers.errors import ImageError
from providers.image import FORMATS

THREADS = 2


def work(settings: Mapping[str, JsonValue], content: bytes) -> ProgramAnswer:
    try:
        with Pillow.open(io.BytesIO(content), formats=FORMATS) as opened:
            picture = opened.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise ImageError("damaged", file="") from error
    return ProgramAnswer({"width": picture.width, "height": picture.height, "blocks": _blocks(picture)}, b"")


def _blocks(picture: Pillow.Image) -> list[JsonValue]:
    import numpy as np
    from rapidocr import RapidOCR

    engine: Any = RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    found = engine(np.asarray(picture)[:, :, ::-1])  # it wants blue first
    if found.boxes is None:
        return []
    return [
        {"text": str(text), "box": _box(corners.tolist()), "confidence": float(score)}
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        if str(text).strip()
    ]


def _box(corners: list[list[float]]) -> list[JsonValue]:
    across, down = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return [round(min(across)), round(min(down)), round(max(across)), round(max(down))]


if __name__ == "__main__":
    serve_task(work)
