"""The program that cleans one image: see `playground.asking.images.clean`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from playground.asking.images.cleaning import clean_bytes
from playground.asking.images.pixels import ImageBounds
from playground.asking.images.serving import ProgramAnswer, serve_task

if TYPE_CHECKING:
    from pydantic import JsonValue


def work(settings: Mapping[str, JsonValue], content: bytes) -> ProgramAnswer:
    given = settings["bounds"]
    names = given if isinstance(given, dict) else {}
    image = clean_bytes(content, ImageBounds(**{name: int(str(value)) for name, value in names.items()}))
    assert image.file is not None
    return ProgramAnswer({"mime": image.mime, "width": image.file.width, "height": image.file.height}, image.content)


if __name__ == "__main__":
    serve_task(work)
