"""The sweep's grid: a row a setting, a column a seed, and what the runs of a setting have in common."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from playground.page.parts.model_labels import model_id
from playground.page.parts.render import Renderer
from playground.tabs.sampling.lab import Group, SweepCell, SweepSetting, groups
from playground.tabs.sampling.page.drawing.pieces import draw_term

_PROMPT = 120
"""Characters of a prompt that a title shows."""
_WORDS = ("agreement", "distinct_1", "distinct_2", "mean_logprob", "length", "finish")


def draw_grid(show: Renderer, cells: Sequence[SweepCell]) -> str:
    """All cells as far as they have come."""
    seeds = list(dict.fromkeys(cell.seed for cell in cells))
    heads = "".join(f'<th scope="col">{_seed(show, seed)}</th>' for seed in seeds)
    shared = {group.setting: group for group in groups(cells)}
    rows = []
    for setting in dict.fromkeys(cell.setting for cell in cells):
        runs = {cell.seed: cell for cell in cells if cell.setting == setting}
        inside = "".join(_cell(show, runs[seed]) for seed in seeds if seed in runs)
        rows.append(
            f'<tr><th scope="row">{_setting(show, setting)}{_group(show, shared.get(setting))}</th>{inside}</tr>'
        )
    corner = html.escape(show.text("sampling.setting"))
    done = sum(cell.state not in {"waiting", "streaming"} for cell in cells)
    progress = html.escape(show.text("sampling.progress", done=done, all=len(cells)))
    name = html.escape(show.text("sampling.grid"))
    return (
        f'<p class="quiet" role="status">{progress}</p>{_changes(show, cells)}{_words(show)}'
        f'<div class="sweep-scroll" tabindex="0" role="region" aria-label="{name}"><table class="sweep"><thead><tr>'
        f'<th scope="col">{corner}</th>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def draw_sweep_title(show: Renderer, model: str, prompt: str, begun: str) -> str:
    """What a sweep is of: the prompt, the model, and when; settings and seeds head its rows and columns."""
    short = prompt if len(prompt) <= _PROMPT else f"{prompt[:_PROMPT]}…"
    said = f"{model_id(model)} · {show.text('prompting.title_when', when=show.moment(begun))}"
    return f'<h4 class="part run-title">{html.escape(short)} <small>{html.escape(said)}</small></h4>'


def _words(show: Renderer) -> str:
    """Each word of the grid once, with its explanation: in every cell it would be too many stops of the Tab key."""
    return f'<p class="words-used">{" ".join(draw_term(show, name) for name in _WORDS)}</p>'


def _cell(show: Renderer, cell: SweepCell) -> str:
    if cell.failure is not None:
        said = f"{show.message(cell.failure)} {show.hint(cell.failure)}"
        body = f'<p class="told" role="alert">{html.escape(said)}</p>'
    elif cell.text:
        body = f'<div class="text" tabindex="0">{html.escape(cell.text)}</div>'
    else:
        waiting = show.waiting(cell.progress) if cell.state == "waiting" else show.text("sampling.no_text")
        body = f'<p class="told">{html.escape(waiting)}</p>'
    return f'<td class="{cell.state}">{body}<dl>{_facts(show, cell)}</dl></td>'


def _facts(show: Renderer, cell: SweepCell) -> str:
    ended = {"stopped": "facts.stopped", "failed": "facts.failed"}.get(cell.state, f"sampling.finish_{cell.finish}")
    facts = [
        ("distinct_1", _number(show, cell.distinct_1)),
        ("distinct_2", _number(show, cell.distinct_2)),
        ("mean_logprob", _number(show, cell.mean_logprob)),
        ("length", str(cell.tokens)),
    ]
    if cell.finish or cell.state in {"stopped", "failed"}:
        facts.append(("finish", show.text(ended)))
    return "".join(_fact(show, name, value) for name, value in facts)


def _group(show: Renderer, group: Group | None) -> str:
    if group is None or not group.runs:
        return ""
    facts = [
        ("agreement", _number(show, group.agreement)),
        ("distinct_2", _number(show, group.distinct_2)),
        ("mean_logprob", _number(show, group.mean_logprob)),
        ("length", _number(show, group.length, 1)),
    ]
    runs = html.escape(show.text("sampling.runs", count=group.runs))
    return f'<div class="shared"><span>{runs}</span><dl>{"".join(_fact(show, *fact) for fact in facts)}</dl></div>'


def _fact(show: Renderer, name: str, value: str) -> str:
    label, explained = html.escape(show.text(f"sampling.{name}")), html.escape(show.text(f"sampling.{name}_info"))
    return f'<div data-fact="{name}"><dt title="{explained}">{label}</dt><dd>{html.escape(value)}</dd></div>'


def _changes(show: Renderer, cells: Sequence[SweepCell]) -> str:
    """What the model did not take, each said once, with the cells it concerns."""
    said: dict[str, list[str]] = {}
    for cell in cells:
        for change in cell.changes:
            where = said.setdefault(show.change(change), [])
            if (name := _name(show, cell.setting)) not in where:
                where.append(name)
    everywhere = len({cell.setting for cell in cells})
    lines = [
        html.escape(text if len(where) == everywhere else f"{text} ({'; '.join(where)})")
        for text, where in said.items()
    ]
    return f'<ul class="changes">{"".join(f"<li>{line}</li>" for line in lines)}</ul>' if lines else ""


def _setting(show: Renderer, setting: SweepSetting) -> str:
    return f'<span class="setting">{html.escape(_name(show, setting))}</span>'


def _name(show: Renderer, setting: SweepSetting) -> str:
    parts = [show.text("sampling.at_temperature", temperature=show.number(setting.temperature, "g"))]
    return " · ".join([*parts, *name_others(show, setting.others)])


def name_others(show: Renderer, others: Iterable[tuple[str, float]]) -> list[str]:
    """Each parameter with its value."""
    return [f"{show.text(f'parameter.{name}.label')} {show.number(value, 'g')}" for name, value in others]


def _seed(show: Renderer, seed: int | None) -> str:
    return html.escape(show.text("facts.no_seed") if seed is None else show.text("facts.seed", seed=seed))


def _number(show: Renderer, value: float | None, digits: int = 2) -> str:
    return "–" if value is None else show.number(value, f".{digits}f").replace("-", "−")
