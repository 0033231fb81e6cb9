"""A visitor's documents in one SQLite file: their pages, and their chunks in each space. Any index is rebuilt from it.

A *space* is an embedding model and a cut. A document is *ready* in a space once all its vectors are in the index; the
commit that says so is the moment from which it is kept. One that is not ready is being added, or was broken off.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playground.sqlite import failures, opened, writing
from playground.tabs.rag.lab.documents import Chunk, Document, DocumentPage, Heading
from playground.tabs.rag.lab.errors import UnknownDocument

_AT_ONCE = 500
"""Ids in one query: SQLite takes no endless list."""
_TABLES = """
create table if not exists document (
    place integer primary key, digest text unique, name text, format text, size integer, language text);
create table if not exists page (
    digest text references document (digest) on delete cascade, number integer, text text, label text, headings text,
    read integer, primary key (digest, number));
create table if not exists cutting (
    space text, digest text references document (digest) on delete cascade, ready integer, primary key (space, digest));
create table if not exists chunk (
    space text, digest text, id text, page integer, start integer, "end" integer, text text, headings text,
    tokens integer, primary key (space, id),
    foreign key (space, digest) references cutting (space, digest) on delete cascade);
create index if not exists chunks_of on chunk (space, digest);
create table if not exists version (one integer primary key check (one = 1), number integer);
insert or ignore into version values (1, 0);
"""
_DOCUMENTS = """select document.digest, name, format, size,
    (select count(*) from page where page.digest = document.digest),
    (select count(*) from chunk where chunk.digest = document.digest and chunk.space = :space),
    language, coalesce(ready, 0)
from document left join cutting on cutting.digest = document.digest and cutting.space = :space order by place"""
_CHUNKS = """select chunk.id, chunk.digest, document.name, chunk.page, chunk.start, chunk."end", chunk.text,
    chunk.headings, chunk.tokens, document.language
from chunk join document using (digest) join cutting using (space, digest) where chunk.space = ?"""
_ORDER = " order by document.place, chunk.page, chunk.start"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """A document that is kept. `chunks`: in this space. Not `ready`: it cannot be searched (yet)."""

    digest: str
    name: str
    format: str
    size: int
    pages: int
    chunks: int
    language: str
    ready: bool


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
            rows = connection.execute(_DOCUMENTS, {"space": self.space}).fetchall()
        names = ("digest", "name", "format", "size", "pages", "chunks", "language")
        return tuple(StoredDocument(**dict(zip(names, row[:-1], strict=True)), ready=bool(row[-1])) for row in rows)

    def document(self, digest: str) -> Document:
        """Raises `UnknownDocument("document")`."""
        with self._reading() as connection:
            query = "select name, format, size, language from document where digest = ?"
            row = connection.execute(query, (digest,)).fetchone()
            pages = connection.execute(_PAGES + " order by number", (digest,)).fetchall()
        if row is None:
            raise UnknownDocument("document")
        name, kind, size, language = row
        return Document(
            name=name, format=kind, digest=digest, size=size, language=language, pages=tuple(map(_page, pages))
        )

    def page(self, digest: str, number: int) -> DocumentPage:
        """Raises `UnknownDocument("document")`."""
        with self._reading() as connection:
            row = connection.execute(_PAGES + " and number = ?", (digest, number)).fetchone()
        if row is None:
            raise UnknownDocument("document")
        return _page(row)

    def chunks(self, digest: str | None = None, ready: bool = True) -> tuple[Chunk, ...]:
        """Those of one document, or of all; in the documents' order. `ready=False`: also of those that are not."""
        query = _CHUNKS + " and cutting.ready" * ready + " and chunk.digest = ?" * (digest is not None) + _ORDER
        with self._reading() as connection:
            rows = connection.execute(query, (self.space, *([digest] if digest is not None else []))).fetchall()
        return tuple(map(_chunk, rows))

    def by_id(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Of these chunks, those of documents that are ready."""
        found = list[Chunk]()
        with self._reading() as connection:
            for start in range(0, len(ids), _AT_ONCE):
                some = ids[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"{_CHUNKS} and cutting.ready and chunk.id in ({marks})"
                found.extend(map(_chunk, connection.execute(query, (self.space, *some))))
        return {chunk.id: chunk for chunk in found}

    def pending(self) -> tuple[str, ...]:
        """Digests of the documents that are being added to this space, or were broken off."""
        with self._reading() as connection:
            rows = connection.execute("select digest from cutting where space = ? and not ready", (self.space,))
            return tuple(row[0] for row in rows)

    def spaces(self) -> tuple[str, ...]:
        """All in which something was cut."""
        with self._reading() as connection:
            return tuple(row[0] for row in connection.execute("select distinct space from cutting"))

    def begin(self, document: Document, chunks: Sequence[Chunk]) -> None:
        """Write a document and its chunks down, not ready. What was there of it in this space is replaced."""
        digest = document.digest
        with self._writing() as connection:
            connection.execute(
                "insert or ignore into document (digest, name, format, size, language) values (?, ?, ?, ?, ?)",
                (digest, document.name, document.format, document.size, document.language),
            )
            connection.executemany(
                "insert or ignore into page values (?, ?, ?, ?, ?, ?)",
                ((digest, one.number, one.text, one.label, _headings(one), one.read) for one in document.pages),
            )
            connection.execute("delete from cutting where space = ? and digest = ?", (self.space, digest))
            connection.execute("insert into cutting values (?, ?, 0)", (self.space, digest))
            connection.executemany(
                "insert into chunk values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                ((self.space, digest, *_values(one)) for one in chunks),
            )

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
            connection = opened(self.path)
            try:
                connection.execute("pragma synchronous = full")  # what is acknowledged survives a power cut
                connection.executescript(_TABLES)
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


_UNFINISHED = """delete from document where digest = ?
    and not exists (select 1 from cutting where cutting.digest = document.digest and ready)"""
_NEXT = "update version set number = number + 1"
_PAGES = "select number, text, label, headings, read from page where digest = ?"


def _page(row: tuple[int, str, str, str, int]) -> DocumentPage:
    number, text, label, headings, read = row
    return DocumentPage(
        number=number,
        text=text,
        label=label,
        headings=tuple(Heading(start=start, text=title, level=level) for start, title, level in json.loads(headings)),
        read=bool(read),
    )


def _headings(page: DocumentPage) -> str:
    return json.dumps([(heading.start, heading.text, heading.level) for heading in page.headings])


def _values(chunk: Chunk) -> tuple[str | int, ...]:
    headings = json.dumps(chunk.headings)
    return chunk.id, chunk.page, chunk.start, chunk.end, chunk.text, headings, chunk.tokens


def _chunk(row: tuple[str, str, str, int, int, int, str, str, int, str]) -> Chunk:
    identity, digest, name, page, start, end, text, headings, tokens, language = row
    return Chunk(
        id=identity,
        document=digest,
        name=name,
        page=page,
        start=start,
        end=end,
        text=text,
        headings=tuple(json.loads(headings)),
        tokens=tokens,
        language=language,
    )
