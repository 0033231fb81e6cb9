"""Why a picture is not taken."""

from __future__ import annotations

from providers.errors import ImageError


class RejectedImage(ImageError, code="image_error"):
    """Values: file; what of it is beyond the limit, and the limit: bytes in MB, pixels in millions, frames, seconds."""

    reasons = ("empty", "bytes", "pixels", "frames", "svg", "heic", "kind", "damaged", "slow")
