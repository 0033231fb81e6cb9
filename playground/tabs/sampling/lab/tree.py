"""A text token by token, with the alternatives at each place, as an immutable tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp
from typing import Any, Literal

from pydantic import TypeAdapter

from playground.asking.visible import visible
from playground.tabs.sampling.lab.errors import NodeError, SamplingLimit
from providers.types import Change, TokenLogprob
from providers.whitebox import ScoredToken, Token

How = Literal["greedy", "sampled", "chosen", "reply"]
ALTERNATIVES = 10
MAX_NODES = 4000
REMOTE = -1
"""Stands for the id of a remote model's token, which nobody tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One token. `probability` and `rank` (1 is the likeliest) are the model's own, before the sliders."""

    id: int
    """Its place in `TokenTree.nodes`."""
    parent: int | None
    token: Token
    """A remote model's token has the id −1."""
    probability: float
    rank: int | None
    """`None` where only the likeliest are known and it is none of them."""
    alternatives: tuple[tuple[Token, float], ...]
    """The likeliest at this place with the model's own probabilities, best first; the token itself may be one."""
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTree:
    """A prompt and all that was tried after it. `leaf` is where the text ends now; `None`: after the prompt."""

    prompt: tuple[Token, ...] = ()
    nodes: tuple[Node, ...] = ()
    """Parents first."""
    leaf: int | None = None
    changes: tuple[Change, ...] = ()
    """What the model was not asked as it was wanted, and why."""

    def path(self, leaf: int | None = None) -> tuple[Node, ...]:
        """From the prompt to `leaf`, or to the tree's own leaf."""
        place, found = self.leaf if leaf is None else leaf, []
        while place is not None:
            found.append(self.nodes[place])
            place = self.nodes[place].parent
        return tuple(reversed(found))

    def children(self, node: int | None) -> tuple[Node, ...]:
        """What was tried after a node, or after the prompt, in the order it was tried."""
        return tuple(one for one in self.nodes if one.parent == node)

    def at(self, node: int | None) -> TokenTree:
        """The same tree, its text ending at that node. Raises `NodeError("node")` for one that is not there."""
        if node is not None and not 0 <= node < len(self.nodes):
            raise NodeError("node")
        return replace(self, leaf=node)

    def add_node(self, node: Node) -> TokenTree:
        """The tree with a node more at its leaf, which becomes the leaf. Raises `SamplingLimit("nodes")`."""
        if len(self.nodes) >= MAX_NODES:
            raise SamplingLimit("nodes", limit=MAX_NODES)
        placed = replace(node, id=len(self.nodes), parent=self.leaf)
        return replace(self, nodes=(*self.nodes, placed), leaf=placed.id)

    @property
    def ids(self) -> tuple[int, ...]:
        """Token ids of prompt and path."""
        return tuple(token.id for token in (*self.prompt, *(node.token for node in self.path())))

    @property
    def readable_only(self) -> bool:
        """It came from a remote model: it can be read, and not grown."""
        return any(node.token.id == REMOTE for node in self.nodes)

    def to_json(self) -> dict[str, Any]:
        dumped: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return dumped

    @classmethod
    def from_json(cls, value: object) -> TokenTree:
        """Raises `ValueError` for a value of another shape, or whose nodes do not hang together."""
        tree = _ADAPTER.validate_python(value)
        places = range(len(tree.nodes))
        whole = all(
            node.id == place and (node.parent is None or 0 <= node.parent < place)
            for place, node in enumerate(tree.nodes)
        )
        if not whole or (tree.leaf is not None and tree.leaf not in places):
            raise ValueError("nodes that do not hang together")
        return tree

    def to_text(self) -> str:
        """The tree for reading: the prompt, then a token a line, deeper at each fork; `*` marks the path."""
        followers: dict[int | None, list[Node]] = {}
        for node in self.nodes:
            followers.setdefault(node.parent, []).append(node)
        marked = {node.id for node in self.path()}
        lines = ["".join(visible(token.piece) for token in self.prompt)]
        waiting = _deeper(followers.get(None, []), 0)
        while waiting:
            level, node = waiting.pop()
            mark, rank = "*" if node.id in marked else "-", "" if node.rank is None else f"  #{node.rank}"
            lines.append(f"{'  ' * level}{mark} {visible(node.token.piece)}  {node.probability:.2%}{rank}  {node.how}")
            waiting += _deeper(followers.get(node.id, []), level)
        return "\n".join(lines) + "\n"


def _deeper(nodes: Sequence[Node], level: int) -> list[tuple[int, Node]]:
    """What follows at a level, last first; a level deeper where there is more than one way on."""
    return [(level + (len(nodes) > 1), node) for node in reversed(nodes)]


def path_from_logprobs(tokens: Sequence[TokenLogprob], before: TokenTree | None = None) -> TokenTree:
    """A remote model's reply as a path, from the log-probabilities that it reports; it can be read and not grown."""
    return append_path(before or TokenTree(), [_read_token(token) for token in tokens])


def append_path(tree: TokenTree, scored: Sequence[ScoredToken]) -> TokenTree:
    """Append a reply at the leaf. Raises `SamplingLimit("nodes")`."""
    start = len(tree.nodes)
    if start + len(scored) > MAX_NODES:
        raise SamplingLimit("nodes", limit=MAX_NODES)
    nodes = tuple(
        Node(
            id=place,
            parent=tree.leaf if place == start else place - 1,
            token=one.token,
            probability=exp(one.logprob),
            rank=one.rank,
            alternatives=tuple((token, exp(own)) for token, own in one.alternatives),
            how="reply",
        )
        for place, one in enumerate(scored, start)
    )
    return replace(tree, nodes=(*tree.nodes, *nodes), leaf=nodes[-1].id if nodes else tree.leaf)


def _read_token(one: TokenLogprob) -> ScoredToken:
    """What an API tells of a token: its pieces have no ids, and its rank is known only among the alternatives."""
    ordered = sorted(one.alternatives, key=lambda pair: -pair[1])
    named = [piece for piece, _ in ordered]
    rank = named.index(one.token) + 1 if one.token in named else None
    return ScoredToken(
        Token(REMOTE, one.token), one.logprob, rank, tuple((Token(REMOTE, p), own) for p, own in ordered)
    )


_ADAPTER: TypeAdapter[TokenTree] = TypeAdapter(TokenTree)
