"""The choice of the next token, as bars that a screen reader reads as a table."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from playground.page.parts.measures import draw_explained
from playground.page.parts.render import Renderer
from playground.page.parts.tokens import draw_chip, draw_piece
from playground.tabs.sampling.lab import NextToken, Small, TokenCandidate

_ENDS = (0.1, 0.25, 0.5, 1.0)
"""Where the axis may end: it begins at zero and does not move with every change."""
_FEWEST = 5
"""Tokens that have a line of their own, however short their bars."""
_SEEN = 0.005
"""Of the axis's length: a shorter bar is not seen."""


def draw_numbers(show: Renderer, choice: NextToken) -> str:
    """Entropy, survivors and what was cut; each says how it follows from the others."""
    before, after = choice.entropy, choice.reshaped_entropy
    left, cut = show.percent(1 - choice.cut_mass), show.percent(choice.cut_mass)
    traced = {
        "entropy": show.text("sampling.entropy_trace", after=after, like=show.number(math.exp(after), ".1f")),
        "survivors": show.text("sampling.survivors_trace", left=choice.survivors, all=choice.vocabulary, share=left),
        "cut_mass": show.text("sampling.cut_mass_trace", left=choice.survivors, share=left, cut=cut),
    }
    facts = [
        (
            "entropy",
            show.text("sampling.entropy_value", before=before, after=after),
            _like(show, after),
        ),
        ("survivors", show.text("sampling.survivors_value", left=choice.survivors, all=choice.vocabulary), ""),
        ("cut_mass", show.percent(choice.cut_mass), ""),
    ]
    cells = "".join(
        f'<div class="fact" data-fact="{name}"><dt>{_draw_traced(show, name, traced[name])}</dt>'
        f"<dd>{html.escape(value)}<small>{html.escape(more)}</small></dd></div>"
        for name, value, more in facts
    )
    return f'<dl class="facts">{cells}</dl>'


def draw_bars(
    show: Renderer, choice: NextToken, *, rows: int | None = None, picked: bool = True, key: str = "tail"
) -> str:
    """The likeliest tokens: the model's own probability above, the one after the sliders below. Those whose bars nobody
    would see share a line, and unfold. `picked`: each can be chosen, and the text goes on with it."""
    shown = choice.rows[:rows]
    end = axis_end(shown)
    seen = _count_seen(shown, end)
    heads = "".join(
        f'<th scope="col" class="{name}">{html.escape(show.text(f"sampling.column_{name}", end=end))}</th>'
        for name in ("token", "bar", "own", "uncut", "after")
    )
    lines = [_bar(show, row, end, 1 - choice.cut_mass, picked=picked) for row in shown]
    caption = html.escape(show.text("sampling.bars_caption" if picked else "sampling.bars_caption_beside"))
    first = f"<caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{''.join(lines[:seen])}</tbody>"
    rest = _rest(show, choice, seen, end)
    table = f'<table class="bars">{first}<tfoot>{rest}</tfoot></table>'
    if not lines[seen:]:
        return table
    more = html.escape(show.text("sampling.bars_more", count=len(lines) - seen))
    return (
        f'{table}<details class="more-bars" data-key="{key}"><summary>{more}</summary><table class="bars">'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(lines[seen:])}</tbody></table></details>"
    )


def _count_seen(rows: Sequence[TokenCandidate], end: float) -> int:
    """How many of them have a line of their own."""
    last = max((at for at, row in enumerate(rows, 1) if max(row.probability, row.reshaped) >= _SEEN * end), default=0)
    return min(len(rows), max(last, _FEWEST))


def _rest(show: Renderer, choice: NextToken, seen: int, end: float) -> str:
    """All the tokens without a line of their own, together."""
    count, shown = choice.vocabulary - seen, choice.rows[:seen]
    if count <= 0 or not shown:
        return ""
    own, uncut, after = (
        max(0.0, 1 - sum(found))
        for found in zip(*((row.probability, row.uncut, row.reshaped) for row in shown), strict=True)
    )
    after = 0.0 if after < 1e-6 else after  # what is left of adding up
    numbers = (("own", own), ("uncut", uncut), ("after", after))
    cells = "".join(f'<td class="number {name}">{_percent(show, value)}</td>' for name, value in numbers)
    return (
        f'<tr class="rest"><th scope="row">{html.escape(show.text("sampling.bars_rest", count=count))}</th>'
        f'<td class="track"><i class="own" style="width:{_width(own, end)}"></i>'
        f'<i class="after" style="width:{_width(after, end)}"></i></td>{cells}</tr>'
    )


def draw_multiples(show: Renderer, smalls: Sequence[Small]) -> str:
    """The same tokens at other temperatures, side by side on one scale."""
    end = axis_end([row for small in smalls for row in small.rows])
    charts = []
    for small in smalls:
        title = html.escape(show.text("sampling.at_temperature", temperature=show.number(small.temperature, "g")))
        lines = "".join(
            f'<li class="{"" if row.kept else "cut"}">{draw_chip(row.token)}'
            f'<span class="track"><i class="after" style="width:{_width(row.reshaped, end)}"></i></span>'
            f'<span class="number">{_after(show, row)}</span></li>'
            for row in small.rows
        )
        charts.append(f'<figure class="small"><figcaption>{title}</figcaption><ol>{lines}</ol></figure>')
    title = html.escape(show.text("sampling.multiples"))
    return f'<h4 class="part">{title}</h4><div class="multiples">{"".join(charts)}</div>'


def axis_end(rows: Sequence[TokenCandidate]) -> float:
    """The first round number that no bar passes."""
    longest = max((max(row.probability, row.reshaped) for row in rows), default=1.0)
    return next((end for end in _ENDS if longest <= end), 1.0)


def _draw_traced(show: Renderer, name: str, traced: str) -> str:
    """A word that explains itself, and how its number is worked out from others on the page."""
    explained = f"{show.text(f'sampling.{name}_info')} {traced}"
    return draw_explained(html.escape(show.text(f"sampling.{name}")), html.escape(explained))


def _bar(show: Renderer, row: TokenCandidate, end: float, left: float = 1.0, *, picked: bool = True) -> str:
    """`left` is the probability that the cuts left of all tokens together."""
    values = {"uncut": show.percent(row.uncut), "left": show.percent(left), "after": show.percent(row.reshaped)}
    traced = show.text("sampling.row_kept" if row.kept else "sampling.row_cut", **values)
    facts = html.escape(f"{show.text('sampling.row_facts', id=row.id, logit=row.logit)} · {traced}")
    button = (
        f'<button type="button" class="piece" data-token="{row.id}" title="{facts}">{draw_piece(row.token)}</button>'
    )
    return (
        f'<tr class="{"" if row.kept else "cut"}" title="{facts}">'
        f'<th scope="row">{button if picked else draw_chip(row.token)}</th>'
        f'<td class="track"><i class="own" style="width:{_width(row.probability, end)}"></i>'
        f'<i class="after" style="width:{_width(row.reshaped, end)}"></i></td>'
        f'<td class="number own">{_percent(show, row.probability)}</td>'
        f'<td class="number uncut">{_percent(show, row.uncut)}</td>'
        f'<td class="number after">{_after(show, row)}</td></tr>'
    )


def _after(show: Renderer, row: TokenCandidate) -> str:
    return _percent(show, row.reshaped) if row.kept else html.escape(show.text("sampling.cut"))


def _percent(show: Renderer, probability: float) -> str:
    return html.escape(show.percent(probability))


def _width(probability: float, end: float) -> str:
    return f"{min(probability / end, 1) * 100:.2f}%"


def _like(show: Renderer, entropy: float) -> str:
    """An entropy as the number of equally likely tokens it amounts to."""
    return show.text("sampling.entropy_like", count=show.number(math.exp(entropy), ".1f"))
