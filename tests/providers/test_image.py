"""The size that a model reads best, and what a picture costs."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from providers import catalog
from providers.errors import ImageError
from providers.image import LARGEST, best_size, encode_image, fit_images, image_tokens, resize, size
from providers.types import Image, Message, ModelInfo, Request, Text

CLAUDE = catalog.find(catalog.load().models, "anthropic/claude-haiku-4-5")
PLAIN = ModelInfo(id="m", provider="x", name="M", images=True)
SIDED = ModelInfo(id="m", provider="x", name="M", images=True, image_side=100)


def picture(width: int, height: int, colour: str = "red") -> Image:
    return encode_image(Pillow.new("RGB", (width, height), colour), lossless=True)


@pytest.mark.parametrize(
    ("width", "height", "tokens"),
    [
        (200, 200, 64),
        (1000, 1000, 1296),
        (1092, 1092, 1521),
        (28, 28, 1),
        (29, 28, 2),
    ],
)
def test_anthropics_published_rule(width: int, height: int, tokens: int) -> None:
    """A token for each square of 28 pixels: the first three as their documentation's table has them."""
    assert image_tokens(width, height, CLAUDE) == tokens


def test_a_full_screen_is_made_smaller_for_the_small_claude() -> None:
    width, height = best_size(1920, 1080, CLAUDE)
    assert image_tokens(width, height, CLAUDE) <= 1568  # type: ignore[operator]
    assert image_tokens(width, height, CLAUDE) > 1450  # type: ignore[operator]
    assert width / height == pytest.approx(1920 / 1080, rel=0.01)


@given(st.integers(1, 6000), st.integers(1, 6000))
def test_the_best_size_is_within_what_is_read(width: int, height: int) -> None:
    new_width, new_height = best_size(width, height, CLAUDE)
    assert 1 <= new_width <= min(width, 1568)
    assert 1 <= new_height <= min(height, 1568)
    assert image_tokens(new_width, new_height, CLAUDE) <= 1568  # type: ignore[operator]
    if min(new_width, new_height) > 50:
        assert new_width / new_height == pytest.approx(width / height, rel=0.05)


def test_nobody_knows_what_nobody_published() -> None:
    assert size(picture(100, 50)) == (100, 50) and image_tokens(100, 50, PLAIN) is None
    assert image_tokens(1000, 1000, CLAUDE) == 1296


def test_resized() -> None:
    small = picture(80, 60)
    assert resize(small, SIDED) is small, "it is left alone"
    assert resize(picture(4000, 10), PLAIN).mime == "image/png"
    larger = resize(picture(400, 100), SIDED)
    assert size(larger) == (100, 25)
    assert larger.mime == "image/png"
    jpeg = encode_image(Pillow.new("RGB", (300, 200), "blue"), lossless=False)
    assert resize(jpeg, SIDED).mime == "image/jpeg"
    with pytest.raises(ImageError):
        resize(Image(b"\x89PNG", "image/png"), SIDED)


def test_what_is_too_many_bytes_is_sent_as_jpeg() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (1200, 1200, 3), dtype=np.uint8)
    content = io.BytesIO()
    Pillow.fromarray(noise).save(content, "PNG")
    heavy = Image(content.getvalue(), "image/png")
    assert len(heavy.content) > LARGEST
    sent = resize(heavy, PLAIN)
    assert sent.mime == "image/jpeg"
    assert len(sent.content) <= LARGEST
    assert size(sent) == (1200, 1200)


async def test_a_request_is_fitted_and_says_so() -> None:
    large, small = picture(400, 200), picture(50, 50, "blue")
    messages = (
        Message.of("system", "Be brief."),
        Message("user", (large, Text("one"), small, Text("two"))),
        Message.of("assistant", "yes"),
        Message("user", (large, Text("three"))),
    )
    fitted = await fit_images(Request(model=SIDED, messages=messages))
    assert [size(image) for message in fitted.request.messages for image in message.images] == [
        (100, 50),
        (50, 50),
        (100, 50),
    ]
    (change,) = fitted.changes
    assert (change.what, change.reason) == ("images", "image_smaller")
    assert change.values == {"before": "400 × 200", "after": "100 × 50"}
    assert [message.text for message in fitted.request.messages] == ["Be brief.", "onetwo", "yes", "three"]
    untouched = Request(model=SIDED, messages=messages[:1])
    assert (await fit_images(untouched)).request is untouched


def test_the_catalogues_models_that_see_say_how_large() -> None:
    rows = [row for row in catalog.load().models if row.images]
    assert {row.provider for row in rows} == {"openai", "anthropic", "huggingface"}
    assert all(row.image_side for row in rows)
    assert all(row.image_patch == 28 for row in rows if row.provider == "anthropic")
