"""What visitors upload becomes clean pixels or a named error. The bytes are judged, never the name."""

from __future__ import annotations

import asyncio
import io
import os
import resource
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from playground.asking.images import bounded
from playground.asking.images.bounded import BoundedProgram, run_program
from playground.asking.images.clean import PROGRAM, clean, clean_file
from playground.asking.images.cleaning import clean_bytes
from playground.asking.images.pixels import ImageBounds, more_frames
from providers.errors import ImageError
from providers.types import Image
from tests.playground.asking import hostile_images as hostile

SMALL = ImageBounds(side=64)


def pixels(image: Image) -> Pillow.Image:
    with Pillow.open(io.BytesIO(image.content)) as opened:
        assert opened.get_format_mimetype() == image.mime
        assert opened.mode == "RGB"
        opened.load()
        return opened.copy()


def near(colour: tuple[int, ...], expected: tuple[int, int, int], by: int = 30) -> bool:
    return all(abs(one - other) <= by for one, other in zip(colour, expected, strict=True))


RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (hostile.saved(hostile.drawn(), "PNG"), "image/png"),
        (hostile.saved(hostile.drawn(), "JPEG", quality=95, subsampling=0), "image/jpeg"),
        (hostile.saved(hostile.drawn(), "WEBP", lossless=True), "image/jpeg"),
        (hostile.saved(hostile.drawn(), "GIF"), "image/png"),
        (hostile.saved(hostile.drawn(mode="RGBA"), "PNG"), "image/png"),
        (hostile.saved(hostile.drawn(mode="P"), "PNG"), "image/png"),
        (hostile.polyglot(), "image/png"),
        (hostile.cmyk(), "image/jpeg"),
    ],
    ids=["png", "jpeg", "webp", "gif", "rgba", "palette", "polyglot", "cmyk"],
)
async def test_what_can_be_used(content: bytes, mime: str) -> None:
    image = await clean(content, "whatever.xyz")
    assert image.mime == mime
    found = pixels(image)
    assert found.size == (120, 80)
    assert near(found.getpixel((30, 60)), RED), found.getpixel((30, 60))  # type: ignore[arg-type]
    assert near(found.getpixel((90, 60)), BLUE)  # type: ignore[arg-type]
    assert b"<script>" not in image.content


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (hostile.SVG, "svg"),
        (hostile.HTML, "kind"),
        (hostile.HEIC, "damaged"),
        (b"BM" + b"\0" * 100, "kind"),
        (b"II*\0" + b"\0" * 100, "kind"),
        (b"%PDF-1.7", "kind"),
        (hostile.truncated(), "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (hostile.saved(hostile.drawn(), "PNG")[:60], "damaged"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 50, "damaged"),
        (b"GIF89a" + b"\xff" * 50, "damaged"),
        (b"RIFF\x20\0\0\0WEBPVP8 " + b"\xff" * 50, "damaged"),
        (hostile.pixel_bomb(), "pixels"),
        (hostile.png(2**31 - 1, 2**31 - 1, b"\0"), "pixels"),
        (hostile.animation(10_000), "frames"),
    ],
)  # fmt: skip
async def test_what_cannot_be_used_is_named(content: bytes, reason: str) -> None:
    with pytest.raises(ImageError) as caught:
        await clean(content, "x" * 200 + ".png")
    assert caught.value.reason == reason
    assert caught.value.values["file"] == "x" * 80


async def test_a_picture_says_its_size_where_it_is_too_large() -> None:
    with pytest.raises(ImageError) as caught:
        await clean(hostile.pixel_bomb(), "bomb.png")
    assert caught.value.values == {"file": "bomb.png", "width": 20_000, "height": 20_000, "limit": 80}


def test_more_data_than_the_header_says_is_not_unpacked() -> None:
    """Ten pixels and a hundred megabytes: read within bounds, whether it is taken or refused."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        found = pixels(clean_bytes(hostile.small_header_bomb(), ImageBounds()))
        assert found.size == (10, 10)
    except ImageError as error:
        assert error.reason == "damaged"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # KiB


async def test_a_file_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "long.png"
    with file.open("wb") as content:
        content.truncate(10**9)
    with pytest.raises(ImageError) as caught:
        await clean_file(file)
    assert caught.value.values == {"file": "long.png", "limit": 25}
    with pytest.raises(ImageError) as named:
        await clean(b"\x89PNG\r\n\x1a\n" + b"\0" * 5000, "a.png", ImageBounds(bytes=4000))
    assert named.value.reason == "bytes"


def test_a_phones_photo_stands_upright_and_keeps_its_secrets() -> None:
    found = clean_bytes(hostile.photo_with_location(), ImageBounds())
    picture = pixels(found)
    assert picture.size == (80, 120)
    # Turned by 90° to the right: what was left is above, and the white corner is at the top right.
    assert near(picture.getpixel((40, 30)), RED)  # type: ignore[arg-type]
    assert near(picture.getpixel((40, 90)), BLUE)  # type: ignore[arg-type]
    assert near(picture.getpixel((77, 3)), WHITE)  # type: ignore[arg-type]
    for secret in (b"Exif", b"Aula Camera", b"adobe", b"ICC_PROFILE", b"private"):
        assert secret not in found.content
    with Pillow.open(io.BytesIO(found.content)) as opened:
        assert opened.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}


def test_texts_in_a_png_go_too() -> None:
    more = (hostile.chunk(b"tEXt", b"Author\0a pupil"), hostile.chunk(b"eXIf", b"II*\0\x08\0\0\0" + b"\0" * 6))
    content = hostile.png(2, 1, b"\0\x00\xff", 8, 0, *more)
    found = clean_bytes(content, ImageBounds())
    assert b"pupil" in content
    assert b"pupil" not in found.content
    assert b"tEXt" not in found.content
    assert b"eXIf" not in found.content


def test_greys_of_sixteen_bits_keep_their_shades() -> None:
    values = np.asarray(pixels(clean_bytes(hostile.sixteen_bits(), ImageBounds())))[0, :, 0].astype(int)
    assert values[0] == 0
    assert values[-1] == 255
    assert np.all(np.diff(values) >= 0)
    assert 120 < values[32] < 136


def test_what_is_transparent_is_white() -> None:
    found = pixels(clean_bytes(hostile.palette_with_transparency(), ImageBounds()))
    assert found.getpixel((3, 3)) == WHITE
    assert found.getpixel((15, 3)) == RED


def test_colours_of_another_profile_become_srgb() -> None:
    """A profile that swaps what its numbers mean: the green of it is not (0, 255, 0) in sRGB."""
    from PIL import ImageCms

    picture = Pillow.new("RGB", (8, 8), (200, 120, 60))
    same = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = pixels(clean_bytes(hostile.saved(picture, "PNG", icc_profile=same), ImageBounds()))
    assert near(plain.getpixel((4, 4)), (200, 120, 60), 2)  # type: ignore[arg-type]
    broken = pixels(clean_bytes(hostile.saved(picture, "PNG", icc_profile=b"not a profile" * 20), ImageBounds()))
    assert near(broken.getpixel((4, 4)), (200, 120, 60), 2)  # type: ignore[arg-type]


def test_the_first_picture_of_an_animation() -> None:
    first, second = Pillow.new("RGB", (20, 10), "red"), Pillow.new("RGB", (20, 10), "blue")
    for kind in ("GIF", "WEBP", "PNG"):
        content = hostile.saved(first, kind, save_all=True, append_images=[second])
        assert near(pixels(clean_bytes(content, ImageBounds())).getpixel((5, 5)), RED)  # type: ignore[arg-type]


@pytest.mark.parametrize("frames", [1, 2, 999, 1000, 1001])
def test_frames_are_counted_without_decoding(frames: int) -> None:
    assert more_frames(hostile.animation(frames), 1000) == (frames > 1000)


def test_counting_ends_on_what_is_no_gif() -> None:
    for content in (b"GIF89a", b"GIF89a" + b"\x2c" * 100, hostile.animation(3)[:-5], b"GIF89a" + b"\0" * 1000):
        assert not more_frames(content, 1000)


def test_a_large_picture_becomes_one_that_models_read() -> None:
    content = hostile.saved(hostile.drawn((4000, 1000)), "PNG")
    assert pixels(clean_bytes(content, ImageBounds())).size == (3072, 768)
    assert pixels(clean_bytes(content, SMALL)).size == (64, 16)


def test_a_png_too_large_to_send_becomes_a_jpeg() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (1500, 1500, 3), dtype=np.uint8)
    content = hostile.saved(Pillow.fromarray(noise), "PNG", compress_level=1)
    found = clean_bytes(content, ImageBounds())
    assert found.mime == "image/jpeg"
    assert len(found.content) < 3_500_000 < len(content)


async def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture within all other bounds that needs more memory than the program has."""
    from playground.asking.images import clean as module

    content = hostile.saved(Pillow.new("RGB", (4900, 4900), "white"), "PNG")
    small = BoundedProgram(module=PROGRAM.module, memory=120 * 2**20, seconds=20, patience=120)
    monkeypatch.setattr(module, "PROGRAM", small)
    if sys.platform == "linux":
        with pytest.raises(ImageError) as caught:
            await clean(content, "white.png")
        assert caught.value.reason == "damaged"


async def test_time_is_bounded_and_cancelling_ends_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sleeper.py").write_text(
        "import os, time, pathlib\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(60)\n"
    )
    monkeypatch.setattr(bounded, "ROOT", tmp_path)
    with pytest.raises(ImageError) as caught:
        await run_program(BoundedProgram(module="sleeper", memory=2**30, seconds=20, patience=1), {}, b"x")
    assert (caught.value.reason, caught.value.values["limit"]) == ("slow", 1)
    (tmp_path / "pid").unlink()
    task = asyncio.create_task(
        run_program(BoundedProgram(module="sleeper", memory=2**30, seconds=20, patience=60), {}, b"x")
    )
    for _ in range(200):
        await asyncio.sleep(0.05)
        if (tmp_path / "pid").is_file() and (tmp_path / "pid").read_text():
            break
    pid = int((tmp_path / "pid").read_text())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.skipif(os.name != "posix", reason="the system bounds no processor time")
async def test_time_is_the_processors_where_the_computer_has_much_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "turner.py").write_text(
        "from playground.asking.images.serving import serve_task\n"
        "def work(settings, content):\n    while True: pass\n"
        "serve_task(work)\n"
    )
    (tmp_path / "playground").symlink_to(bounded.ROOT / "playground")
    (tmp_path / "providers").symlink_to(bounded.ROOT / "providers")
    monkeypatch.setattr(bounded, "ROOT", tmp_path)
    with pytest.raises(ImageError) as caught:
        await run_program(BoundedProgram(module="turner", memory=2**32, seconds=1, patience=600), {}, b"x")
    assert (caught.value.reason, caught.value.values["limit"]) == ("slow", 1)


async def test_the_program_gets_none_of_our_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-here")
    (tmp_path / "teller.py").write_text("import json, os\nprint(json.dumps({'names': sorted(os.environ)}))\n")
    monkeypatch.setattr(bounded, "ROOT", tmp_path)
    answer = await run_program(BoundedProgram(module="teller", memory=2**30, seconds=20, patience=120), {}, b"")
    assert "OPENAI_API_KEY" not in answer.told["names"]  # type: ignore[operator]
