"""Names of files as they are shown, and told apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from itertools import count
from pathlib import PurePosixPath

_LONGEST_NAME = 200
_DRIVE = re.compile("[A-Za-z]:")
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def safe_name(name: str) -> str:
    """A file's name or path for showing: no control or direction characters, no `..`, no drive, not endless; letters
    with accents as one character, as macOS does not write them."""
    parts = _UNWANTED.sub("", unicodedata.normalize("NFC", name)).replace("\\", "/").split("/")
    if len(parts) > 1 and _DRIVE.fullmatch(parts[0]):
        del parts[0]
    kept = "/".join(part.strip() for part in parts if part.strip() not in {"", ".", ".."})
    return kept[-_LONGEST_NAME:] or "?"


def numbered_name(name: str, taken: Container[str]) -> str:
    """The name, or where it is taken, with the first number that is free: `notes (2).txt`."""
    if name not in taken:
        return name
    path = PurePosixPath(name)
    tried = (str(path.with_name(f"{path.stem} ({number}){path.suffix}")) for number in count(2))
    return next(one for one in tried if one not in taken)


def is_called(name: str, said: str) -> bool:
    """`said` is the name, or its end: a file of an archive or folder may be called without it."""
    said = unicodedata.normalize("NFC", said)
    return name == said or name.endswith(f"/{said}")
