"""The left side: a visitor's documents, how far an upload is, and what became of each file."""

from __future__ import annotations

import html
from collections.abc import Sequence

from playground.asking.upload import Rejected
from playground.page.parts.measures import draw_progress
from playground.page.parts.model_labels import Whereabouts
from playground.page.parts.render import Renderer
from playground.page.parts.signs import CLOSE, draw_sign
from playground.tabs.rag.lab.errors import READ_BY_OCR
from playground.tabs.rag.lab.index.text_store import StoredDocument
from playground.tabs.rag.lab.loaders import version
from playground.tabs.rag.page.drawing.omissions import draw_incomplete, draw_left_out, draw_ocr_button
from playground.tabs.rag.page.drawing.pieces import draw_sentence, say
from playground.tabs.rag.visit.values import Indexing, Ingest
from providers.embedding import EmbeddingInfo


def draw_documents(show: Renderer, stored: Sequence[StoredDocument], excluded: Sequence[str]) -> str:
    """A line a document: whether it is searched, what it is, and a button that removes it."""
    if not stored:
        return draw_sentence(show, "empty_files")
    lines = "".join(_line(show, one, ticked=one.digest not in excluded) for one in stored)
    count = say(
        show, "files_count", count=len(stored), chunks=show.text("rag.chunks", count=sum(one.chunks for one in stored))
    )
    whole = " checked" if not {one.digest for one in stored} & set(excluded) else ""
    every = f'<label class="tick-all"><input type="checkbox" data-tick-all{whole}> {say(show, "tick_all")}</label>'
    return f'<p class="quiet">{count}</p>{_offer_rereading(show, stored)}{every}<ul class="library">{lines}</ul>'


def is_outdated(one: StoredDocument) -> bool:
    """Its format is read better now than it was when this document was added."""
    return one.version < version(one.format)


def _offer_rereading(show: Renderer, stored: Sequence[StoredDocument]) -> str:
    """Files are not kept, only their text: to be read anew they are chosen again."""
    count = sum(map(is_outdated, stored))
    if not count:
        return ""
    button = f'<button type="button" class="inline-button" data-again>{say(show, "reread_choose")}</button>'
    return f'<p class="quiet">{say(show, "reread_offer", count=count)} {button}</p>'


def _line(show: Renderer, one: StoredDocument, *, ticked: bool) -> str:
    name, digest = html.escape(one.name), html.escape(one.digest)
    parts = [html.escape(one.format.upper()), _count(show, "pages", one.pages), _count(show, "chunks", one.chunks)]
    if one.language:
        parts.append(html.escape(show.language_name(one.language)))
    if is_outdated(one):
        parts.append(say(show, "outdated"))
    if not one.ready:
        parts.append(f'<span class="wrong">{say(show, "not_ready")}</span>')
    searched, remove = say(show, "searched", file=one.name), say(show, "remove", file=one.name)
    return (
        f'<li><input type="checkbox" data-tick="{digest}" aria-label="{searched}" title="{searched}"'
        f"{' checked' if ticked else ''}>"
        f'<div><button type="button" class="file-name" data-open="{digest}" data-page="1" data-start="0" data-end="0">'
        f'{name}</button><span class="quiet">{" · ".join(parts)}</span>{draw_left_out(show, one.omissions)}</div>'
        f'<button type="button" class="remove" data-remove="{digest}" aria-label="{remove}" title="{remove}">'
        f"{draw_sign(CLOSE)}</button></li>"
    )


def draw_offer(
    show: Renderer, current: EmbeddingInfo, language: str, other: EmbeddingInfo | None, *, here: bool = False
) -> str:
    """That the embedding model does not read a language of the documents, and a button for one that does: grey, with
    the reason, where that one is not `here` and nothing is ever fetched."""
    told = {"model": current.name, "language": show.language_name(language)}
    if other is None:
        return f'<div class="notice" role="status">{say(show, "offer_none", **told)}</div>'
    where = show.place(Whereabouts(True, here, other.size))
    said, use = say(show, "offer", **told, other=other.name, place=where), say(show, "offer_use", other=other.name)
    absent = show.offline and not here
    able = f'disabled title="{html.escape(where)}"' if absent else f'data-embed="{html.escape(other.ref)}"'
    button = f'<button type="button" class="inline-button" {able}>{use}</button>'
    how = html.escape(show.text("model.absent_why")) if absent else ""
    return f'<div class="notice" role="status">{said} {button} {how}</div>'


def draw_indexing(show: Renderer, it: Indexing) -> str:
    """That the index is being built from the documents, and how far it is."""
    said = say(show, "indexing", done=it.chunks, all=it.total)
    return draw_progress(said, it.chunks / it.total if it.total else 0.0)


def draw_ingest(show: Renderer, it: Ingest) -> str:
    """Files, pages, chunks; a bar over all files, the one at hand by its chunks."""
    if it.indexing is not None:
        return draw_indexing(show, it.indexing)
    if it.progress is not None:
        said = html.escape(show.waiting(it.progress))
    else:
        parts = [say(show, "ingest_files", done=min(it.files + 1, it.total), all=it.total)]
        parts += [f"<b>{html.escape(it.name)}</b>"] if it.name else []
        parts += [_count(show, "pages", it.pages)] if it.pages else []
        if it.chunk_total:
            parts.append(say(show, "ingest_chunks", done=it.chunks, all=it.chunk_total))
        said = " · ".join(parts)
    within = it.chunks / it.chunk_total if it.chunk_total and it.files < it.total else 0.0
    share = min((it.files + within) / it.total, 1) if it.total else 0.0
    return draw_progress(said, share)


def draw_ingest_outcome(show: Renderer, it: Ingest) -> str:
    """What became of each file, the rejected ones with their reason."""
    said = []
    if it.stopped:
        said.append(say(show, "ingest_stopped"))
    if it.added:
        said.append(say(show, "ingest_added", count=len(it.added)))
    if it.unchanged:
        said.append(say(show, "ingest_unchanged", files=", ".join(it.unchanged)))
    if it.reread:
        said.append(say(show, "ingest_reread", files=", ".join(it.reread)))
    said += [say(show, "ingest_renamed", file=one.name, other=one.other) for one in it.renamed]
    said += [say(show, "ingest_copy", file=one.name, other=one.other) for one in it.copies]
    line = f'<p class="told" role="status">{" ".join(said)}</p>' if said else ""
    incomplete = "".join(draw_incomplete(show, one) for one in it.incomplete)
    return line + incomplete + "".join(_draw_rejected(show, one) for one in it.rejected)


def _draw_rejected(show: Renderer, one: Rejected) -> str:
    message, hint = html.escape(show.message(one.failure)), html.escape(show.hint(one.failure))
    button = draw_ocr_button(show, one.name) if one.failure.key in READ_BY_OCR else ""
    return f'<div class="notice" role="alert"><strong>{html.escape(one.name)}:</strong> {message} {hint} {button}</div>'


def _count(show: Renderer, name: str, count: int) -> str:
    return say(show, name, count=count)
