"""Images that are not what they seem, and photos that say too much. All made here."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache, reduce

import numpy as np
from PIL import Image, ImageCms, ImageDraw


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    content = io.BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()


def drawn(size: tuple[int, int] = (120, 80), mode: str = "RGB") -> Image.Image:
    """The left half red, the right half blue, a white corner at the top left."""
    picture = Image.new("RGB", size, "blue")
    draw = ImageDraw.Draw(picture)
    draw.rectangle([0, 0, size[0] // 2 - 1, size[1]], fill="red")
    draw.rectangle([0, 0, size[0] // 8, size[1] // 8], fill="white")
    return picture if mode == "RGB" else picture.convert(mode)


def photo_with_location() -> bytes:
    """A JPEG of 120 × 80 that a phone took upright: orientation, camera, place, XMP, a colour profile, a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° to the right to see it upright
    exif[0x010F] = "Aula Camera"
    exif.get_ifd(0x8825).update({1: "N", 2: (40.0, 26.0, 46.0), 3: "W", 4: (3.0, 41.0, 24.0)})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta><author>a pupil</author></x:xmpmeta>"
    return saved(
        drawn(), "JPEG", quality=95, exif=exif, icc_profile=profile, comment=b"a private comment",
        extra=b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp,
    )  # fmt: skip


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, rows: bytes, depth: int = 8, colour: int = 0, *more: bytes, times: int = 1) -> bytes:
    """`rows` are the pixels, or what they are `times` over."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = (chunk(b"IHDR", head), *more, chunk(b"IDAT", compress(rows, times)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def compress(content: bytes, times: int) -> bytes:
    """`zlib.compress(content * times, 9)`, but that each is compressed for itself: only the first has to be."""
    packer = zlib.compressobj(9, wbits=-15)
    once = packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = reduce(lambda so_far, _: zlib.adler32(content, so_far), range(times), 1)
    return b"\x78\xda" + once * times + packer.flush(zlib.Z_FINISH) + struct.pack(">I", checksum)


@cache
def pixel_bomb() -> bytes:
    """20,000 × 20,000 grey pixels in half a megabyte."""
    return png(20_000, 20_000, b"\0" * (20_001 * 1_000), times=20)


@cache
def small_header_bomb() -> bytes:
    """Says 10 × 10 and unpacks to a hundred megabytes."""
    return png(10, 10, b"\0" * 5_000_000, times=20)


def truncated() -> bytes:
    whole = saved(Image.effect_noise((300, 200), 60).convert("RGB"), "JPEG")
    return whole[: len(whole) // 3]


def animation(frames: int) -> bytes:
    """A GIF: one picture of 4 × 4, again and again."""
    one = saved(Image.new("P", (4, 4), 1), "GIF")
    start = one.index(b"\x2c")
    return one[:start] + one[start:-1] * frames + b"\x3b"


def cmyk() -> bytes:
    return saved(drawn(mode="CMYK"), "JPEG", quality=95)


def sixteen_bits() -> bytes:
    """Greys from black to white, left to right."""
    row = np.linspace(0, 65535, 64).astype(np.uint16)
    return saved(Image.fromarray(np.tile(row, (16, 1))), "PNG")


def palette_with_transparency() -> bytes:
    picture = Image.new("P", (20, 10), 0)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    picture.paste(1, (10, 0, 20, 10))
    return saved(picture, "PNG", transparency=0)


def polyglot() -> bytes:
    """A PNG that is a web page with a script too."""
    page = b"<html><script>alert(1)</script></html>"
    return saved(drawn(), "PNG") + page


SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
HTML = b"<!doctype html><html><body>not a picture</body></html>"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + b"\0" * 100
