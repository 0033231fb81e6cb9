"""Files of which OCR may read more than was read: kept for a while, so that none is uploaded twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from playground.asking.upload import Upload
from playground.page.program import Who
from playground.tabs.rag.lab.documents import BY_OCR
from playground.tabs.rag.lab.errors import READ_BY_OCR
from playground.tabs.rag.lab.reading.file_names import safe_name
from playground.tabs.rag.visit.values import Ingest
from playground.visitors.expiring import Expiring


@dataclass(frozen=True, slots=True)
class WaitingScan:
    """A file that was uploaded, and those in it (itself, or files of an archive) of which OCR may read more."""

    upload: Upload
    names: tuple[str, ...]


Scanned = Expiring[tuple[WaitingScan, ...]]
"""By visitor: files that were read in part or not at all, kept for a while so that OCR may read them without a second
upload."""


def keep_scanned() -> Scanned:
    """For a quarter of an hour, of the last few visitors who had some: their files are held in memory."""
    return Expiring(900.0, 8)


def waiting_scans(taken: Sequence[Upload], latest: Ingest) -> tuple[WaitingScan, ...]:
    """The files of which OCR may read more, or the archives that they came in."""
    names = [one.name for one in latest.rejected if one.failure.key in READ_BY_OCR]
    names += [one.came for one in latest.incomplete if any(left.kind in BY_OCR for left in one.omissions)]
    waiting = (WaitingScan(one, tuple(name for name in dict.fromkeys(names) if _holds(one, name))) for one in taken)
    return tuple(one for one in waiting if one.names)


def still_waiting(kept: Scanned, who: Who, done: str) -> tuple[str, ...]:
    """The names that are left once that one is read; they stay within reach."""
    before = kept.get(who.visitor) or ()
    after = tuple(replace(one, names=tuple(name for name in one.names if name != done)) for one in before)
    kept.put(who.visitor, tuple(one for one in after if one.names))
    return names_of(after)


def names_of(scans: Sequence[WaitingScan]) -> tuple[str, ...]:
    """Of what OCR may read, each once."""
    return tuple(dict.fromkeys(name for one in scans for name in one.names))


def _holds(file: Upload, name: str) -> bool:
    """It is that file, or the archive that it came in."""
    return name == (own := safe_name(file.name)) or name.startswith(f"{own}/")
