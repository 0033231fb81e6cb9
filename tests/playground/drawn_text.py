"""Pictures with words on them, drawn here: what a phone, a scanner or a program makes of a page."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

Lines = Sequence[tuple[int, int, str]]
"""Left, top, words."""


def page(size: tuple[int, int], lines: Lines, height: int = 32, mode: str = "RGB") -> Image.Image:
    """Black words on white; on nothing at all in a mode with transparency."""
    clear = mode in ("RGBA", "LA")
    picture = Image.new("RGBA", size, (0, 0, 0, 0) if clear else "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(height)
    for left, top, words in lines:
        draw.text((left, top), words, "black", font)
    return picture.convert(mode)


def saved(picture: Image.Image, kind: str, more: Sequence[Image.Image] = (), **options: object) -> bytes:
    content = io.BytesIO()
    if more:
        options |= {"save_all": True, "append_images": list(more)}
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    picture.save(content, kind, **options)
    return content.getvalue()
