"""Names of files as they are shown."""

from __future__ import annotations

import re

_LONGEST_NAME = 200
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def safe_name(name: str) -> str:
    """A file's name or path for showing: no control or direction characters, no `..`, not endless."""
    parts = _UNWANTED.sub("", name).replace("\\", "/").split("/")
    kept = "/".join(part.strip() for part in parts if part.strip() not in {"", ".", ".."})
    return kept[-_LONGEST_NAME:] or "?"
