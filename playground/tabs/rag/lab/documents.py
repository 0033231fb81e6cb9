"""The values of retrieval: a document and its pages, the chunks they are cut into, and what a search finds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from providers.types import Scalar

OmissionKind = Literal[
    "no_text",
    "mostly_picture",
    "garbled",
    "over_limit",
    "ocr_failed",
    "small_print",
    "pictures",
    "formulas",
    "objects",
    "unreadable",
]
"""Of what was left out: a key of the interface texts below `rag.omission`.

`no_text`: the page shows something and has no text. `mostly_picture`: it has some text, and a picture of more.
`garbled`: its letters cannot be told. `over_limit`: text was not read from its picture, because only so many are read.
`ocr_failed`: nor from this one, because that broke off. `small_print`: may be lost, because the picture was made less
than half as large. `pictures`: that stand in an office file. `formulas`: saved without a value, and shown themselves.
`objects`: of other programs. `unreadable`: a part that is damaged.
"""
OMISSION_KINDS: tuple[OmissionKind, ...] = get_args(OmissionKind)
BY_OCR: frozenset[OmissionKind] = frozenset({"no_text", "mostly_picture", "garbled", "pictures"})
"""What reading text in pictures makes up for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading in a page's text. `level` is 1 for the highest."""

    start: int
    text: str
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Omission:
    """What was left out of a page when it was read, and how many of it."""

    kind: OmissionKind
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OmissionTotal:
    """What was left out of a document: `count` of a kind, on these pages."""

    kind: OmissionKind
    count: int
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """A page, slide, sheet, chapter or, where a format has none of them, the whole text. `number` counts from 1."""

    number: int
    text: str
    label: str = ""
    """What the document itself calls it: a sheet's name, a chapter's title."""
    headings: tuple[Heading, ...] = ()
    read: bool = False
    """Its text was read from a picture."""
    omissions: tuple[Omission, ...] = ()


def omission_totals(omissions: Iterable[tuple[int, Omission]]) -> tuple[OmissionTotal, ...]:
    """Of a document, by the number of their page; in the order of the kinds."""
    found: defaultdict[OmissionKind, list[tuple[int, int]]] = defaultdict(list)
    for page, one in omissions:
        found[one.kind].append((page, one.count))
    return tuple(
        OmissionTotal(
            kind=kind,
            count=sum(count for _, count in found[kind]),
            pages=tuple(page for page, _ in found[kind]),
        )
        for kind in OMISSION_KINDS
        if kind in found
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file's text. `digest` is the SHA-256 of its bytes, `size` their number, `format` the loader that read it."""

    name: str
    format: str
    digest: str
    size: int
    pages: tuple[DocumentPage, ...]
    language: str = ""
    """ISO 639-1, as detected; empty where that is unsure."""
    version: int = 1
    """Of the loader: it counts up where reading improves."""
    mark: str = ""
    """Tells the chunks of a later reading of the same bytes from those of the first."""
    archive: str = ""
    """The name of the ZIP archive that it came in. A document that is kept has it in its name."""

    @property
    def path(self) -> str:
        """Its name with that of its archive."""
        return f"{self.archive}/{self.name}" if self.archive else self.name

    @property
    def characters(self) -> int:
        return sum(len(page.text) for page in self.pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A passage: `text` is exactly `page.text[start:end]`. What is embedded is its headings and its text."""

    id: str
    document: str
    """Digest of the document."""
    name: str
    """Name of the document."""
    page: int
    start: int
    end: int
    text: str
    headings: tuple[str, ...] = ()
    """The headings it stands under, highest first."""
    tokens: int = 0
    """Of what is embedded, by the embedding model's tokenizer."""
    language: str = ""
    """Of its document."""

    @property
    def embedded_text(self) -> str:
        """What the embedding model reads."""
        return "\n".join((" › ".join(self.headings), self.text)) if self.headings else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalOptions:
    """How to search. Each way can be switched on its own; at least one of `dense` and `lexical` is on."""

    dense: bool = True
    lexical: bool = True
    rerank: bool = False
    diverse: bool = False
    """Maximal marginal relevance: what repeats a better passage comes later."""
    balance: float | None = None
    """Weight of the dense ranks in the fusion, 0 to 1; `None`: by what the embedding model reads well."""
    k: int = 5
    files: tuple[str, ...] = ()
    """Digests of the documents to search in; empty for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A chunk that was found. Ranks count from 1; of scores, higher is better; `None`: that way did not find it."""

    chunk: Chunk
    rank: int
    score: float
    """By which it is ranked: the last of the scores below that was computed."""
    dense_rank: int | None = None
    dense_score: float | None = None
    """Cosine, −1 to 1."""
    lexical_rank: int | None = None
    lexical_score: float | None = None
    """BM25, from 0."""
    fused_score: float | None = None
    """Reciprocal rank fusion, 0 to 1: weights over (60 + rank), as a part of the most possible."""
    rerank_score: float | None = None
    """The cross-encoder's, 0 to 1."""
    diverse_score: float | None = None
    """Maximal marginal relevance, −1 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What was done and why, for the visitor: a key of the interface texts below `rag.note`, and values."""

    key: str
    values: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalResult:
    """The answer of a search. `seconds` by step: embed, dense, lexical, fuse, rerank, diverse."""

    question: str
    passages: tuple[Passage, ...]
    language: str = ""
    """Of the question, as detected."""
    dense_weight: float = 0.0
    """What the dense ranks counted in the fusion; the lexical ones counted the rest."""
    notes: tuple[Note, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
