"""Seeing without weights, for tests: what images a request holds, and which colour a picture has."""

from __future__ import annotations

import asyncio
import io
import math
from collections.abc import AsyncIterator, Sequence

from PIL import Image as Pillow

from providers.errors import InputError
from providers.image import size
from providers.labels import ContrastiveInfo, Fit
from providers.types import Image, Progress, Request

COLOURS = ContrastiveInfo(
    id="colours", provider="scripted", name="Scripted: colours", measure="softmax", template="something {}", local=True,
    languages=("en", "es"),
)  # fmt: skip
_KNOWN = {
    "red": (220, 38, 38), "roja": (220, 38, 38), "green": (22, 163, 74), "verde": (22, 163, 74),
    "blue": (37, 99, 235), "azul": (37, 99, 235), "white": (255, 255, 255), "blanca": (255, 255, 255),
    "black": (0, 0, 0), "negra": (0, 0, 0),
}  # fmt: skip
_UNKNOWN = -4.0
_SCALE = 64.0


def describe_images(request: Request) -> str:
    """How many images were sent, and the type and size of each."""
    images = [image for message in request.messages for image in message.images]
    told = [f"{image.mime}, {' × '.join(map(str, size(image)))} pixels" for image in images]
    count = f"{len(images)} image" + ("" if len(images) == 1 else "s")
    return f"I was sent {count}: {'; '.join(told) or 'none'}. You asked: {request.messages[-1].text}"


class ScriptedLabeller:
    """A label's score is how near the picture's mean colour is to the first colour it names."""

    def __init__(self, info: ContrastiveInfo = COLOURS) -> None:
        self.info = info

    async def prepare(self) -> AsyncIterator[Progress]:
        yield Progress(stage="load", done=1, total=1)

    async def label(self, image: Image, labels: Sequence[str], template: str | None = None) -> tuple[Fit, ...]:
        if not labels:
            raise InputError("empty")
        mean = await asyncio.to_thread(_mean, image)
        scores = [_score(mean, label) for label in labels]
        weights = [math.exp(score - max(scores)) for score in scores]
        shares = [weight / sum(weights) for weight in weights]
        return tuple(Fit(*row) for row in zip(labels, scores, shares, strict=True))


def _mean(image: Image) -> tuple[float, float, float]:
    with Pillow.open(io.BytesIO(image.content)) as opened:
        dot = opened.convert("RGB").resize((1, 1), Pillow.Resampling.BOX)
    red, green, blue = dot.tobytes()
    return red, green, blue


def _score(mean: tuple[float, float, float], label: str) -> float:
    named = next((_KNOWN[word] for word in label.casefold().split() if word in _KNOWN), None)
    return _UNKNOWN if named is None else -math.dist(mean, named) / _SCALE
