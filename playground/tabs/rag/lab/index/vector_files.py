"""The vectors in SQLite, a file a collection, searched exactly: every cosine is computed.

There is no graph that a kill could leave half written, and nothing native that trusts what it reads: what was committed
is there after a kill, each vector has a checksum, and a damaged file is an error that can be caught. The journal is the
one that is gone after each commit, not the write-ahead log: then the header of a file tells whether it has changed.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
import zlib
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playground.sqlite import WAIT, StorageFailed, failures, writing
from playground.tabs.rag.lab.errors import IndexFailed
from playground.tabs.rag.lab.index.old_chroma import OldChroma
from playground.tabs.rag.lab.index.store import PREFIX, Vectors

KEPT = 256 * 2**20
"""Bytes of vectors held in memory, those searched last: 10,000 of 384 numbers are 15 MB, and are read in 0.1 s."""
_SUFFIX = ".sqlite"
_DAMAGED = ".damaged"
_NUMBERS = np.dtype("<f4")
_LONGEST = 2**20
"""Bytes of a value: a damaged length reserves no memory."""
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG}
"""What SQLite says of a file that is none of its, that contradicts itself, or that lacks the tables made here."""
_TABLES = (
    """create table if not exists vector (
        id text primary key, document text not null, value blob not null, crc integer not null)""",
    "create index if not exists vectors_of on vector (document)",
)
_BEGINNING = b"SQLite format 3\0", b"\1\1"
"""Bytes 0 to 15 and 18 to 19. Another journal than the one used here is damage that writing alone would notice."""
_HEADER = 100
"""Bytes of SQLite's header: a counter of commits is among them, and a number drawn when the file was begun."""


@dataclass(frozen=True)
class _Matrix:
    """All vectors of a collection, shape (n, dimensions), and of which chunk and document each is."""

    header: bytes
    """Of the file, no later than what was read from it."""
    ids: tuple[str, ...]
    documents: NDArray[np.int32]
    """Shape (n,): places in `digests`."""
    digests: dict[str, int]
    vectors: Vectors

    @cached_property
    def rows(self) -> dict[str, int]:
        return {one: row for row, one in enumerate(self.ids)}

    def of(self, digests: Sequence[str]) -> NDArray[np.bool_]:
        """Which vectors are of these documents, shape (n,)."""
        return np.isin(self.documents, [self.digests[one] for one in digests if one in self.digests])


class VectorFiles:
    """See `VectorStore`. What 0.1.0 kept in this folder is taken over when a collection is first used."""

    def __init__(self, folder: Path, most: int = KEPT) -> None:
        self.folder = folder / "vectors"
        self.most = most
        self._old = OldChroma(folder)
        self._taking, self._lock = threading.Lock(), threading.Lock()
        self._matrices: OrderedDict[str, _Matrix] = OrderedDict()

    def add(self, name: str, ids: Sequence[str], vectors: Vectors, documents: Sequence[str]) -> None:
        self._take_over(name)
        with _open(self._path(name)) as connection, writing(connection):
            _insert(connection, ids, vectors, documents)

    def delete(self, name: str, ids: Sequence[str]) -> None:
        if ids and self._there(name):
            with _open(self._path(name)) as connection, writing(connection):
                connection.executemany("delete from vector where id = ?", ((one,) for one in ids))

    def delete_document(self, name: str, digest: str) -> None:
        if self._there(name):
            with _open(self._path(name)) as connection, writing(connection):
                connection.execute("delete from vector where document = ?", (digest,))

    def renew(self, name: str) -> None:
        """The damaged file is kept beside the new one, for whoever wants to look into it."""
        path = self._path(name)
        with failures():
            _remove_journal(path)
            if path.exists():
                path.replace(path.with_suffix(_DAMAGED))
        self._begin(name)

    def forget(self, prefix: str) -> None:
        old = self._old.names()
        for name in {one for one in (*self._names(), *old) if one.startswith(prefix)}:
            self._remove(name)
            if name in old:
                self._begin(name)

    def keep(self, prefixes: Collection[str]) -> int:
        """What 0.1.0 kept is taken over for all of them, and then goes."""
        kept = tuple(prefixes)
        old = self._old.names()
        for name in old:
            if name.startswith(kept):
                self._take_over(name)
        gone = {one for one in (*self._names(), *old) if one.startswith(PREFIX) and not one.startswith(kept)}
        for name in gone:
            self._remove(name)
        with self._taking, failures():
            self._old.remove()
        return len(gone)

    def size(self, prefix: str) -> int:
        """Journals and damaged files that were kept, too."""
        found = 0
        with failures(), suppress(FileNotFoundError), os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name.startswith(prefix):
                    with suppress(FileNotFoundError):  # deleted this moment
                        found += entry.stat(follow_symlinks=False).st_size
        return found

    def ids(self, name: str) -> set[str]:
        return set(self._matrix(name).ids)

    def vectors(self, name: str, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        matrix = self._matrix(name)
        return {one: matrix.vectors[matrix.rows[one]] for one in ids if one in matrix.rows}

    def nearest(
        self, name: str, vector: Vectors, n: int, within: Sequence[str], without: Sequence[str]
    ) -> list[tuple[str, float]]:
        matrix = self._matrix(name)
        if not matrix.ids:
            return []
        if len(vector) != matrix.vectors.shape[1]:
            raise IndexFailed("index")
        # Not `@`: BLAS would split it over all cores and wait for the slowest of them, 15 ms for 1 where they are busy.
        cosines = np.einsum("ij,j->i", matrix.vectors, vector.astype(np.float32))
        if within or without:
            cosines = np.where(matrix.of(within) if within else ~matrix.of(without), cosines, -np.inf)
        best = np.argpartition(-cosines, n - 1)[:n] if n < len(cosines) else np.arange(len(cosines))
        best = best[np.argsort(-cosines[best], kind="stable")]
        return [(matrix.ids[row], float(cosines[row])) for row in best if np.isfinite(cosines[row])]

    def close(self) -> None:
        with self._lock:
            self._matrices.clear()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{_SUFFIX}"

    def _names(self) -> set[str]:
        kept = self.folder.glob(f"{PREFIX}*") if self.folder.is_dir() else ()
        return {path.stem for path in kept if path.suffix in (_SUFFIX, _DAMAGED)}

    def _there(self, name: str) -> bool:
        self._take_over(name)
        return self._path(name).exists()

    def _begin(self, name: str) -> None:
        """An empty file, so that what 0.1.0 kept of it is not taken over once more."""
        with _open(self._path(name)):
            pass

    def _remove(self, name: str) -> None:
        path = self._path(name)
        with self._lock:
            self._matrices.pop(name, None)
        with failures():
            _remove_journal(path)
            path.unlink(missing_ok=True)
            path.with_suffix(_DAMAGED).unlink(missing_ok=True)

    def _take_over(self, name: str) -> None:
        """From 0.1.0's database, unless it was before; where that does not give them, they are embedded anew."""
        path = self._path(name)
        if path.exists() or name not in self._old.names():
            return
        with self._taking:
            if path.exists():
                return
            ids, vectors, documents = self._old.read(name)
            begun = path.with_suffix(".begun")
            with failures():
                begun.unlink(missing_ok=True)
            with _open(begun) as connection, writing(connection):
                _insert(connection, ids, vectors, documents)
            with failures():
                begun.replace(path)

    def _matrix(self, name: str) -> _Matrix:
        """As it is in the file now, read only where that has changed."""
        self._take_over(name)
        header = _header(self._path(name))
        if header is None:
            return _Matrix(b"", (), np.zeros(0, np.int32), {}, np.zeros((0, 0), np.float32))
        with self._lock:
            kept = self._matrices.get(name)
            if kept is not None and kept.header == header:
                self._matrices.move_to_end(name)
                return kept
        if header and (header[:16], header[18:20]) != _BEGINNING:
            raise IndexFailed("index")
        with _open(self._path(name)) as connection:
            read = _read(connection, header)
        with self._lock:
            self._matrices[name] = read
            self._matrices.move_to_end(name)
            while len(self._matrices) > 1 and sum(one.vectors.nbytes for one in self._matrices.values()) > self.most:
                self._matrices.popitem(last=False)
        return read


def _insert(connection: sqlite3.Connection, ids: Sequence[str], vectors: Vectors, documents: Sequence[str]) -> None:
    values = [np.ascontiguousarray(one, _NUMBERS).tobytes() for one in vectors]
    rows = list(zip(ids, documents, values, strict=True))
    connection.executemany(
        "insert or replace into vector values (?, ?, ?, ?)", ((*row, _checksum(*row)) for row in rows)
    )


def _checksum(one: str, digest: str, value: bytes) -> int:
    return zlib.crc32(value, zlib.crc32(f"{one} {digest}".encode()))


def _header(path: Path) -> bytes | None:
    with failures():
        try:
            with path.open("rb") as file:
                return file.read(_HEADER)
        except FileNotFoundError:
            return None


def _read(connection: sqlite3.Connection, header: bytes) -> _Matrix:
    """Raises `IndexFailed("index")` for what is not as it was written, and for vectors of different lengths."""
    rows = connection.execute("select id, document, value, crc from vector order by rowid").fetchall()
    length = len(rows[0][2]) if rows and isinstance(rows[0][2], bytes) else 0
    vectors = np.empty((len(rows), length // _NUMBERS.itemsize), _NUMBERS)
    documents, digests = np.empty(len(rows), np.int32), dict[str, int]()
    for row, (one, digest, value, crc) in enumerate(rows):
        if not isinstance(value, bytes) or len(value) != length or _checksum(one, digest, value) != crc:
            raise IndexFailed("index")
        vectors[row] = np.frombuffer(value, _NUMBERS)
        documents[row] = digests.setdefault(digest, len(digests))
    return _Matrix(header, tuple(row[0] for row in rows), documents, digests, vectors)


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    """For as long as one thing takes: nothing is left open when the program is killed, or a visitor's folder goes."""
    try:
        with failures():
            path.parent.mkdir(parents=True, exist_ok=True)
        with failures(), closing(sqlite3.connect(path, timeout=WAIT, isolation_level=None)) as connection:
            connection.text_factory = _text
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
            connection.execute("pragma synchronous = full")  # what is acknowledged survives a power cut
            if not connection.execute("pragma user_version").fetchone()[0]:
                with writing(connection):
                    for table in _TABLES:
                        connection.execute(table)
                    connection.execute(f"pragma user_version = {1 + secrets.randbelow(2**31 - 1)}")
            yield connection
    except StorageFailed as error:
        if getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF in _DAMAGE:
            raise IndexFailed("index") from error
        raise
    except UnicodeDecodeError as error:  # Python's, of an error of SQLite's that quotes a damaged schema
        raise IndexFailed("index") from error


def _text(value: bytes) -> str:
    """Noise is no reason to fail: its checksum tells."""
    return value.decode("utf-8", "replace")


def _remove_journal(path: Path) -> None:
    path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
