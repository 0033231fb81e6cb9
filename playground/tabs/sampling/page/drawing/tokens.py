"""A text token by token: what the model read, the coloured path, and the tree of what was tried."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from playground.page.parts.colour import level
from playground.page.parts.notices import draw_changes
from playground.page.parts.render import Renderer
from playground.page.parts.tokens import draw_chip, draw_piece, mark_spaces
from playground.tabs.sampling.lab import Node, TokenTree, visible
from providers.whitebox import Token

_BEFORE = 40
"""Tokens of the prompt that the path begins with; all of them are in `read`."""
_TAIL = 8
"""Tokens shown before the choice."""
_LONGEST = 60
"""Characters of a branch that its line shows."""


def draw_prompt(show: Renderer, tokens: Sequence[Token]) -> str:
    """The prompt as the model reads it, its own marks standing out. Without any, what comes after says the same."""
    title = html.escape(show.text("sampling.read", count=len(tokens)))
    pieces = "".join(draw_chip(token.piece, special=token.special) for token in tokens)
    opened = " open" if any(token.special for token in tokens) else ""
    return f'<details class="read"{opened}><summary>{title}</summary><div class="pieces">{pieces}</div></details>'


def draw_path(show: Renderer, tree: TokenTree) -> str:
    """Prompt and path. Nothing is closed around them, so that a token more only adds to the end of what was sent."""
    fixed = tree.readable_only
    here = "" if fixed else html.escape(show.text("sampling.here"))
    others = html.escape(show.text("sampling.alternatives_read" if fixed else "sampling.alternatives"))
    words = f'<span class="words" hidden data-here="{here}" data-alternatives="{others}"></span>'
    cut = '<span class="token prompt">…</span>' if len(tree.prompt) > _BEFORE else ""
    prompt = cut + "".join(_in_prompt(token) for token in tree.prompt[-_BEFORE:])
    # One stop of the Tab key; the arrow keys go from token to token.
    chosen = [_draw_token(show, node, fixed=fixed, stop=not place) for place, node in enumerate(tree.path())]
    return words + prompt + "".join(chosen)


def draw_tail(show: Renderer, tree: TokenTree) -> str:
    """After which tokens the choice is made that the bars show."""
    before = (*tree.prompt, *(node.token for node in tree.path()))
    cut = "…" if len(before) > _TAIL else ""
    pieces = "".join(draw_chip(token.piece, special=token.special) for token in before[-_TAIL:])
    return f'<p class="tail">{html.escape(show.text("sampling.after"))} {cut}{pieces}<span class="gap">?</span></p>'


@dataclass(frozen=True, slots=True)
class Branch:
    """Tokens after one another with no fork between them. `depth` counts the forks before it."""

    depth: int
    nodes: tuple[Node, ...]
    current: bool
    """The text runs through it."""


def branches(tree: TokenTree) -> tuple[Branch, ...]:
    """The tree, branch by branch, in the order they were tried; the leaf splits a branch, since the text ends there."""
    after: dict[int | None, list[Node]] = {}
    for node in tree.nodes:
        after.setdefault(node.parent, []).append(node)
    on_path = {node.id for node in tree.path()}
    found: list[Branch] = []
    waiting = [(0, node) for node in reversed(after.get(None, []))]
    while waiting:
        depth, first = waiting.pop()
        chain = [first]
        while len(following := after.get(chain[-1].id, [])) == 1 and chain[-1].id != tree.leaf:
            chain.append(following[0])
        found.append(Branch(depth, tuple(chain), first.id in on_path))
        deeper = depth + (len(following) > 1)
        waiting += [(deeper, node) for node in reversed(following)]
    return tuple(found)


def draw_forks(show: Renderer, tree: TokenTree) -> str:
    """The tree of what was tried; each branch is a button that leads back to its end."""
    title = html.escape(show.text("sampling.tree"))
    start = html.escape(show.text("sampling.root"))
    root = (
        f'<li style="--depth:0"><button type="button" data-go="root"{_current(tree.leaf is None)}>{start}</button></li>'
    )
    lines = [
        f'<li style="--depth:{min(branch.depth, 12) + 1}">'
        f'<button type="button" data-go="{branch.nodes[-1].id}" class="{"through" if branch.current else ""}"'
        f"{_current(branch.nodes[-1].id == tree.leaf)}>{_line(show, branch)}</button></li>"
        for branch in branches(tree)
    ]
    changes = draw_changes(show, tree.changes)
    return f'{changes}<h4 class="part">{title}</h4><ul class="forks">{root}{"".join(lines)}</ul>'


def _line(show: Renderer, branch: Branch) -> str:
    text = "".join(visible(node.token.piece) for node in branch.nodes)
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"
    chance = branch.nodes[0].probability
    return (
        f'<span class="token p{level(chance)}">{html.escape(show.percent(chance))}</span> {mark_spaces(text)} '
        f"<small>{html.escape(show.text('sampling.tokens', count=len(branch.nodes)))}</small>"
    )


def _current(here: bool) -> str:
    return ' aria-current="true"' if here else ""


def _in_prompt(token: Token) -> str:
    kind = " special" if token.special else ""
    return f'<span class="token prompt{kind}">{draw_piece(token.piece)}</span>{_line_end(token.piece)}'


def _draw_token(show: Renderer, node: Node, *, fixed: bool, stop: bool) -> str:
    name = html.escape(visible(node.token.piece))
    rank = show.text("sampling.rank", rank=node.rank) if node.rank else show.text("sampling.rank_unknown")
    fact = f"{show.percent(node.probability)} · {rank} · {show.text(f'sampling.how_{node.how}')}"
    others = "\n".join(
        f"{visible(token.piece)}\t{show.percent(probability)}\t{'' if fixed else token.id}"
        for token, probability in node.alternatives
    )
    special = " special" if node.token.special else ""
    return (
        f'<span class="token p{level(node.probability)}{special}" role="button"'
        f' tabindex="{0 if stop else -1}" data-node="{node.id}" data-id="{node.token.id}" data-piece="{name}"'
        f' data-fact="{html.escape(fact)}" data-others="{html.escape(others)}"'
        f' aria-label="{name}, {html.escape(fact)}">{draw_piece(node.token.piece)}</span>'
        f"{_line_end(node.token.piece)}"
    )


def _line_end(piece: str) -> str:
    """A line ends where the model ended it."""
    return "<br>" if piece.endswith("\n") else ""
