"""What a judge says of pairs of answers, how much its order swayed it, and how far a person agrees."""

from __future__ import annotations

import html

from playground.measuring.metrics.judge import Judgement, Pair, Vote
from playground.page.parts.measures import draw_explained, draw_progress
from playground.page.parts.render import Renderer
from playground.tabs.evaluation.lab.judging import JudgedRun
from playground.tabs.evaluation.page.drawing.pieces import say

_VOTES: tuple[Vote, ...] = ("first", "tie", "second")


def draw_judging(show: Renderer, it: JudgedRun) -> str:
    """While it goes on: how many pairs are judged."""
    done, total = len(it.judgements), len(it.pairs)
    said = f"<strong>{say(show, 'judging', judge=it.judge)}</strong> {say(show, 'judged_of', done=done, all=total)}"
    return draw_progress(said, done / total if total else 1) + draw_judged(show, it)


def draw_judged(show: Renderer, it: JudgedRun) -> str:
    """Wins, ties, how often the order alone decided, and the agreement with one's own votes; nothing before any."""
    if not it.judgements:
        return ""
    found = it.summary
    counts = {vote: sum(one == vote for one in found.votes) for vote in _VOTES}
    lines = [
        say(show, "judged_wins", label=it.first, count=counts["first"], all=found.judged),
        say(show, "judged_wins", label=it.second, count=counts["second"], all=found.judged),
        say(show, "judged_ties", count=counts["tie"]),
        say(show, "judged_by_place", count=found.by_place, all=len(it.judgements)),
    ]
    if found.unread:
        lines.append(say(show, "judged_unread", count=found.unread))
    both = sum(item in it.votes and it.judgements[item].vote is not None for item in it.judgements)
    kappa = say(show, "kappa_none") if found.kappa is None else show.number(found.kappa, ".2f")
    word = draw_explained(say(show, "kappa"), say(show, "kappa_info"))
    agreed = f"<li>{word}: {kappa} <small>{say(show, 'kappa_pairs', count=both)}</small></li>"
    title = say(show, "judged_title", judge=it.judge)
    return f'<h4 class="part">{title}</h4><ul>{"".join(f"<li>{line}</li>" for line in lines)}{agreed}</ul>'


def draw_pairs(show: Renderer, it: JudgedRun) -> str:
    """Every pair, without names until one has voted: then whose answers they are, and what the judge said."""
    hint = say(show, "vote_hint")
    drawn = "".join(_pair(show, it, item, pair) for item, pair in it.pairs.items())
    return f'<p class="quiet">{hint}</p>{drawn}'


def _pair(show: Renderer, it: JudgedRun, item: str, pair: Pair) -> str:
    voted = it.votes.get(item)
    names = (it.first, it.second) if voted else (show.text("evaluation.answer_a"), show.text("evaluation.answer_b"))
    answers = "".join(
        f'<div><h5>{html.escape(name)}</h5><pre class="said" tabindex="0">{html.escape(text)}</pre></div>'
        for name, text in zip(names, (pair.first, pair.second), strict=True)
    )
    buttons = "".join(
        f'<button type="button" data-vote="{vote}" aria-pressed="{"true" if vote == voted else "false"}">'
        f"{say(show, f'vote_{vote}')}</button>"
        for vote in _VOTES
    )
    said = _verdict(show, it, it.judgements.get(item)) if voted else ""
    return (
        f'<article class="attempt" data-pair="{html.escape(item)}">'
        f'<pre class="said" tabindex="0">{html.escape(pair.question)}</pre>'
        f'<div class="pair-answers">{answers}</div><div class="judge">{buttons}</div>{said}</article>'
    )


def _verdict(show: Renderer, it: JudgedRun, found: Judgement | None) -> str:
    if found is None:
        return ""
    names = {"first": it.first, "second": it.second, "tie": show.text("evaluation.vote_tie")}
    straight, swapped = (
        names[one] if one is not None else show.text("evaluation.verdict_unread")
        for one in (found.straight, found.swapped)
    )
    return f'<p class="quiet">{say(show, "verdict", straight=straight, swapped=swapped)}</p>'
