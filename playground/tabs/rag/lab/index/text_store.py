"""A visitor's documents in one SQLite file: their pages, and their chunks in each space. Any index is rebuilt from it.

A *space* is an embedding model and a cut. A document is *ready* in a space once all its vectors are in the index; the
commit that says so is the moment from which it is kept. One that is not ready is being added, or was broken off.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playground.sqlite import failures, open_database, writing
from playground.tabs.rag.lab.documents import (
    Chunk,
    Document,
    DocumentPage,
    Omission,
    OmissionTotal,
    omission_totals,
)
from playground.tabs.rag.lab.errors import UnknownDocument
from playground.tabs.rag.lab.index import text_rows as rows

_AT_ONCE = 500
"""Ids in one query: SQLite takes no endless list."""
_DOCUMENTS = """select document.digest, name, format, size,
    (select count(*) from page where page.digest = document.digest),
    (select count(*) from chunk where chunk.digest = document.digest and chunk.space = :space),
    language, coalesce((select version from reading where reading.digest = document.digest), 1), coalesce(ready, 0)
from document left join cutting on cutting.digest = document.digest and cutting.space = :space order by place"""
_CHUNKS = """select chunk.id, chunk.digest, document.name, chunk.page, chunk.start, chunk."end", chunk.text,
    chunk.headings, chunk.tokens, document.language
from chunk join document using (digest) join cutting using (space, digest) where chunk.space = ?"""
_ORDER = " order by document.place, chunk.page, chunk.start"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """A document that is kept. `chunks`: in this space. Not `ready`: it cannot be searched (yet). `version`: of the
    loader that read it."""

    digest: str
    name: str
    format: str
    size: int
    pages: int
    chunks: int
    language: str
    ready: bool
    version: int = 1
    omissions: tuple[OmissionTotal, ...] = ()


class TextStore:
    """The texts, seen from one space. Usable from any thread. All of it raises `StorageFailed`."""

    def __init__(self, path: Path, space: str) -> None:
        self.path, self.space = path, space
        self._lock = threading.RLock()
        self._opened: sqlite3.Connection | None = None

    @property
    def version(self) -> int:
        """Counts up whenever a document becomes ready or goes."""
        with self._reading() as connection:
            return int(connection.execute("select number from version").fetchone()[0])

    def documents(self) -> tuple[StoredDocument, ...]:
        """In the order in which they came."""
        with self._reading() as connection:
            found = connection.execute(_DOCUMENTS, {"space": self.space}).fetchall()
            left_out = _by_document(connection)
        names = ("digest", "name", "format", "size", "pages", "chunks", "language", "version")
        return tuple(
            StoredDocument(
                **dict(zip(names, row[:-1], strict=True)),
                ready=bool(row[-1]),
                omissions=omission_totals(left_out.get(row[0], ())),
            )
            for row in found
        )

    def document(self, digest: str) -> Document:
        """Raises `UnknownDocument("document")`."""
        with self._reading() as connection:
            row = connection.execute(rows.DOCUMENT, (digest,)).fetchone()
            pages = connection.execute(rows.PAGES + " order by number", (digest,)).fetchall()
            version, mark = connection.execute(rows.READING, (digest,)).fetchone() or (1, "")
            left_out = _by_page(connection, digest)
        if row is None:
            raise UnknownDocument("document")
        name, kind, size, language = row
        return Document(
            name=name,
            format=kind,
            digest=digest,
            size=size,
            language=language,
            pages=tuple(rows.page(one, tuple(left_out.get(one[0], ()))) for one in pages),
            version=version,
            mark=mark,
        )

    def page(self, digest: str, number: int) -> DocumentPage:
        """Raises `UnknownDocument("document")`."""
        with self._reading() as connection:
            row = connection.execute(rows.PAGES + " and number = ?", (digest, number)).fetchone()
            left_out = _by_page(connection, digest)
        if row is None:
            raise UnknownDocument("document")
        return rows.page(row, tuple(left_out.get(number, ())))

    def chunks(self, digest: str | None = None, ready: bool = True) -> tuple[Chunk, ...]:
        """Those of one document, or of all; in the documents' order. `ready=False`: also of those that are not."""
        query = _CHUNKS + " and cutting.ready" * ready + " and chunk.digest = ?" * (digest is not None) + _ORDER
        with self._reading() as connection:
            found = connection.execute(query, (self.space, *([digest] if digest is not None else []))).fetchall()
        return tuple(map(rows.chunk, found))

    def by_id(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Of these chunks, those of documents that are ready."""
        found = list[Chunk]()
        with self._reading() as connection:
            for start in range(0, len(ids), _AT_ONCE):
                some = ids[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"{_CHUNKS} and cutting.ready and chunk.id in ({marks})"
                found.extend(map(rows.chunk, connection.execute(query, (self.space, *some))))
        return {chunk.id: chunk for chunk in found}

    def pending(self) -> tuple[str, ...]:
        """Digests of the documents that are being added to this space, or were broken off."""
        with self._reading() as connection:
            found = connection.execute("select digest from cutting where space = ? and not ready", (self.space,))
            return tuple(row[0] for row in found)

    def spaces(self) -> tuple[str, ...]:
        """All in which something was cut."""
        with self._reading() as connection:
            return tuple(row[0] for row in connection.execute("select distinct space from cutting"))

    def begin(self, document: Document, chunks: Sequence[Chunk]) -> None:
        """Write a document and its chunks down, not ready. What was there of it in this space is replaced."""
        with self._writing() as connection:
            identity = (document.digest, document.name, document.format, document.size, document.language)
            if connection.execute(rows.NEW_DOCUMENT, identity).rowcount:
                _write_reading(connection, document)
            connection.execute("delete from cutting where space = ? and digest = ?", (self.space, document.digest))
            self._cut(connection, document.digest, chunks, ready=False)

    def read_anew(self, document: Document, chunks: Sequence[Chunk]) -> None:
        """Put another reading of a document in the place of the one that is there, ready in this space. In all others
        it is cut anew when they are settled."""
        with self._writing() as connection:
            described = (document.format, document.language, document.digest)
            connection.execute("update document set format = ?, language = ? where digest = ?", described)
            for table in ("page", "omission", "cutting"):
                connection.execute(f"delete from {table} where digest = ?", (document.digest,))  # noqa: S608
            _write_reading(connection, document)
            self._cut(connection, document.digest, chunks, ready=True)
            connection.execute(_NEXT)

    def note(self, document: Document) -> None:
        """Which version read it and what was left out, where its text is the same as before."""
        with self._writing() as connection:
            connection.execute("delete from omission where digest = ?", (document.digest,))
            connection.execute(rows.NEW_READING, (document.digest, document.version, document.mark))
            connection.executemany(rows.NEW_OMISSION, rows.omission_rows(document))

    def acknowledge(self, digest: str) -> tuple[str, ...]:
        """It is ready, and replaces, in the same commit, whatever else has its name: their digests."""
        with self._writing() as connection:
            others = """select digest from document where digest <> ?
                and name = (select name from document where digest = ?)"""
            replaced = tuple(row[0] for row in connection.execute(others, (digest, digest)))
            connection.executemany("delete from document where digest = ?", ((one,) for one in replaced))
            connection.execute("update cutting set ready = 1 where space = ? and digest = ?", (self.space, digest))
            connection.execute(_NEXT)
        return replaced

    def remove(self, digest: str) -> None:
        """From all spaces."""
        with self._writing() as connection:
            connection.execute("delete from document where digest = ?", (digest,))
            connection.execute(_NEXT)

    def clear(self) -> None:
        """Remove every document."""
        with self._writing() as connection:
            connection.execute("delete from document")
            connection.execute(_NEXT)

    def undo(self, digest: str) -> bool:
        """Take back what `begin` wrote, unless it was acknowledged; the document too where no space has it ready.

        Whether there was something to take back.
        """
        with self._writing() as connection:
            mine = (self.space, digest)
            gone = connection.execute("delete from cutting where space = ? and digest = ? and not ready", mine).rowcount
            connection.execute(_UNFINISHED, (digest,))
        return gone > 0

    def close(self) -> None:
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            connection = open_database(self.path)
            try:
                connection.execute("pragma synchronous = full")  # what is acknowledged survives a power cut
                connection.executescript(rows.TABLES)
            except BaseException:  # of whatever kind: nobody else can close it
                connection.close()
                raise
            self._opened = connection
        return self._opened

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, failures():
            yield self._connection()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        with self._lock, failures():
            connection = self._connection()
            with writing(connection):
                yield connection

    def _cut(self, connection: sqlite3.Connection, digest: str, chunks: Sequence[Chunk], *, ready: bool) -> None:
        connection.execute("insert into cutting values (?, ?, ?)", (self.space, digest, ready))
        connection.executemany(rows.NEW_CHUNK, rows.chunk_rows(self.space, chunks))


_UNFINISHED = """delete from document where digest = ?
    and not exists (select 1 from cutting where cutting.digest = document.digest and ready)"""
_NEXT = "update version set number = number + 1"


def _write_reading(connection: sqlite3.Connection, document: Document) -> None:
    connection.executemany(rows.NEW_PAGE, rows.page_rows(document))
    connection.execute(rows.NEW_READING, (document.digest, document.version, document.mark))
    connection.executemany(rows.NEW_OMISSION, rows.omission_rows(document))


def _by_document(connection: sqlite3.Connection) -> dict[str, list[tuple[int, Omission]]]:
    found: defaultdict[str, list[tuple[int, Omission]]] = defaultdict(list)
    for digest, page, one in rows.omissions(connection.execute(f"{rows.OMISSIONS} order by page")):
        found[digest].append((page, one))
    return found


def _by_page(connection: sqlite3.Connection, digest: str) -> dict[int, list[Omission]]:
    found: defaultdict[int, list[Omission]] = defaultdict(list)
    kept = connection.execute(f"{rows.OMISSIONS} where digest = ?", (digest,))
    for _, page, one in rows.omissions(kept):
        found[page].append(one)
    return found
