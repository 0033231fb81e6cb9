"""What a parser process answered, checked: it has read a stranger's file, so nothing it says is taken on trust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.documents import BY_OCR, DocumentPage, Heading, Omission, OmissionKind
from playground.tabs.rag.lab.errors import READ_BY_OCR, UnreadableDocument
from playground.tabs.rag.lab.parsing.worker import Died
from playground.tabs.rag.lab.reading.file_names import safe_name
from providers.errors import Failure, MissingPackage

_KEYS = frozenset(
    {*(f"{UnreadableDocument.code}.{reason}" for reason in UnreadableDocument.reasons), MissingPackage.code}
)
_Short = Annotated[str, Field(max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Heading(_Strict):
    start: Annotated[int, Field(ge=0)]
    text: str
    level: Annotated[int, Field(ge=1, le=9)]


class _Omission(_Strict):
    kind: OmissionKind
    count: Annotated[int, Field(ge=1)]


class _ParsedPage(_Strict):
    number: Annotated[int, Field(ge=1)]
    text: str
    label: str
    headings: tuple[_Heading, ...]
    read: bool
    omissions: Annotated[tuple[_Omission, ...], Field(max_length=20)] = ()


class _Failed(_Strict):
    failure: _Short | None = None
    values: dict[_Short, int | float | _Short | None] = {}


class _Member(_Failed):
    name: str


class _ParsedReply(_Failed):
    format: Annotated[str, Field(pattern=r"^[a-z]{0,20}$")] = ""
    pages: tuple[_ParsedPage, ...] = ()
    members: tuple[_Member, ...] = ()
    spent: Literal[True] | None = None


@dataclass(frozen=True, slots=True)
class UnpackedFile:
    """A file of an archive, or why it could not be taken out."""

    name: str
    content: bytes
    failure: Failure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParserReply:
    """Pages of a document, members of an archive, or a failure. `spent`: its process should read nothing more."""

    failure: Failure | None = None
    format: str = ""
    pages: tuple[DocumentPage, ...] = ()
    members: tuple[UnpackedFile, ...] = ()
    spent: bool = False

    @property
    def has_pictures(self) -> bool:
        """Some page may be a picture of text."""
        if self.failure is not None:
            return self.failure.key in READ_BY_OCR
        return bool(self.picture_pages)

    @property
    def picture_pages(self) -> frozenset[int]:
        """Numbers of the pages of which reading text in their pictures may give more."""
        return frozenset(page.number for page in self.pages if any(one.kind in BY_OCR for one in page.omissions))


def check_reply(body: bytes, pieces: Sequence[bytes], bounds: DocumentBounds) -> ParserReply:
    """Raises `Died` for an answer that is none: the process is not what it was."""
    try:
        told = _ParsedReply.model_validate_json(body)
    except ValidationError:
        raise Died from None
    members = _members(told, pieces)
    pages = tuple(_page(page) for page in told.pages)
    numbers = [page.number for page in pages]
    within = len(pages) <= bounds.pages and sum(len(page.text) for page in pages) <= bounds.characters
    if not within or numbers != list(range(1, len(pages) + 1)) or not (told.failure or pages or members):
        raise Died
    return ParserReply(
        failure=_failure(told),
        format=told.format,
        pages=pages,
        members=members,
        spent=bool(told.spent),
    )


def _page(told: _ParsedPage) -> DocumentPage:
    headings = tuple(Heading(start=one.start, text=one.text, level=one.level) for one in told.headings)
    starts = [heading.start for heading in headings]
    if starts != sorted(starts) or any(start > len(told.text) for start in starts):
        raise Died
    omissions = tuple(Omission(kind=one.kind, count=one.count) for one in told.omissions)
    return DocumentPage(
        number=told.number, text=told.text, label=told.label, headings=headings, read=told.read, omissions=omissions
    )


def _members(told: _ParsedReply, pieces: Sequence[bytes]) -> tuple[UnpackedFile, ...]:
    if len(told.members) != len(pieces):
        raise Died
    pairs = zip(told.members, pieces, strict=True)
    return tuple(UnpackedFile(safe_name(one.name), content, _failure(one)) for one, content in pairs)


def _failure(told: _Failed) -> Failure | None:
    if told.failure is None:
        return None
    if told.failure not in _KEYS:
        raise Died
    return Failure(told.failure, dict(told.values))
