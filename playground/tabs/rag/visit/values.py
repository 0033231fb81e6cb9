"""What a visitor asks of the documents, and how far the answer is: frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field

from playground.asking.reply import Reply
from playground.asking.upload import Rejected
from playground.tabs.rag.lab.answering.evidence import Evidence
from playground.tabs.rag.lab.answering.prompt import GroundedPrompt
from playground.tabs.rag.lab.answering.support import Sentence
from playground.tabs.rag.lab.chunking.split import ChunkSize
from playground.tabs.rag.lab.documents import OmissionTotal, RetrievalOptions, RetrievalResult
from playground.tabs.rag.lab.measuring.columns import Way
from playground.tabs.rag.lab.measuring.questions import LabelledQuestion
from providers.errors import Failure
from providers.types import Progress, Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalSetup:
    """With what is searched, and how. Models are named `provider/id`; `embedding` empty: the catalogue's first."""

    embedding: str = ""
    ways: RetrievalOptions = field(default_factory=RetrievalOptions)
    reranker: str | None = None
    """Needed where `ways.rerank`."""
    cut: ChunkSize = field(default_factory=ChunkSize)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexing:
    """How far the index is that is being built from a visitor's documents: `chunks` of `total` are embedded."""

    chunks: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """How uploads are taken. `beside`: one whose name is taken by a document of before gets a number, and both stay;
    otherwise it takes that one's place. `only`: the name of the one file that is wanted."""

    ocr: bool = False
    beside: bool = False
    only: str = ""


@dataclass(frozen=True, slots=True)
class Namesake:
    """A file that came under one name, and another: the one that it is kept under, or of the document that is there
    already with the same content."""

    name: str
    other: str


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A document of which something was left out, and the name that its file came under."""

    name: str
    came: str
    omissions: tuple[OmissionTotal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """How far an upload is. `chunks` of `chunk_total` of the file `name` are searchable."""

    files: int = 0
    """Read so far, rejected ones included."""
    total: int = 0
    name: str = ""
    pages: int = 0
    chunks: int = 0
    chunk_total: int = 0
    progress: Progress | None = None
    """What the embedding model is waiting for."""
    indexing: Indexing | None = None
    """What adding waits for: the documents of before are being indexed."""
    added: tuple[str, ...] = ()
    """Names of the files that are searchable now."""
    unchanged: tuple[str, ...] = ()
    """Names of the files that were there already."""
    renamed: tuple[Namesake, ...] = ()
    """Of those added: whose name was taken."""
    replaced: tuple[str, ...] = ()
    """Of those added: names under which an earlier document went."""
    copies: tuple[Namesake, ...] = ()
    """Files that were there already under another name."""
    reread: tuple[str, ...] = ()
    """Names of documents that were there, and of which more is read now."""
    incomplete: tuple[Incomplete, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    stopped: bool = False
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RagRequest:
    """A question to a model about the documents, checked. `system` is the assistant's own prompt."""

    question: str
    model: str
    sampling: Sampling = field(default_factory=Sampling)
    system: str = ""
    language: str = "en"
    """Of the wording around the passages."""
    retrieval: RetrievalSetup = field(default_factory=RetrievalSetup)
    compare: bool = True
    """Ask the same without the documents as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A turn as it grows. `standalone` is what was searched for: the question, or what it was rewritten into."""

    question: str
    standalone: str = ""
    rewritten: bool = False
    indexing: Indexing | None = None
    """What searching waits for."""
    found: RetrievalResult | None = None
    evidence: Evidence | None = None
    grounded: GroundedPrompt | None = None
    reply: Reply | None = None
    """With the documents; `None` until the search is done, and where there is no evidence at all."""
    plain: Reply | None = None
    """Without them."""
    unchecked: Failure | None = None
    """Why the sentences of the reply could not be compared with the passages."""
    sentences: tuple[Sentence, ...] = ()
    """How well each sentence of the reply is supported; empty until it is complete."""
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to measure. `sizes` are chunk sizes in tokens; none: the size that is searched with."""

    questions: tuple[LabelledQuestion, ...]
    ways: tuple[Way, ...] = ("dense", "lexical", "hybrid")
    sizes: tuple[int, ...] = ()
    k: int = 5
    retrieval: RetrievalSetup = field(default_factory=RetrievalSetup)
