"""Pictures as models take them: how large they are, what they cost, and the size that a model reads best."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from dataclasses import replace

from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from providers.errors import ImageError
from providers.fit import Fitted
from providers.types import Change, Image, Message, ModelInfo, Part, Request, Scalar

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
"""What every vendor's models take."""
LARGEST = 3_500_000
"""Bytes of a picture that is sent: 4.7 MB in base64, below the 5 MB that the strictest vendor takes."""
UNKNOWN_SIDE = 2048
"""Pixels of the longest side that a model is sent of which nobody knows better: more would only cost more."""
_UNKNOWN_TOKENS = 1600
_UNKNOWN_PATCH = 700
"""Pixels a token where nobody published the rule, as a bound from above: fewer than any published rule has."""
_QUALITIES = (92, 80, 60)


def size(image: Image) -> tuple[int, int]:
    """Width and height in pixels, from the header alone. Raises `ImageError("damaged")`."""
    try:
        with Pillow.open(io.BytesIO(image.content), formats=FORMATS) as opened:
            return opened.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise ImageError("damaged", file=image.name) from error


def best_size(width: int, height: int, info: ModelInfo) -> tuple[int, int]:
    """The size that the model reads best: never larger than it is, the same shape, its longest side and its squares
    (see `ModelInfo.image_patches`) within what the model reads without making it smaller itself.
    """
    share = min(1.0, (info.image_side or UNKNOWN_SIDE) / max(width, height))
    fitted = _scale(width, height, share)
    if info.image_patch and info.image_patches:
        while _patches(*fitted, info.image_patch) > info.image_patches and min(fitted) > info.image_patch:
            share *= min(0.999, math.sqrt(info.image_patches / _patches(*fitted, info.image_patch)))
            fitted = _scale(width, height, share)
    return fitted


def _scale(width: int, height: int, share: float) -> tuple[int, int]:
    return max(1, round(width * share)), max(1, round(height * share))


def _patches(width: int, height: int, side: int) -> int:
    return math.ceil(width / side) * math.ceil(height / side)


def image_tokens(width: int, height: int, info: ModelInfo) -> int | None:
    """Tokens of a picture of that size, by the rule that its model's makers publish; `None` where they publish none."""
    return _patches(width, height, info.image_patch) if info.image_patch else None


def tokens_at_most(image: Image, info: ModelInfo) -> int:
    """An estimate from above, for models without a published rule too."""
    try:
        width, height = size(image)
    except ImageError:
        return _UNKNOWN_TOKENS
    known = image_tokens(width, height, info)
    return known if known is not None else max(_UNKNOWN_TOKENS, math.ceil(width * height / _UNKNOWN_PATCH))


def resize(image: Image, info: ModelInfo) -> Image:
    """The picture at `best_size` and within `LARGEST` bytes; itself where it is already. Blocks.

    Raises `ImageError("damaged")`. It is meant for pictures that have been cleaned: their size is bounded.
    """
    width, height = size(image)
    fitted = best_size(width, height, info)
    if fitted == (width, height) and len(image.content) <= LARGEST:
        return image
    try:
        with Pillow.open(io.BytesIO(image.content), formats=FORMATS) as opened:
            pixels = on_white(opened)
        resized = pixels.resize(fitted, Pillow.Resampling.LANCZOS)
        return replace(encode_image(resized, lossless=image.mime == "image/png"), file=image.file)
    except (OSError, ValueError, SyntaxError) as error:
        raise ImageError("damaged", file=image.name) from error


def on_white(picture: Pillow.Image) -> Pillow.Image:
    """Three colours of eight bits; what is transparent becomes white, so that every model sees the same."""
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        ground = Pillow.new("RGBA", layer.size, "white")
        ground.alpha_composite(layer)
        return ground.convert("RGB")
    return picture.convert("RGB")


def encode_image(picture: Pillow.Image, *, lossless: bool) -> Image:
    """PNG where asked for and small enough, else JPEG. Pixels alone are written, nothing of what came with them."""
    bare = Pillow.frombytes(picture.mode, picture.size, picture.tobytes())
    if lossless:
        content = _save(bare, "PNG")
        if len(content) <= LARGEST:
            return Image(content, "image/png")
    for quality in _QUALITIES:
        content = _save(bare, "JPEG", quality=quality, subsampling=0)
        if len(content) <= LARGEST:
            break
    return Image(content, "image/jpeg")


def _save(picture: Pillow.Image, kind: str, **options: int) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


async def fit_images(request: Request) -> Fitted:
    """The request with every picture as its model reads it best, and what was made smaller. For after `fit`.

    Decoding and encoding happen in a thread. Raises `ImageError("damaged")`.
    """
    if not any(message.images for message in request.messages):
        return Fitted(request, ())
    import asyncio  # the program that cleans an image needs none

    changes: list[Change] = []
    messages = []
    for message in request.messages:
        parts: list[Part] = []
        for part in message.parts:
            if isinstance(part, Image):
                smaller = await asyncio.to_thread(resize, part, request.model)
                changes += _change(part, smaller)
                part = smaller
            parts.append(part)
        messages.append(Message(message.role, tuple(parts)))
    return Fitted(replace(request, messages=tuple(messages)), tuple(_distinct(changes)))


def _change(before: Image, after: Image) -> list[Change]:
    (width, height), (new_width, new_height) = _file_size(before), size(after)
    if (width, height) == (new_width, new_height):
        return []
    values: dict[str, Scalar] = {"before": f"{width} × {height}", "after": f"{new_width} × {new_height}"}
    if before.name:
        values["file"] = before.name
    return [Change(what="images", reason="image_smaller", values=values)]


def _file_size(image: Image) -> tuple[int, int]:
    """What a picture had in its file: it may have been made smaller before, for all models."""
    return (image.file.width, image.file.height) if image.file is not None and image.file.width else size(image)


def _distinct(changes: Iterable[Change]) -> list[Change]:
    kept: list[Change] = []
    for change in changes:
        if change not in kept:
            kept.append(change)
    return kept
