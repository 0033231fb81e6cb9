"""A text token by token, with the choice behind each: an immutable tree, since every choice could have been another."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter

from providers.base import Provider
from providers.types import ModelInfo, Request, Sampling, TokenLogprob
from providers.whitebox import Token, WhiteBox

How = Literal["greedy", "sampled", "chosen", "reply"]
ALTERNATIVES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One token. `probability` and `rank` (1 is the likeliest) are the model's own, before the sliders."""

    id: int
    """Its place in `Tree.nodes`."""
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
class Growth:
    """How a path goes on, and by how many tokens at most."""

    how: Literal["greedy", "sampled"]
    steps: int = 1
    sampling: Sampling = field(default_factory=Sampling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A prompt and all that was tried after it. `leaf` is where the text ends now; `None`: after the prompt."""

    prompt: tuple[Token, ...] = ()
    nodes: tuple[Node, ...] = ()
    leaf: int | None = None

    def path(self, leaf: int | None = None) -> tuple[Node, ...]:
        """From the prompt to `leaf`, or to the tree's own leaf."""
        raise NotImplementedError

    def children(self, node: int | None) -> tuple[Node, ...]:
        """What was tried after a node, or after the prompt."""
        raise NotImplementedError

    def at(self, node: int | None) -> Tree:
        """The same tree, its text ending at that node. Raises `InputError("node")` for one that is not there."""
        raise NotImplementedError

    @property
    def ids(self) -> tuple[int, ...]:
        """Token ids of prompt and path."""
        raise NotImplementedError

    @property
    def readable_only(self) -> bool:
        """It came from a remote model: it can be read, and not grown."""
        raise NotImplementedError

    def to_json(self) -> dict[str, Any]:
        dumped: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return dumped

    @classmethod
    def from_json(cls, value: object) -> Tree:
        """Raises `ValueError` for a value of another shape."""
        raise NotImplementedError

    def to_text(self) -> str:
        """The tree as indented text, a token a line with its probability and rank; the path is marked."""
        raise NotImplementedError


async def grow(box: WhiteBox, model: ModelInfo, tree: Tree, growth: Growth) -> AsyncGenerator[Tree]:
    """One tree a step."""
    raise NotImplementedError
    yield tree


async def choose(box: WhiteBox, model: ModelInfo, tree: Tree, token: int) -> Tree:
    """Append that token at the leaf; one that was tried before is gone to, not doubled."""
    raise NotImplementedError


async def replay(box: WhiteBox, model: ModelInfo, prompt: Sequence[Token], reply: Sequence[int]) -> Tree:
    """A reply that is there already, as a path, by one forward pass."""
    raise NotImplementedError


def traced(tokens: Sequence[TokenLogprob]) -> Tree:
    """A remote model's reply as a path, from the log-probabilities that it reports."""
    raise NotImplementedError


async def trace(provider: Provider, request: Request) -> AsyncGenerator[Tree]:
    """Ask a model that reports log-probabilities; the path as it grows."""
    raise NotImplementedError
    yield Tree()


_ADAPTER: TypeAdapter[Tree] = TypeAdapter(Tree)
