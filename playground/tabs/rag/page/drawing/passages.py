"""What a search found: passages in the text around them, with every rank and score, and what was done and why."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from playground.page.parts.render import Renderer
from playground.tabs.rag.lab.documents import DocumentPage, Note, Passage, RetrievalResult
from playground.tabs.rag.page.drawing.marked import draw_document_text
from playground.tabs.rag.page.drawing.pieces import decimal, draw_term, place_of, say, where

AROUND = 160
"""Characters shown before and after a passage."""
_WAYS = ("dense", "lexical", "fused", "rerank", "diverse")
_STEPS = ("embed", "dense", "lexical", "fuse", "rerank", "diverse")
Pages = Mapping[tuple[str, int], DocumentPage]
"""By document and number."""


def draw_passages(show: Renderer, it: RetrievalResult, pages: Pages) -> str:
    """The ranked passages."""
    if not it.passages:
        return f'{draw_notes(show, it.notes)}<p class="told" role="status">{say(show, "found_none")}</p>'
    used = [name for name in _WAYS if any(getattr(one, f"{name}_score") is not None for one in it.passages)]
    words = " ".join(draw_term(show, f"score_{name}") for name in used)
    items = "".join(_passage(show, one, used, pages.get((one.chunk.document, one.chunk.page))) for one in it.passages)
    return (
        f'{draw_notes(show, it.notes)}<p class="quiet" role="status">{_draw_seconds(show, it)}</p>'
        f'<p class="words-used">{words}</p><ol class="passages">{items}</ol>'
    )


def draw_notes(show: Renderer, made: Sequence[Note]) -> str:
    """What was done and why, in sentences."""
    lines = "".join(f"<li>{say(show, f'note.{one.key}', **_readable(show, one))}</li>" for one in made)
    return f'<ul class="search-notes">{lines}</ul>' if lines else ""


def _readable(show: Renderer, note: Note) -> dict[str, object]:
    """A note's values, with languages by their names and shares as per cent."""
    values: dict[str, object] = {}
    for name, value in note.values.items():
        if name.startswith("language"):
            values[name] = show.language_name(str(value))
        elif isinstance(value, float):
            values[name] = show.number(value, ".2f")
        else:
            values[name] = value
    return values


def _draw_seconds(show: Renderer, it: RetrievalResult) -> str:
    spent = {name: show.number(it.seconds[name] * 1000, ",.0f") for name in _STEPS if it.seconds.get(name)}
    steps = [f"{say(show, f'step_{name}')} {milliseconds} ms" for name, milliseconds in spent.items()]
    total = sum(it.seconds.values()) * 1000
    said = say(show, "found_count", count=len(it.passages), milliseconds=show.number(total, ",.0f"))
    return f"{said} ({', '.join(steps)})" if steps else said


def _passage(show: Renderer, it: Passage, used: Sequence[str], page: DocumentPage | None) -> str:
    headings = " › ".join(it.chunk.headings)
    above = f'<span class="quiet">{html.escape(headings)}</span>' if headings else ""
    return (
        f'<li class="passage"><header><b class="rank">{it.rank}</b>'
        f'<button type="button" class="source" {place_of(it.chunk)}>{where(show, it.chunk)}</button> {above}</header>'
        f"{_context(it, page)}{draw_passage_scores(show, it, used)}</li>"
    )


def _context(it: Passage, page: DocumentPage | None) -> str:
    """The passage, marked, in what stands around it."""
    chunk = it.chunk
    if page is None or page.text[chunk.start : chunk.end] != chunk.text:
        found = draw_document_text(chunk.text, chunk.name)
        return f'<blockquote tabindex="0"><mark class="found">{found}</mark></blockquote>'
    first, last = max(0, chunk.start - AROUND), min(len(page.text), chunk.end + AROUND)
    before = ("…" if first else "") + page.text[first : chunk.start]
    after = page.text[chunk.end : last] + ("…" if last < len(page.text) else "")
    before, found, after = (draw_document_text(text, chunk.name) for text in (before, chunk.text, after))
    return f'<blockquote tabindex="0">{before}<mark class="found">{found}</mark>{after}</blockquote>'


def draw_passage_scores(show: Renderer, it: Passage, used: Sequence[str]) -> str:
    """Each way's rank and score with its range; a dash where that way did not find it."""
    ranks = {"dense": it.dense_rank, "lexical": it.lexical_rank}
    cells = []
    for name in used:
        value, rank = getattr(it, f"{name}_score"), ranks.get(name)
        said = "–" if value is None else decimal(show, value, 3)
        at = say(show, "at_rank", rank=rank) + " · " if rank is not None else ""
        cells.append(
            f'<div data-way="{name}"><dt>{say(show, f"score_{name}")}</dt>'
            f"<dd>{at}{said} <small>{say(show, f'range_{name}')}</small></dd></div>"
        )
    return f'<dl class="scores">{"".join(cells)}</dl>'
