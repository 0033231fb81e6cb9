"""The program that cleans one image: see `image.clean`."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from playground.asking.images.bounded import Answer, serve
from playground.asking.images.cleaning import Bounds, cleaned


def work(settings: Mapping[str, JsonValue], content: bytes) -> Answer:
    given = settings["bounds"]
    names = given if isinstance(given, dict) else {}
    image = cleaned(content, Bounds(**{name: int(str(value)) for name, value in names.items()}))
    return Answer({"mime": image.mime}, image.content)


if __name__ == "__main__":
    serve(work)
