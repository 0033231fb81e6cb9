"""What the measurements of several tabs are drawn with: words with their explanation, tables that scroll, intervals."""

from __future__ import annotations

import html
from collections.abc import Iterable

from playground.measuring.summary import ColumnSummary
from playground.page.parts.wording import Wording


def draw_explained(label: str, explanation: str) -> str:
    """A technical word that explains itself on hover, on focus and to a screen reader. Both are escaped already."""
    return (
        f'<span class="term" tabindex="0" role="note" aria-label="{label}: {explanation}" data-tip="{explanation}">'
        f"{label}</span>"
    )


def draw_table(name: str, heads: str, rows: str, kind: str = "results", foot: str = "") -> str:
    """A table that scrolls within its place. `name` says what it is of; all are HTML, `kind` is its class; `foot` are
    rows that the others are to be measured against."""
    return _scrolling(name, _table(heads, rows, kind, foot))


def draw_wide_table(name: str, heads: str, rows: str, more: str, foot: str = "") -> str:
    """The same with more columns than a phone has room for: it shows the first three, what matters most, and the others
    where a box with the text `more` is ticked."""
    box = f'<label class="all-columns"><input type="checkbox"> {more}</label>'
    return _scrolling(name, box + _table(heads, rows, "results folding", foot))


def _scrolling(name: str, inside: str) -> str:
    return f'<div class="results-scroll" tabindex="0" role="region" aria-label="{name}">{inside}</div>'


def _table(heads: str, rows: str, kind: str, foot: str) -> str:
    end = f"<tfoot>{foot}</tfoot>" if foot else ""
    return f'<table class="{kind}"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>{end}</table>'


def draw_heads(names: Iterable[str]) -> str:
    """The head of each column; the names are escaped already."""
    return "".join(f'<th scope="col">{name}</th>' for name in names)


def draw_cells(heads: Iterable[str], cells: Iterable[str]) -> str:
    """The cells of a row after its first one, each with the head of its column, which a phone shows beside it; both are
    HTML already. Raises `ValueError` for unequal numbers."""
    pairs = zip(heads, cells, strict=True)
    return "".join(f'<td data-head="{head}"><div>{cell}</div></td>' for head, cell in pairs)


def draw_swatch(colour: str) -> str:
    """The colour that a row has in the figures."""
    return f'<span class="swatch" style="--swatch:{colour}"></span>'


def draw_whisker(low: float, mean: float, high: float, colour: str) -> str:
    """A mean with its interval, from 0 to 1, as a line with a point."""
    return (
        f'<span class="whisker" aria-hidden="true" style="--swatch:{colour}">'
        f'<i style="left:{low * 100:.1f}%;width:{(high - low) * 100:.1f}%"></i>'
        f'<b style="left:{mean * 100:.1f}%"></b></span>'
    )


def draw_mean(show: Wording, it: ColumnSummary, spec: str = ".2f") -> str:
    """How good a column is, of how many items, and how many of its answers were something else than right."""
    wrong = it.wrong if it.binary else 0
    counts = (("wrong_count", wrong), ("unread_count", it.unread), ("failed_count", it.failed), ("by_eye", it.unscored))
    said = [show.text(f"prompting.{name}", count=count) for name, count in counts if count]
    if it.mean is None:
        return f"<small>{html.escape(' · '.join(said) or show.text('prompting.not_yet'))}</small>"
    more = html.escape(" · ".join([show.text("prompting.of_n", n=it.items), *said]))
    return f'<span class="share">{show.number(it.mean, spec)}</span> <small>{more}</small>'


def draw_interval(show: Wording, it: ColumnSummary, colour: str, spec: str = ".2f") -> str:
    """A column's interval, drawn and in numbers, which `spec` formats."""
    if it.mean is None or it.low is None or it.high is None:
        return "–"
    said = f"{show.number(it.low, spec)} – {show.number(it.high, spec)}"
    return f"{draw_whisker(it.low, it.mean, it.high, colour)} {said}"


def draw_progress(said: str, share: float) -> str:
    """What is going on, as HTML, and a bar from 0 to 1."""
    return f'<div role="status" class="ingest">{said}<progress max="1" value="{share:.4g}"></progress></div>'
