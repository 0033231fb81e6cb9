"""An SQLite file that several may open at once: how it is opened and written to, and its errors by name."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES, EDQUOT, EFBIG, ENOSPC, EPERM, EROFS
from functools import cache
from pathlib import Path
from typing import ClassVar

from providers.errors import PlaygroundError

WAIT = 10.0
"""Seconds that a writer waits for another one."""
_AGAIN = 0.02
"""Seconds between two tries of what SQLite does not wait for by itself."""
_REASONS = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_READONLY: "denied",
    sqlite3.SQLITE_PERM: "denied",
}
_BY_NUMBER = {ENOSPC: "full", EDQUOT: "full", EFBIG: "full", EACCES: "denied", EPERM: "denied", EROFS: "denied"}
log = logging.getLogger(__name__)


class StorageFailed(PlaygroundError):
    """What is kept for a visitor could not be written or read."""

    reasons: ClassVar[tuple[str, ...]] = ("full", "damaged", "busy", "denied")


def open_database(path: Path) -> sqlite3.Connection:
    """A connection for any thread, with a write-ahead log, so that reading waits for nobody; foreign keys hold.

    On a full disk, which has no room for what connections share of that log, it is the only one: it can be read.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _connect(path)
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_IOERR_SHMSIZE:
            raise
    return _connect(path, alone=True)


def _connect(path: Path, *, alone: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=WAIT, check_same_thread=False, isolation_level=None)
    try:
        if alone:  # SQLite then keeps in memory what it would share
            connection.execute("pragma locking_mode = exclusive")
        _log_ahead(connection)
        connection.execute("pragma foreign_keys = on")
    except BaseException:  # of whatever kind: nobody else can close it
        connection.close()
        raise
    return connection


def _log_ahead(connection: sqlite3.Connection) -> None:
    """A new file changes to its log in one of those who open it; for the others SQLite gives up at once."""
    until = time.monotonic() + WAIT
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
            return
        except sqlite3.OperationalError as error:
            if _reason(error) != "busy" or time.monotonic() > until:
                raise
            time.sleep(_AGAIN)


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction, a writer's from its beginning: a reader who becomes one is refused while another one writes."""
    connection.execute("begin immediate")
    try:
        yield
        connection.execute("commit")
    except BaseException:  # a cancelled task must not leave the file locked either
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("rollback")
        raise


@contextmanager
def failures() -> Iterator[None]:
    """What SQLite and the disk report, as `StorageFailed`.

    A full disk, and one that may not be written, are in the log once: whoever runs the page is to know it.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _storage_failure(_reason(error)) from error
    except OSError as error:
        raise storage_failed(error) from error


def storage_failed(error: OSError) -> StorageFailed:
    """What is told of what the disk reports."""
    return _storage_failure(_BY_NUMBER.get(error.errno or 0))


def _storage_failure(reason: str | None) -> StorageFailed:
    if reason in ("full", "denied"):
        _tell(reason)
    return StorageFailed(reason)


@cache
def _tell(reason: str) -> None:
    """Once for each reason, however many visitors meet it."""
    said = {"full": "The disk is full", "denied": "The disk may not be written"}
    log.error("%s: nothing more is kept for visitors until that is put right.", said[reason])


def _reason(error: sqlite3.Error) -> str | None:
    """sqlite3 tells its errors apart by number only where SQLite itself raised them."""
    code = getattr(error, "sqlite_errorcode", 0)
    return "full" if code == sqlite3.SQLITE_IOERR_SHMSIZE else _REASONS.get(code & 0xFF)
