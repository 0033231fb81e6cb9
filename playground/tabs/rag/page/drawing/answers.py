"""A question and what came of it: what was searched for, the answers side by side, their sources, the exact prompt."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from playground.asking.reply import Reply
from playground.page.parts.render import Renderer
from playground.page.parts.signs import WARNING, draw_sign
from playground.tabs.rag.lab.answering.prompt import GroundedPrompt
from playground.tabs.rag.lab.documents import Passage
from playground.tabs.rag.page.drawing.claims import Claims, draw_claims, draw_legend
from playground.tabs.rag.page.drawing.files import draw_indexing
from playground.tabs.rag.page.drawing.marked import draw_document_text, draw_marked
from playground.tabs.rag.page.drawing.passages import draw_notes
from playground.tabs.rag.page.drawing.pieces import decimal, place_of, say, where
from playground.tabs.rag.visit.values import Answered
from providers.types import ModelInfo

_SNIPPET = 140
"""Characters of a source that its line shows."""


def draw_turns(show: Renderer, answered: Sequence[Answered], models: Mapping[str, ModelInfo]) -> str:
    """What was asked so far, the oldest first."""
    return "".join(draw_turn(show, one, models, number) for number, one in enumerate(answered))


def draw_turn(show: Renderer, it: Answered, models: Mapping[str, ModelInfo], number: int) -> str:
    """One question. `number` keeps apart what is unfolded in each."""
    sides = _with(show, it, models, number)
    if it.plain is not None:
        sides += _side(show, "without", it.plain, models, _plain(it.plain), f"{number}-without")
    signs = draw_legend(show) if it.sentences else ""
    if it.unchecked is not None:
        why = html.escape(show.message(it.unchecked))
        signs = f'<p class="quiet">{draw_sign(WARNING)} {say(show, "unchecked")} {why}</p>'
    return (
        f'<article class="asked" data-turn="{number}"><h4 class="question">{html.escape(it.question)}</h4>'
        f"{_draw_search(show, it)}{_banner(show, it)}"
        f'<div class="sides">{sides}</div>{signs}{_sources(show, it, number)}</article>'
    )


def _draw_search(show: Renderer, it: Answered) -> str:
    """What a follow-up was rewritten into, and what the search did."""
    parts = []
    if it.rewritten:
        parts.append(f'<p class="standalone">{say(show, "standalone")} <q>{html.escape(it.standalone)}</q></p>')
    if it.found is not None:
        parts.append(draw_notes(show, it.found.notes))
    return "".join(parts)


def _banner(show: Renderer, it: Answered) -> str:
    if it.evidence not in ("weak", "none"):
        return ""
    return (
        f'<div class="notice evidence" role="status"><strong>{say(show, f"evidence_{it.evidence}")}</strong> '
        f"{say(show, f'evidence_{it.evidence}_info')}</div>"
    )


def _with(show: Renderer, it: Answered, models: Mapping[str, ModelInfo], number: int) -> str:
    """The side with the documents; while nothing is found yet, that it is being searched."""
    if it.reply is None:
        if it.evidence == "none":
            said = f'<p class="told">{say(show, "not_asked")}</p>'
        elif it.done:
            return ""
        elif it.indexing is not None:
            said = draw_indexing(show, it.indexing)
        else:
            said = f'<p class="told" role="status">{say(show, "searching")}</p>'
        return f'<section class="side with"><h5>{say(show, "with")}</h5>{said}</section>'
    passages = it.grounded.passages if it.grounded is not None else ()
    text = draw_claims(show, Claims(text=it.reply.text, passages=passages, sentences=it.sentences))
    return _side(show, "with", it.reply, models, text, f"{number}-with")


def _side(show: Renderer, name: str, reply: Reply, models: Mapping[str, ModelInfo], text: str, key: str) -> str:
    said = text if reply.text else ""
    if reply.reasoning:
        said = (
            f'<details data-key="{key}-thinking"><summary>{html.escape(show.text("chat.reasoning"))}</summary>'
            f'<pre class="said reasoning">{html.escape(reply.reasoning)}</pre></details>{said}'
        )
    if reply.running and not reply.text:
        said += f'<p class="told" role="status">{html.escape(show.waiting(reply.progress))}</p>'
    if reply.failure is not None:
        said += show.alert(reply.failure)
    end = "" if reply.running else _facts(show, reply, key)
    return (
        f'<section class="side {name}"><h5>{say(show, name)}</h5>'
        f"{show.head(models.get(reply.model), reply.model, ran=bool(reply.text))}{said}{end}</section>"
    )


def _plain(reply: Reply) -> str:
    return f'<div class="answer">{draw_marked(reply.text)}</div>'


def _facts(show: Renderer, reply: Reply, key: str) -> str:
    """The line of numbers as in the chat; unfolded: what was not taken, the parameters, the exact prompt."""
    lines = [f"<li>{html.escape(show.change(change))}</li>" for change in reply.changes]
    chosen = reply.sampling.without_neutral().chosen_values()
    values = [f"{show.text(f'parameter.{name}.label')} {show.value(value)}" for name, value in chosen.items()]
    if values:
        lines.append(f"<li>{html.escape(show.text('facts.parameters'))}: {html.escape(', '.join(values))}</li>")
    if reply.cost:
        lines.append(f"<li>{html.escape(show.text('facts.cost_note'))}</li>")
    sent = ""
    if reply.sent is not None:
        sent = (
            f'<p class="kind">{html.escape(show.text("facts.sent"))}</p>'
            f'<pre class="sent">{html.escape(reply.sent.content)}</pre>'
        )
    return (
        f'<details class="facts-line" data-key="{key}-facts"><summary>{html.escape(show.facts(reply))}</summary>'
        f"<ul>{''.join(lines)}</ul>{sent}</details>"
    )


def _sources(show: Renderer, it: Answered, number: int) -> str:
    """The passages as the prompt numbers them, and those for which there was no room."""
    made = it.grounded
    if made is None:
        return ""
    lines = "".join(_source(show, passage, place) for place, passage in enumerate(made.passages, start=1))
    title = say(show, "sources", count=len(made.passages))
    return (
        f'<details class="sources" data-key="{number}-sources"><summary>{title}</summary>'
        f"<ol>{lines}</ol></details>{_draw_cut(show, made, number)}"
    )


def _draw_cut(show: Renderer, made: GroundedPrompt, number: int) -> str:
    said = []
    if made.forgotten:
        said.append(f'<p class="quiet">{draw_sign(WARNING)} {say(show, "forgotten", count=made.forgotten)}</p>')
    if made.left_out:
        lines = "".join(_source(show, passage, None) for passage in made.left_out)
        title = f"{draw_sign(WARNING)} {say(show, 'left_out', count=len(made.left_out))}"
        said.append(
            f'<details class="sources" data-key="{number}-cut"><summary>{title}</summary><ul>{lines}</ul></details>'
        )
    return "".join(said)


def _source(show: Renderer, passage: Passage, number: int | None) -> str:
    sign = f"[{number}] " if number is not None else ""
    text = " ".join(passage.chunk.text.split())
    short = text if len(text) <= _SNIPPET else text[:_SNIPPET].rsplit(" ", 1)[0] + " …"
    snippet = draw_document_text(short, passage.chunk.name)
    return (
        f'<li><button type="button" class="source" {place_of(passage.chunk)}><b>{sign}{where(show, passage.chunk)}</b> '
        f"<small>{say(show, 'score', score=decimal(show, passage.score))}</small> {snippet}</button></li>"
    )
