"""File formats, one file a format, found here by its name. A loader's module has `SUFFIXES`, `claims` and `load`.

Loaders run in a parser process, on files of strangers: what they raise is that file's error and nobody else's. They
import their libraries where they use them, so that the page may ask for the suffixes.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache, cached_property
from importlib import import_module
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.documents import DocumentPage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Claim(IntEnum):
    """How sure a loader is that a file is of its format."""

    NONE = 0
    READABLE = 1
    """It could be read so, for want of a better way."""
    NAMED = 2
    """Its suffix says so, and its content does not contradict."""
    CERTAIN = 3
    """Its content says so."""


Picture: TypeAlias = "NDArray[np.uint8]"
"""Height × width × 3: blue, green, red."""
PictureReader: TypeAlias = Callable[[Picture], str]
"""Finds the text in a picture."""


@dataclass(frozen=True)
class Source:
    """A file as a loader sees it. Without `read`, text in pictures is not read."""

    name: str
    content: bytes = field(repr=False)
    bounds: DocumentBounds = field(default_factory=DocumentBounds)
    read: PictureReader | None = None

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix.lower()

    @cached_property
    def text(self) -> str | None:
        """The content as text, without a byte order mark; `None` where it is none."""
        from playground.tabs.rag.lab.reading.decoding import decode

        return decode(self.content)

    @cached_property
    def parts(self) -> frozenset[str]:
        """The names of what is in it, where it is a ZIP archive; empty where not."""
        from playground.tabs.rag.lab.reading.zipped import part_names

        return part_names(self.content)


class Loader(Protocol):
    """A module of this folder. It may have a `VERSION`: see `version`."""

    SUFFIXES: tuple[str, ...]

    def claims(self, source: Source) -> Claim: ...

    def load(self, source: Source) -> Iterator[DocumentPage]:
        """The pages, numbered from 1, each with what was left out of it. Raises `UnreadableDocument`, or anything at
        all for a damaged file."""
        ...


@cache
def names() -> tuple[str, ...]:
    """The formats there are."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__)))


def loader(name: str) -> Loader:
    """Raises `KeyError` for a name that is none."""
    if name not in names():
        raise KeyError(name)
    return cast(Loader, import_module(f"{__name__}.{name}"))


def version(name: str) -> int:
    """Counts up when what a loader reads of a file improves: who added one before is offered to have it read again.
    1 for the first version, and for a format that is gone."""
    return int(getattr(loader(name), "VERSION", 1)) if name in names() else 1


def suffixes() -> tuple[str, ...]:
    """What file names of these formats end with, for a file dialogue; `.zip` is among them."""
    return tuple(sorted({".zip", *(suffix for name in names() for suffix in loader(name).SUFFIXES)}))


def recognise(source: Source) -> str | None:
    """The format of a file, by its content first and its suffix second; `None` where no loader claims it."""
    claim, found = max((loader(name).claims(source), name) for name in names())
    return None if claim is Claim.NONE else found
