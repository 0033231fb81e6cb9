"""What is wrong with what is asked about pictures."""

from __future__ import annotations

from providers.errors import InputError, LimitExceeded


class VisionError(InputError, code="input_error"):
    """No picture, none of that name, no model that sees, or a sentence without a place for the label."""

    reasons = ("no_image", "picture", "sample", "blind", "template")


class PictureLimit(LimitExceeded, code="limit_exceeded"):
    """Values: limit."""

    reasons = ("pictures",)
