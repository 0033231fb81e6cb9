"""Images that visitors might choose."""

from __future__ import annotations

import io

from PIL import Image as Pillow

PLACE = "41.38 N 2.17 E"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def png(width: int = 60, height: int = 40, colour: str = "red") -> bytes:
    written = io.BytesIO()
    Pillow.new("RGB", (width, height), colour).save(written, "PNG")
    return written.getvalue()


def photo(width: int = 60, height: int = 40) -> bytes:
    """A JPEG that lies on its side and says where it was taken."""
    exif = Pillow.Exif()
    exif[0x0112] = 6  # turn it by 90° to see it upright
    exif[0x010E] = PLACE
    written = io.BytesIO()
    Pillow.new("RGB", (width, height), "blue").save(written, "JPEG", exif=exif)
    assert PLACE.encode() in written.getvalue()
    return written.getvalue()
