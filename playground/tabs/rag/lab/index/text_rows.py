"""The tables of a visitor's documents, and their rows as values.

Version 0.2.0 and those before it wrote all tables but `reading` and `omission`; what has no row in these was read by
the first version of its loader. Their programs still open what this one writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from playground.tabs.rag.lab.documents import (
    OMISSION_KINDS,
    Chunk,
    Document,
    DocumentPage,
    Heading,
    Omission,
)

TABLES = """
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
create table if not exists reading (
    digest text primary key references document (digest) on delete cascade, version integer, mark text);
create table if not exists omission (
    digest text references document (digest) on delete cascade, page integer, kind text, count integer,
    primary key (digest, page, kind));
"""
DOCUMENT = "select name, format, size, language from document where digest = ?"
PAGES = "select number, text, label, headings, read from page where digest = ?"
READING = "select version, mark from reading where digest = ?"
OMISSIONS = "select digest, page, kind, count from omission"
NEW_DOCUMENT = "insert or ignore into document (digest, name, format, size, language) values (?, ?, ?, ?, ?)"
NEW_PAGE = "insert or ignore into page values (?, ?, ?, ?, ?, ?)"
NEW_READING = "insert or replace into reading values (?, ?, ?)"
NEW_OMISSION = "insert or replace into omission values (?, ?, ?, ?)"
NEW_CHUNK = "insert into chunk values (?, ?, ?, ?, ?, ?, ?, ?, ?)"

OmissionRow = tuple[str, int, str, int]


def page(row: tuple[int, str, str, str, int], omissions: tuple[Omission, ...] = ()) -> DocumentPage:
    """Of a row of `PAGES`."""
    number, text, label, headings, read = row
    return DocumentPage(
        number=number,
        text=text,
        label=label,
        headings=tuple(Heading(start=start, text=title, level=level) for start, title, level in json.loads(headings)),
        read=bool(read),
        omissions=omissions,
    )


def page_rows(document: Document) -> Iterator[tuple[str | int, ...]]:
    for one in document.pages:
        headings = json.dumps([(heading.start, heading.text, heading.level) for heading in one.headings])
        yield document.digest, one.number, one.text, one.label, headings, one.read


def omissions(rows: Iterable[OmissionRow]) -> Iterator[tuple[str, int, Omission]]:
    """Digest, number of the page, what was left out; not what a later version names that this one does not know."""
    for digest, number, kind, count in rows:
        if kind in OMISSION_KINDS:
            yield digest, number, Omission(kind=kind, count=count)


def omission_rows(document: Document) -> Iterator[OmissionRow]:
    for one in document.pages:
        for left in one.omissions:
            yield document.digest, one.number, left.kind, left.count


def chunk(row: tuple[str, str, str, int, int, int, str, str, int, str]) -> Chunk:
    identity, digest, name, number, start, end, text, headings, tokens, language = row
    return Chunk(
        id=identity,
        document=digest,
        name=name,
        page=number,
        start=start,
        end=end,
        text=text,
        headings=tuple(json.loads(headings)),
        tokens=tokens,
        language=language,
    )


def chunk_rows(space: str, chunks: Sequence[Chunk]) -> Iterator[tuple[str | int, ...]]:
    for one in chunks:
        headings = json.dumps(one.headings)
        yield space, one.document, one.id, one.page, one.start, one.end, one.text, headings, one.tokens
