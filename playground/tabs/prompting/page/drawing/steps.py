"""What a strategy did, step by step: chains, votes as bars, thoughts as a tree, actions with what they gave."""

from __future__ import annotations

import html
from collections.abc import Sequence

from playground.measuring import Extraction
from playground.page.parts.render import Renderer
from playground.strategies.solving.trace import Trace, TraceStep
from providers.types import Message

_HANGING = {"proposal", "evaluation"}
"""Calls beside a tree of thoughts: folded, since their result stands in the thoughts."""


def draw_steps(show: Renderer, trace: Trace, key: str, found: Extraction | None = None) -> str:
    """The whole trace, the answer `found` marked where it stands.

    `key` names the trace on the page, so that what a visitor unfolds stays open.
    """
    if any(step.kind == "proposal" for step in trace.steps):
        return _tree(show, trace, key, found)
    votes = [step for step in trace.steps if step.kind == "vote"]
    several = sum(step.kind == "chain" for step in trace.steps) > 2
    drawn = "".join(
        _chain(show, trace, place, key)
        if several and step.kind == "chain"
        else _step(show, trace, place, key, _extraction_at(trace, place, found))
        for place, step in enumerate(trace.steps)
        if step.kind != "vote"
    )
    silent = sum(step.kind == "chain" and step.state == "done" and step.extracted is None for step in trace.steps)
    return f'<div class="steps">{_histogram(show, votes, silent)}{drawn}</div>'


def mark_answer(text: str, found: Extraction | None) -> str:
    """A text with the answer that was found in it marked, escaped."""
    if found is None or found.start is None or found.end is None:
        return html.escape(text)
    before, answer, after = text[: found.start], text[found.start : found.end], text[found.end :]
    return f'{html.escape(before)}<mark class="found">{html.escape(answer)}</mark>{html.escape(after)}'


def draw_messages(show: Renderer, messages: Sequence[Message], key: str) -> str:
    """The exact messages, folded."""
    turns = "".join(
        f'<div class="turn"><span class="role">{html.escape(show.text(f"prompting.role_{one.role}"))}</span>'
        f"<pre>{html.escape(one.text)}</pre></div>"
        for one in messages
    )
    return _draw_details(html.escape(show.text("prompting.exact")), turns, f"{key}-prompt", "exact")


def answer_chain(trace: Trace) -> int | None:
    """The place of the chain whose text is the answer; `None` where the answer stands in none, as after a vote."""
    places = [place for place, step in enumerate(trace.steps) if step.kind == "chain"]
    said = [place for place in places if trace.done and trace.answer and trace.steps[place].text == trace.answer]
    return said[-1] if said else None


def _extraction_at(trace: Trace, place: int, found: Extraction | None) -> Extraction | None:
    return found if answer_chain(trace) == place else None


def _step(show: Renderer, trace: Trace, place: int, key: str, found: Extraction | None) -> str:
    step, own = trace.steps[place], f"{key}-{place}"
    if step.kind == "prompt":
        return draw_messages(show, step.messages, own) if step.messages else ""
    sent = draw_messages(show, step.messages, own) if step.messages else ""
    name = f'<span class="kind">{html.escape(_name(show, step))}</span>'
    return f'<div class="step {step.kind} {step.state}">{sent}{name}{_body(show, step, found)}</div>'


def _chain(show: Renderer, trace: Trace, place: int, key: str) -> str:
    """One of many chains, folded: its answer is enough."""
    step = trace.steps[place]
    said = html.escape(step.extracted or _state(show, step))
    title = f"{html.escape(_name(show, step))} → <strong>{said}</strong>"
    return _draw_details(title, _body(show, step), f"{key}-{place}", "step chain")


def _body(show: Renderer, step: TraceStep, found: Extraction | None = None) -> str:
    parts = []
    if step.reasoning:
        parts.append(f'<pre class="said reasoning">{html.escape(step.reasoning)}</pre>')
    if step.kind == "action":
        parts.append(f"<code>{html.escape(step.text)}[{html.escape(step.extracted or '')}]</code>")
    elif step.text:
        parts.append(f'<pre class="said" tabindex="0">{mark_answer(step.text, found)}</pre>')
    if step.failure is not None:
        parts.append(show.alert(step.failure))
    elif step.state == "unread":
        parts.append(f'<p class="told">{html.escape(show.text("strategy.step.unread"))}</p>')
    elif not step.text and step.state != "done":
        parts.append(f'<p class="told">{html.escape(_state(show, step))}</p>')
    return "".join(parts)


def _histogram(show: Renderer, votes: Sequence[TraceStep], silent: int) -> str:
    """The answers of all chains as bars from zero, the winner first; last how many had none that could be read."""
    if not votes:
        return ""
    of = sum(vote.votes or 0 for vote in votes)
    rows = "".join(
        f'<tr class="{"won" if vote.kept else ""}"><th scope="row">{html.escape(vote.text)}</th>'
        f'<td class="track"><i class="after" style="width:{(vote.score or 0) * 100:.1f}%"></i></td>'
        f'<td class="number">{html.escape(show.text("prompting.votes", count=vote.votes or 0, of=of))}</td></tr>'
        for vote in votes
    )
    if silent:
        rows += (
            f'<tr class="unread"><th scope="row">{html.escape(show.text("prompting.no_answer"))}</th>'
            f'<td class="track"></td><td class="number">{silent}</td></tr>'
        )
    return f'<table class="votes"><caption>{html.escape(show.text("prompting.votes_caption"))}</caption>{rows}</table>'


def _tree(show: Renderer, trace: Trace, key: str, found: Extraction | None) -> str:
    """Thoughts under the thought they follow, indented; what was kept stands out; the calls hang beside, folded."""
    children: dict[int | None, list[int]] = {}
    for place, step in enumerate(trace.steps):
        children.setdefault(step.parent, []).append(place)
    lines: list[str] = []
    waiting = [(0, place) for place in reversed(children.get(None, []))]
    while waiting:
        depth, place = waiting.pop()
        lines.append(_branch(show, trace, place, key, depth, _extraction_at(trace, place, found)))
        waiting += [(depth + 1, child) for child in reversed(children.get(place, []))]
    return f'<ul class="thoughts">{"".join(lines)}</ul>'


def _branch(show: Renderer, trace: Trace, place: int, key: str, depth: int, found: Extraction | None) -> str:
    step, own = trace.steps[place], f"{key}-{place}"
    if step.kind == "thought":
        score = "" if step.score is None else f'<span class="score">{step.score * 10:g} / 10</span>'
        kept = {True: "kept", False: "dropped", None: "open"}[step.kept]
        sign = html.escape(show.text(f"prompting.thought_{kept}"))
        body = f'<span class="thought {kept}">{html.escape(step.text)}</span> {score} <small>{sign}</small>'
    elif step.kind == "prompt":
        body = f'<span class="kind">{html.escape(show.text("prompting.question"))}</span> {html.escape(step.text)}'
    else:
        sent = draw_messages(show, step.messages, own) if step.messages else ""
        inside = sent + _body(show, step, found)
        name = html.escape(_name(show, step))
        body = _draw_details(name, inside, own, "beside") if step.kind in _HANGING else f"{name}{inside}"
    return f'<li class="{step.kind}" style="--depth:{min(depth, 8)}">{body}</li>'


def _name(show: Renderer, step: TraceStep) -> str:
    return show.text(f"strategy.step.{step.kind}")


def _state(show: Renderer, step: TraceStep) -> str:
    if step.failure is not None:
        return show.message(step.failure)
    if step.state == "done":
        return show.text("prompting.no_answer")
    return show.waiting(step.progress)


def _draw_details(title: str, body: str, key: str, kind: str) -> str:
    """`title` and `body` are HTML."""
    return f'<details class="{kind}" data-key="{html.escape(key)}"><summary>{title}</summary>{body}</details>'
