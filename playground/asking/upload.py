"""A visitor's file, and one that was refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from providers.errors import Failure


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, under its own name."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file that could not be taken, and why: the key and values of a text of `assets/locale`."""

    name: str
    failure: Failure
    archive: str = ""
    """The name of the ZIP archive that it came in."""
