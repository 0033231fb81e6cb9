"""What is wrong with an upload."""

from __future__ import annotations

from providers.errors import InputError


class UploadError(InputError, code="input_error"):
    """It is no file of ours, or there are too many. Values: limit."""

    reasons = ("document", "files")
