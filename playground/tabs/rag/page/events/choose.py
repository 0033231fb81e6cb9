"""How is searched, and with what: the fields of the page, checked."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace

from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.tabs.rag.lab.chunking.split import ChunkSize
from playground.tabs.rag.lab.documents import RetrievalOptions
from playground.tabs.rag.visit.values import RetrievalSetup
from playground.tabs.rag.visit.visits import RagVisits
from providers.embedding import EmbeddingInfo
from providers.errors import Failure, InputError, MissingKey, UnknownModel

MOST_PASSAGES = 20
TOKENS = (30, 512)
"""Of a chunk. An embedding model that reads less than is chosen here gets what it reads."""
OVERLAP = (0, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The fields, in the order of the components. `excluded` are the documents whose tick was taken away."""

    embedding: object = ""
    tokens: object = 200
    overlap: object = 30
    dense: object = True
    lexical: object = True
    rerank: object = False
    diverse: object = False
    automatic: object = True
    balance: object = 0.5
    k: object = 5
    excluded: object = ()


def retrieval_of(app: App[RagVisits], who: Who, chosen: Chosen) -> RetrievalSetup:
    """Everything but the files, checked. Raises `InputError`s."""
    ways = RetrievalOptions(
        dense=bool(chosen.dense),
        lexical=bool(chosen.lexical),
        rerank=bool(chosen.rerank),
        diverse=bool(chosen.diverse),
        balance=None if chosen.automatic else number("balance", chosen.balance, 0, 1),
        k=int(number("k", chosen.k, 1, MOST_PASSAGES, whole=True)),
    )
    if not (ways.dense or ways.lexical):
        raise InputError(
            "choice", name=who.text("rag.ways"), choices=f"{who.text('rag.dense')}, {who.text('rag.lexical')}"
        )
    tokens = int(number("tokens", chosen.tokens, *TOKENS, whole=True))
    cut = ChunkSize(
        tokens=tokens, overlap=min(int(number("overlap", chosen.overlap, *OVERLAP, whole=True)), tokens // 2)
    )
    reranker = None
    if ways.rerank and (every := app.visits.rerankers()):
        reranker = every[0].ref
    return RetrievalSetup(embedding=str(chosen.embedding or ""), ways=ways, reranker=reranker, cut=cut)


async def with_files(app: App[RagVisits], who: Who, chosen: Chosen) -> RetrievalSetup:
    """`retrieval_of`, and the documents that are ticked. Raises `InputError("documents")` where none is."""
    retrieval = retrieval_of(app, who, chosen)
    excluded = set(names(chosen.excluded))
    if not excluded:
        return retrieval
    every = [one.digest for one in await app.visits.documents(who.visitor, retrieval)]
    left = tuple(digest for digest in every if digest not in excluded)
    if every and not left:
        raise InputError("documents")
    files = () if len(left) == len(every) else left
    return replace(retrieval, ways=replace(retrieval.ways, files=files))


def names(value: object) -> tuple[str, ...]:
    """The texts of a list; nothing for what is none."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ()
    return tuple(one for one in value if isinstance(one, str))


def number(name: str, value: object, low: float, high: float, *, whole: bool = False) -> float:
    """Raises `InputError("number")`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise InputError("number", name=name, low=low, high=high)
    if whole and value != int(value):
        raise InputError("number", name=name, low=low, high=high)
    return value


def embeddings(app: App[RagVisits], show: Renderer, who: Who) -> list[tuple[str, str]]:
    """Label and name of every embedding model, the default first."""
    return [(label(app, show, who, one), one.ref) for one in app.visits.embeddings()]


def label(app: App[RagVisits], show: Renderer, who: Who, one: EmbeddingInfo) -> str:
    """Name, whether it leaves this computer, a lock where a key is missing, what it reads well."""
    sign, lock = "▣" if one.local else "☁", " 🔒" if locked(app, who, one) else ""
    parts = [f"{sign} {one.name}{lock}"]
    if one.size:
        parts.append(f"{one.size / 1e6:.0f} MB")
    if one.languages:
        listed = ", ".join(one.languages[:3]) + ("…" if len(one.languages) > 3 else "")
        parts.append(show.text("rag.reads_well", languages=listed))
    return " · ".join(parts)


def locked(app: App[RagVisits], who: Who, one: EmbeddingInfo) -> bool:
    """It needs a key that the visitor has not given."""
    if one.local or one.provider in app.sessions.vault.providers(who.visitor):
        return False
    return one.provider in app.reach.key_providers()


def about(app: App[RagVisits], who: Who, ref: str) -> str:
    """What choosing that embedding model means: where the texts go, and why it is locked."""
    show = app.show(who)
    try:
        found = app.reach.embedding(ref)
    except UnknownModel as error:
        return show.alert(Failure.of(error))
    if locked(app, who, found):
        return show.alert(Failure.of(MissingKey(provider=found.provider)))
    name = "stays" if found.local else "leaves"
    said = show.text(f"rag.{name}", vendor=show.vendor(found.provider), window=found.window)
    return f'<p class="quiet">{html.escape(said)}</p>'
