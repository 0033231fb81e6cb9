"""The one reader of picture files: whatever a file is, its pixels come upright, dark on light, in eight bits."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from playground.asking.images import kinds, pixels
from playground.asking.images.cleaning import clean_bytes
from playground.asking.images.kinds import SUFFIXES, image_kind, recognise_picture
from playground.asking.images.pixels import ImageBounds, count_pages, kept_size, picture_pages
from providers.errors import ImageError
from providers.image import fit_images, size
from providers.types import Message, ModelInfo, Request, Text
from tests.playground.asking import hostile_images as hostile
from tests.playground.drawn_text import saved

SIDED = ModelInfo(id="m", provider="p", name="M", images=True, image_side=4000)


def pages(content: bytes, **bounds: int) -> list[Pillow.Image]:
    return [page.pixels for page in picture_pages(content, ImageBounds(**bounds))]


def ground_and_ink(ground: object, ink: object, mode: str, **more: object) -> Pillow.Image:
    """40 × 30, its right half ink."""
    picture = Pillow.new(mode, (40, 30), ground)  # type: ignore[arg-type]
    picture.paste(ink, (20, 0, 40, 30))  # type: ignore[arg-type]
    picture.info.update(more)
    return picture


def palette() -> Pillow.Image:
    picture = ground_and_ink(0, 1, "P")
    picture.putpalette([255, 255, 255, 0, 0, 0])
    return picture


def sixteen(dark: int, light: int, order: str) -> Pillow.Image:
    values = np.full((30, 40), light, f"{order}u2")
    values[:, 20:] = dark
    return Pillow.fromarray(values)


GREY = ground_and_ink(255, 0, "L")
WAYS = {
    "grey and clear": saved(ground_and_ink((0, 0), (0, 255), "LA"), "PNG"),
    "colours and clear": saved(ground_and_ink((9, 9, 9, 0), (0, 0, 0, 255), "RGBA"), "PNG"),
    "clear WebP": saved(ground_and_ink((0, 0, 0, 0), (0, 0, 0, 255), "RGBA"), "WEBP", lossless=True),
    "clear TIFF": saved(ground_and_ink((0, 0, 0, 0), (0, 0, 0, 255), "RGBA"), "TIFF"),
    "one grey is clear": saved(ground_and_ink(7, 0, "L"), "PNG", transparency=7),
    "palette": saved(palette(), "PNG"),
    "palette, one clear": saved(palette(), "GIF", transparency=0),
    "one bit": saved(GREY.convert("1"), "PNG"),
    "fax": saved(GREY.convert("1"), "TIFF", compression="group4"),
    "16 bits": saved(sixteen(0, 65535, "<"), "PNG"),
    "16 bits, TIFF": saved(sixteen(0, 65535, "<"), "TIFF"),
    "16 bits, big end first": saved(sixteen(0, 65535, ">"), "TIFF"),
    "12 bits in 16": saved(sixteen(0, 4095, "<"), "TIFF"),
    "32 bits": saved(Pillow.fromarray(np.where(np.asarray(GREY) > 9, 2_000_000, -5).astype(np.int32)), "TIFF"),
    "fractions": saved(Pillow.fromarray((np.asarray(GREY) / 255).astype(np.float32)), "TIFF"),
    "CMYK": saved(GREY.convert("CMYK"), "JPEG", quality=95),
    "CMYK, TIFF": saved(GREY.convert("CMYK"), "TIFF"),
    "L*a*b*": saved(ground_and_ink((255, 128, 128), (0, 128, 128), "LAB"), "TIFF"),
    "bitmap": saved(GREY.convert("RGB"), "BMP"),
    "HEIC": saved(GREY.convert("RGB"), "HEIF", quality=95),
    "clear HEIC": saved(ground_and_ink((0, 0, 0, 0), (0, 0, 0, 255), "RGBA"), "HEIF", quality=95),
    "AVIF": saved(GREY.convert("RGB"), "AVIF", quality=95),
}


@pytest.mark.parametrize("content", WAYS.values(), ids=list(WAYS))
def test_dark_on_light_whatever_the_file_is(content: bytes) -> None:
    (found,) = pages(content)
    assert (found.mode, found.size) == ("RGB", (40, 30))
    ground, ink = found.getpixel((8, 15)), found.getpixel((32, 15))
    assert min(ground) > 225 and max(ink) < 30, (ground, ink)  # type: ignore[type-var]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
@pytest.mark.parametrize("turned", [3, 6, 8])
def test_upright_by_what_the_file_says_of_itself(kind: str, turned: int) -> None:
    """What it looks like is 30 × 40 or 40 × 30, with a black corner at the top left."""
    upright = Pillow.new("RGB", (40, 30) if turned == 3 else (30, 40), "white")
    upright.paste("black", (0, 0, 12, 12))
    back = {3: Pillow.Transpose.ROTATE_180, 6: Pillow.Transpose.ROTATE_90, 8: Pillow.Transpose.ROTATE_270}
    exif = Pillow.Exif()
    exif[0x0112] = turned
    content = saved(upright.transpose(back[turned]), kind, exif=exif.tobytes())
    (page,) = picture_pages(content, ImageBounds())
    assert (page.pixels.size, page.width, page.height) == (upright.size, *upright.size)
    assert max(page.pixels.getpixel((4, 4))) < 60  # type: ignore[type-var]
    smaller = next(picture_pages(content, ImageBounds(side=20)))
    assert (smaller.width, smaller.height) == upright.size and max(smaller.pixels.size) == 20
    assert max(smaller.pixels.getpixel((2, 2))) < 60  # type: ignore[type-var]


def test_every_page_of_a_tiff_but_not_its_previews() -> None:
    shades = [Pillow.new("L", (20 + 10 * number, 10), 60 * number) for number in range(4)]
    content = saved(shades[0], "TIFF", shades[1:])
    assert [page.size for page in pages(content)] == [(20, 10), (30, 10), (40, 10), (50, 10)]
    assert [page.getpixel((5, 5)) for page in pages(content)] == [(60 * one,) * 3 for one in range(4)]
    assert count_pages(content, ImageBounds()) == 4
    with pytest.raises(ImageError) as caught:
        pages(content, frames=3)
    assert (caught.value.reason, caught.value.values["limit"]) == ("frames", 3)
    assert clean_bytes(content, ImageBounds()).file.width == 20  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("mode", "kind", "options", "most"),
    [
        ("RGBA", "PNG", {}, 9600),
        ("RGB", "JPEG", {}, 9600),
        ("RGB", "JPEG", {"progressive": True}, 9600 * 6 // 7),
        ("CMYK", "JPEG", {"progressive": True}, 6400),
        ("RGB", "HEIF", {}, 6400),
        ("RGBA", "AVIF", {}, 9600 * 6 // 13),
        ("RGB", "WEBP", {}, 9600 * 6 // 17),
    ],
)
def test_kinds_whose_decoders_hold_more_may_have_fewer_pixels(
    mode: str, kind: str, options: dict[str, object], most: int
) -> None:
    content = [saved(Pillow.new(mode, (width, 64)), kind, **options) for width in (most // 64, most // 64 + 1)]
    assert len(pages(content[0], pixels=9600)) == 1
    with pytest.raises(ImageError) as caught:
        pages(content[1], pixels=9600)
    assert caught.value.reason == "pixels"


def test_a_preview_in_a_tiff_is_no_page() -> None:
    written = io.BytesIO()
    whole, preview = Pillow.new("L", (40, 30), 10), Pillow.new("L", (4, 3), 10)
    preview.encoderinfo = {"tiffinfo": {254: 1}}
    whole.save(written, "TIFF", save_all=True, append_images=[preview])
    assert [page.size for page in pages(written.getvalue())] == [(40, 30)]


def test_a_page_beyond_the_bound_is_refused_with_its_size() -> None:
    content = saved(Pillow.new("1", (10, 10)), "TIFF", [Pillow.new("1", (500, 400))])
    with pytest.raises(ImageError) as caught:
        pages(content, pixels=10_000)
    assert caught.value.values == {"file": "", "width": 500, "height": 400, "limit": 0}


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF", "HEIF"])
def test_the_first_picture_of_several(kind: str) -> None:
    first, second = Pillow.new("RGB", (64, 64), "red"), Pillow.new("RGB", (64, 64), "blue")
    (found,) = pages(saved(first, kind, [second]))
    red, _, blue = found.getpixel((5, 5))  # type: ignore[misc]
    assert red > 200 and blue < 60


def test_the_chosen_photo_of_a_burst() -> None:
    shots = [Pillow.new("RGB", (64, 64), colour) for colour in ("red", "blue", "red")]
    (found,) = pages(saved(shots[0], "HEIF", shots[1:], primary_index=1))
    assert found.getpixel((9, 9))[2] > 200  # type: ignore[index]


def test_fifty_megapixels_are_made_smaller_and_it_is_known() -> None:
    content = saved(Pillow.new("L", (8200, 6100), 200), "JPEG")
    image = clean_bytes(content, ImageBounds())
    assert size(image) == (3072, 2285)
    assert (image.file.width, image.file.height) == (8200, 6100)  # type: ignore[union-attr]


async def test_what_a_model_is_sent_says_from_what_it_was_made_smaller_and_its_name() -> None:
    image = clean_bytes(saved(Pillow.new("L", (5000, 2500), 200), "PNG"), ImageBounds())
    assert image.file is not None
    named = replace(image, file=replace(image.file, name="pizarra.png"))
    fitted = await fit_images(Request(model=SIDED, messages=(Message("user", (named, Text("?"))),)))
    (change,) = fitted.changes
    assert change.values == {"before": "5000 × 2500", "after": "3072 × 1536", "file": "pizarra.png"}
    (sent,) = fitted.request.messages[0].images
    assert sent.name == "pizarra.png" and sent == image


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "CMYK", "I;16"])
def test_made_smaller_some_rows_at_a_time_as_at_once(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    dots = np.random.default_rng(7).integers(0, 256, (90, 130, 4), dtype=np.uint8)
    colours, greys = Pillow.fromarray(dots), np.ascontiguousarray(dots[:, :, 0])
    whole = {
        "RGBA": colours,
        "LA": colours.convert("LA"),
        "I;16": Pillow.fromarray(greys.astype(np.uint16) * 257),
    }.get(mode) or colours.convert("RGB").convert(mode)
    plain = {"I;16": Pillow.fromarray(greys), "LA": whole.convert("RGBA")}.get(mode, whole)
    monkeypatch.setattr(pixels, "_AT_ONCE", 130 * 7)
    assert (
        pixels._made_smaller(whole, (65, 40)).tobytes() == plain.resize((65, 40), Pillow.Resampling.LANCZOS).tobytes()
    )


@pytest.mark.parametrize(
    ("shape", "kept"),
    [
        ((4000, 3000), (3072, 2304)),
        ((3000, 2000), (3000, 2000)),
        ((1080, 9000), (1064, 8868)),
        ((1080, 2400), (1080, 2400)),
        ((2, 800), (2, 800)),
        ((1, 100_000), (1, 48_000)),
        ((90_000, 900), (30_720, 307)),
        ((12_000, 3000), (3072, 768)),
    ],
)
def test_a_strip_keeps_its_width(shape: tuple[int, int], kept: tuple[int, int]) -> None:
    assert kept_size(*shape, 3072) == kept


def test_a_kind_is_told_by_its_bytes() -> None:
    told = {recognise_picture(content) for content in WAYS.values()}
    assert told == {"PNG", "WEBP", "TIFF", "GIF", "JPEG", "BMP", "HEIF", "AVIF"}
    big = b"II+\0\x08\0\0\0" + (16).to_bytes(8, "little")
    assert recognise_picture(big) == "TIFF"
    for content in (b"BM, a bank", b"II*\0", b"\0\0\0\x18ftypisom", b"RIFF1234WAVE", b"", b"GIF"):
        assert recognise_picture(content) is None
    assert len(set(SUFFIXES)) == 11


def test_without_the_library_a_heic_photo_is_called_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "find_spec", lambda name: None)
    with pytest.raises(ImageError) as caught:
        image_kind(WAYS["HEIC"])
    assert caught.value.reason == "heic"


@pytest.mark.filterwarnings("ignore")  # what Pillow thinks of them is in what it raises
@pytest.mark.parametrize("name", list(WAYS))
def test_half_a_file_has_a_name_for_what_it_is(name: str) -> None:
    content = WAYS[name]
    for end in (len(content) // 2, len(content) - 1, 40, 20):
        try:
            pages(content[:end])
        except ImageError as error:
            assert error.reason in ("damaged", "kind", "pixels")


def test_a_colour_profile_of_a_cmyk_picture_that_is_none_changes_nothing() -> None:
    content = saved(GREY.convert("CMYK"), "JPEG", quality=95, icc_profile=b"no profile" * 9)
    (found,) = pages(content)
    assert min(found.getpixel((8, 15))) > 225  # type: ignore[type-var]
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    (same,) = pages(saved(GREY, "PNG", icc_profile=profile))
    assert max(same.getpixel((32, 15))) < 30  # type: ignore[type-var]


def test_pillow_is_told_our_own_bound() -> None:
    pages(hostile.saved(hostile.drawn(), "PNG"))
    assert pixels.Pillow.MAX_IMAGE_PIXELS is None
