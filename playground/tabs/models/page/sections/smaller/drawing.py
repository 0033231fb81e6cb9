"""A model's forms side by side, what pruning did to it, and two answers before and after the vote."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

from playground.page.parts.measures import draw_cells, draw_heads, draw_table
from playground.page.parts.render import Renderer
from playground.tabs.models.lab.smaller import BlindPair, ShrunkForm, Side, Tally
from playground.tabs.models.page.pieces import amount_of_bytes, draw_name, draw_notice, draw_sentence, draw_term, say
from playground.tabs.models.page.sections.smaller.curve import draw_curve
from providers.errors import Failure
from providers.shrinking import FORMATS, PRUNINGS, Form, FormCost

_COLUMNS = ("size", "load", "memory", "speed")
_LANGUAGES = ("en", "es")
_Name = Callable[[Renderer, Form], str]


def name_of_form(show: Renderer, form: Form) -> str:
    """As plain text: a format, or what is left out and how much of it."""
    if form.name in PRUNINGS:
        return show.text(f"models.left_out_{form.name}", share=form.sparsity)
    return show.text(f"models.form_{form.name}")


def _beside_another(show: Renderer, form: Form) -> str:
    """As plain text: the whole model is called so where a smaller form stands beside it."""
    return show.text("models.pruning_whole") if form.name == "float32" else name_of_form(show, form)


def draw_forms(show: Renderer, found: Sequence[ShrunkForm], asked: Sequence[str], coming: str = "") -> str:
    """A line a format. `coming` is what is measured now, as plain text."""
    head = draw_name(show, found[0].info, found[0].info.ref)
    rest = draw_sentence(show, "smaller_next", what=coming) if coming else ""
    heads = draw_heads([say(show, "form"), *(draw_term(show, f"form_{name}") for name in _COLUMNS)])
    heads += "".join(f'<th scope="col">{_language_head(show, one)}</th>' for one in _LANGUAGES)
    lines = "".join(_line(show, one, found[0]) for one in found)
    table = draw_table(say(show, "forms_of"), heads, lines, kind="results fitting forms")
    notice = "" if coming else draw_notice(show, "smaller")
    return f"{head}{table}{rest}{_draw_refusal(show, found)}{_answers(show, found, asked, name_of_form)}{notice}"


def _language_head(show: Renderer, language: str) -> str:
    return f"{draw_term(show, 'form_perplexity')} <small>{say(show, f'form_{language}')}</small>"


def _labels(show: Renderer, columns: Sequence[str]) -> list[str]:
    """Of the cells below these heads, which a phone shows instead of them."""
    return [say(show, f"form_{name}") for name in columns]


def _language_labels(show: Renderer) -> list[str]:
    return [f"{say(show, 'form_perplexity')} {say(show, f'form_{one}')}" for one in _LANGUAGES]


def _line(show: Renderer, one: ShrunkForm, whole: ShrunkForm) -> str:
    share = f"<small>{show.percent(one.size.bytes / whole.size.bytes)}</small>"
    cells = [f"{amount_of_bytes(show, one.size.bytes)} {share}", *_costs(show, one.cost)]
    cells += [_draw_foreseen(show, one, language) for language in _LANGUAGES]
    row = draw_cells([*_labels(show, _COLUMNS), *_language_labels(show)], cells)
    name = html.escape(name_of_form(show, one.form))
    info = say(show, f"form_{one.form.name}_info")
    return f'<tr data-form="{one.form.name}"><th scope="row">{name}<br><small>{info}</small></th>{row}</tr>'


def _costs(show: Renderer, cost: FormCost | Failure | None) -> list[str]:
    if not isinstance(cost, FormCost):
        return ["–"] * 3
    speed = show.number(cost.speed, ".0f" if cost.speed >= 10 else ".1f")
    return [
        f"{show.number(cost.load, '.1f')} s",
        amount_of_bytes(show, max(0, cost.memory)),
        f"{speed} <small>{html.escape(cost.engine)}</small>",
    ]


def _draw_foreseen(show: Renderer, one: ShrunkForm, language: str) -> str:
    found = one.foreseen.get(language)
    if found is None:
        return "–"
    bits = say(show, "form_bits", bits=found.bits_per_byte)
    return f'<span class="share">{_perplexity(show, found.perplexity)}</span> <small>{bits}</small>'


def _measures(show: Renderer, one: ShrunkForm, *, timed: bool) -> list[str]:
    foreseen = [_draw_foreseen(show, one, language) for language in _LANGUAGES]
    return [*_costs(show, one.cost), *foreseen] if timed else foreseen


def _perplexity(show: Renderer, value: float) -> str:
    return show.number(value, ",.1f") if value < 1e6 else "> 10⁶"


def _draw_refusal(show: Renderer, found: Sequence[ShrunkForm]) -> str:
    """Once, why some have no speed."""
    failures = [one.cost for one in found if isinstance(one.cost, Failure)]
    return f'<p class="quiet">{html.escape(show.message(failures[0]))}</p>' if failures else ""


def _answers(show: Renderer, found: Sequence[ShrunkForm], asked: Sequence[str], name: _Name) -> str:
    """Each question with every form's answer; equal answers once."""
    parts = []
    for place, question in enumerate(asked):
        names: dict[str, list[str]] = {}
        for one in found:
            names.setdefault(one.answers[place], []).append(name(show, one.form))
        lines = "".join(
            f"<dt>{html.escape(', '.join(forms))}</dt><dd>{html.escape(text) or '–'}</dd>"
            for text, forms in names.items()
        )
        parts.append(f'<h5 class="part">{html.escape(question)}</h5><dl class="form-answers">{lines}</dl>')
    return f'<h4 class="part">{say(show, "form_answers")}</h4>{"".join(parts)}'


def draw_pruned(show: Renderer, found: Sequence[ShrunkForm], asked: Sequence[str]) -> str:
    """What is left of the model, beside the whole one (the first) and the other shares that were tried; the form is
    the last."""
    whole, one = found[0], found[-1]
    left = say(
        show,
        "pruning_left",
        what=name_of_form(show, one.form),
        left=one.size.numbers,
        whole=one.size.whole,
    )
    stored = one.size.sparse if one.size.sparse is not None else one.size.bytes
    size = say(
        show,
        "pruning_stored" if one.size.sparse is None else f"pruning_sparse_{one.form.name}",
        whole=amount_of_bytes(show, whole.size.bytes),
        now=amount_of_bytes(show, one.size.bytes),
        sparse=amount_of_bytes(show, stored),
    )
    timed = one.cost is not None
    costs = [draw_term(show, f"form_{name}") for name in _COLUMNS[1:]] if timed else []
    heads = draw_heads([say(show, "form"), *costs, *(_language_head(show, each) for each in _LANGUAGES)])
    labels = [*(_labels(show, _COLUMNS[1:]) if timed else ()), *_language_labels(show)]
    lines = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th>{draw_cells(labels, _measures(show, each, timed=timed))}</tr>'
        for name, each in ((_beside_another(show, whole.form), whole), (_capitalise(name_of_form(show, one.form)), one))
    )
    table = draw_table(say(show, "forms_of"), heads, lines, kind="results fitting forms")
    return (
        f'<div class="pruned" data-sparsity="{one.form.sparsity:.2f}">{draw_name(show, one.info, one.info.ref)}'
        f"<p>{left} {size}</p>{table}{draw_curve(show, found)}"
        f"{_answers(show, (whole, one), asked, _beside_another)}{draw_notice(show, 'pruning')}</div>"
    )


def draw_pair(show: Renderer, pair: BlindPair) -> str:
    """Two answers; whose they are is not in the page before the vote."""
    sides = "".join(_side(show, pair, side) for side in ("a", "b"))
    return (
        f'<div class="answer"><p><strong>{html.escape(pair.question)}</strong></p>'
        f'<div class="pair-answers">{sides}</div></div>'
    )


def _side(show: Renderer, pair: BlindPair, side: Side) -> str:
    whose = f" · {html.escape(_beside_another(show, pair.forms[side]))}" if pair.vote is not None else ""
    return f"<div><h5>{side.upper()}{whose}</h5><p>{html.escape(pair.answers[side]) or '–'}</p></div>"


def draw_verdict(show: Renderer, pair: BlindPair, tally: Tally) -> str:
    """Which was chosen, and all votes so far."""
    best = pair.winner
    said = (
        say(show, "blind_chosen", what=_beside_another(show, best))
        if best is not None
        else say(show, "blind_undecided")
    )
    if pair.answers["a"] == pair.answers["b"]:
        said += f" {say(show, 'blind_same')}"
    lines = ", ".join(
        say(show, "blind_count", what=_form_named(show, key), won=tally.preferred.get(key, 0), shown=shown)
        for key, shown in tally.shown.items()
    )
    return f'<div class="answer"><p>{said}</p><p class="quiet">{say(show, "blind_tally")} {lines}.</p></div>'


def _form_named(show: Renderer, key: str) -> str:
    """By the key of a `Form`."""
    name, _, share = key.partition("-")
    for one in PRUNINGS:
        if one == name:
            return name_of_form(show, Form(one, float(share)))
    return _beside_another(show, Form(next(one for one in FORMATS if one == name)))


def _capitalise(name: str) -> str:
    """As a line begins."""
    return name[:1].upper() + name[1:]
