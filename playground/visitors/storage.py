"""How many bytes are kept on the disk for one visitor, and for all together."""

from __future__ import annotations

import stat
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from playground.visitors.errors import VisitorLimit
from playground.visitors.expiring import Clock, Expiring

_DAY = 86_400.0
"""Seconds: an uploaded file is deleted after a day at the latest."""
_MEASURED = 60.0
"""Seconds for which the size of everything is believed."""
_MB = 1_000_000


def size_of(folder: Path) -> int:
    """Bytes of all files below it."""
    return sum(map(_length, folder.rglob("*")))


def _length(file: Path) -> int:
    """Of one that is deleted this moment, and of a folder, none."""
    try:
        found = file.lstat()
    except OSError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


@dataclass(slots=True)
class Storage:
    """Bounds in bytes; `None` for none. `folder` is where a visitor's files are, `places` where everybody's are.

    Blocks, as all that looks at a disk.
    """

    folder: Callable[[str], Path]
    places: tuple[Path, ...] = ()
    each: int | None = None
    in_all: int | None = None
    uploads: Callable[[str], Iterable[str]] = lambda visitor: ()
    """The paths of what a visitor has uploaded; some may be deleted by now."""
    elsewhere: list[Callable[[str], int]] = field(default_factory=list, repr=False)
    """Bytes that a tab keeps for a visitor outside of the visitor's folder."""
    clock: Clock = time.monotonic
    _coming: Counter[str] = field(default_factory=Counter, init=False, repr=False)
    """Bytes of uploads that are on their way, by name."""
    _from: Expiring[int] = field(init=False, repr=False)
    """Bytes uploaded within a day by those who keep no cookie, by their address."""
    _measured: tuple[float, int] | None = field(default=None, init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        self._from = Expiring(_DAY, clock=self.clock)

    @property
    def bounded(self) -> bool:
        """There is a bound of either kind."""
        return self.each is not None or self.in_all is not None

    def kept_bytes(self, visitor: str) -> int:
        """Bytes in the visitor's folder, of what tabs keep elsewhere, and of what was uploaded and is still there."""
        uploaded = sum(map(_length, map(Path, self.uploads(visitor))))
        return size_of(self.folder(visitor)) + sum(size(visitor) for size in self.elsewhere) + uploaded

    def check(self, visitor: str, coming: int = 0, *, name: str | None = None) -> None:
        """Whether so many bytes more may be kept. `name`: whom uploads are counted of, where that is not the visitor.

        Raises `VisitorLimit("stored")`, "stored_in_all" where the page is full.
        """
        name = name or visitor
        if self.each is not None and self._taken(visitor, name) + coming > self.each:
            raise VisitorLimit("stored", limit=self.each // _MB)
        if self.in_all is not None and self._total() + self._coming.total() + coming > self.in_all:
            raise VisitorLimit("stored_in_all", limit=self.in_all // _MB)

    def _taken(self, visitor: str, name: str) -> int:
        return self.kept_bytes(visitor) + self._coming[name] + (self._from.get(name) or 0)

    @contextmanager
    def coming(self, visitor: str, size: int, name: str) -> Iterator[None]:
        """While an upload is on its way: several at once are counted together. Raises as `check`."""
        with self._lock:
            self.check(visitor, size, name=name)
            self._coming[name] += size
        try:
            yield
        finally:
            with self._lock:
                self._coming[name] -= size
                if not self._coming[name]:
                    del self._coming[name]

    def came(self, size: int, address: str | None) -> None:
        """So many bytes came as a file; from `address`, where that is all that is known of the sender."""
        with self._lock:
            if address is not None:
                self._from.put(address, (self._from.get(address) or 0) + size)
            if self._measured is not None:
                self._measured = self._measured[0], self._measured[1] + size

    def measure_again(self) -> None:
        """Something was deleted."""
        self._measured = None

    def _total(self) -> int:
        now = self.clock()
        if self._measured is None or self._measured[0] + _MEASURED < now:
            self._measured = now, _sizes(self.places)
        return self._measured[1]


def _sizes(places: Iterable[Path]) -> int:
    return sum(size_of(place) for place in places)
