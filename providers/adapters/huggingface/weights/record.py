"""Where a cached model came from, and what was measured of it: written down in its folder."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

RECORD = "record.json"
log = logging.getLogger(__name__)
FORM = 2
"""Of the folders written now: 2 has what OpenVINO reads beside the dense weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsRecord:
    """Where a cached model came from, so that nothing about it has to be guessed later."""

    id: str
    source: str
    """"package", "hub" or "folder"."""
    origin: str
    """The requirement, the repository or the folder."""
    revision: str | None = None
    sha256: str | None = None
    licence: str | None = None
    date: str
    """ISO 8601, UTC."""
    bytes: int
    """Downloaded."""
    files: Mapping[str, int]
    """Length of each file in bytes."""
    versions: Mapping[str, str] = field(default_factory=dict)
    dtype: str | None = None
    """The faster number format on this computer, once it has been measured."""
    engine: str | None = None
    """Of an embedding model, "openvino" or "torch": what computes it quicker on this computer, once measured."""
    nll: Mapping[str, float] = field(default_factory=dict)
    """See `fidelity`."""
    bits: Mapping[str, float] = field(default_factory=dict)
    """Bits per byte of the fixed texts, by their language, once it has been measured."""
    speeds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Tokens a second on this computer, by variant; see `engines.speed`."""
    form: int = 1
    """What else the folder holds; see `FORM`."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each file; none in records of earlier versions."""

    def write(self, folder: Path) -> None:
        """Raises `OSError` for the first one of a folder. A later one, which says what was measured since, is left out
        where the disk does not take it: the model is there all the same, and is measured again another time.
        """
        fresh = folder / f"{RECORD}.new"
        try:
            fresh.write_text(json.dumps(asdict(self), indent=2), "utf-8")
            fresh.replace(folder / RECORD)
        except OSError as error:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
            if not (folder / RECORD).is_file():
                raise
            log.warning("What was measured of a model could not be written down: %s", error.strerror)


def read_record(folder: Path) -> WeightsRecord | None:
    """The record of a cached model; `None` where there is none or it cannot be read."""
    try:
        told = json.loads((folder / RECORD).read_text("utf-8"))
        known = {one.name for one in fields(WeightsRecord)}
        return WeightsRecord(**{name: value for name, value in told.items() if name in known})
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def read_bits(folder: Path) -> Mapping[str, float]:
    """`WeightsRecord.bits`; nothing before they were measured."""
    record = read_record(folder)
    return record.bits if record is not None else {}


def keep_bits(folder: Path, bits: Mapping[str, float]) -> None:
    """In the folder's record, where it has one: a folder of the visitor's is left as it is."""
    if (record := read_record(folder)) is not None:
        replace(record, bits=dict(bits)).write(folder)


def read_measures(folder: Path) -> Mapping[str, float]:
    """What was measured of this folder's variants, by their names; see `fidelity`."""
    record = read_record(folder)
    return record.nll if record is not None else {}
