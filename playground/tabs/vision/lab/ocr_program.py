"""The program that reads the text in one image: see `playground.tabs.vision.lab.ocr`."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PIL import Image as Pillow

from playground.asking.images.ocr import read_blocks
from playground.asking.images.serving import ProgramAnswer, serve_task
from providers.errors import ImageError
from providers.image import FORMATS

if TYPE_CHECKING:
    from pydantic import JsonValue


def work(settings: Mapping[str, JsonValue], content: bytes) -> ProgramAnswer:
    import numpy as np

    try:
        with Pillow.open(io.BytesIO(content), formats=FORMATS) as opened:
            picture = opened.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise ImageError("damaged", file="") from error
    found = read_blocks(np.asarray(picture)[:, :, ::-1])  # it wants blue first
    blocks: list[JsonValue] = [{"text": one.text, "box": list(one.box), "confidence": one.confidence} for one in found]
    return ProgramAnswer({"width": picture.width, "height": picture.height, "blocks": blocks}, b"")


if __name__ == "__main__":
    serve_task(work)
