"""A visitor's file."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, under its own name."""

    name: str
    content: bytes = field(repr=False)
