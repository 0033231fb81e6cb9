"""A visitor's work in the Sampling tab, kept on the server for a while: what was looked at, and the tree it grew."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Literal

from playground.labs.sampling import Cell, Grid, NextToken, Small, Tree
from playground.labs.sampling.next_token import TEMPERATURES
from playground.reach import Reach
from playground.sessions import Sessions
from providers.types import Message, Sampling
from providers.whitebox import Token

Shows = Literal["logits", "logprobs", "text"]
"""What a model shows of its choices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The prompt as the model read it."""

    tokens: tuple[Token, ...]
    text: str


@dataclass(slots=True)
class Workbench:
    """One piece of work a visitor. A new run of a visitor's stops the one before."""

    reach: Reach
    sessions: Sessions

    async def shows(self, visitor: str, ref: str) -> Shows:
        """What that model shows: all logits, log-probabilities of what it chose, or its text alone. Loads nothing."""
        raise NotImplementedError

    async def look(
        self, visitor: str, ref: str, prompt: str, chat: bool = False, messages: Sequence[Message] = ()
    ) -> Looked:
        """One forward pass over a prompt, raw or (`chat`) through the template after `messages`; a new tree."""
        raise NotImplementedError

    async def reshape(self, visitor: str, sampling: Sampling, k: int = 25) -> NextToken:
        """The bars under these sliders. No forward pass. Raises `InputError("empty")` where nothing was looked at."""
        raise NotImplementedError

    async def small(
        self, visitor: str, sampling: Sampling, k: int = 10, temperatures: Sequence[float] = TEMPERATURES
    ) -> tuple[Small, ...]:
        """The same k tokens at several temperatures. No forward pass."""
        raise NotImplementedError

    def tree(self, visitor: str) -> Tree | None:
        """The tree so far; `None` where nothing was looked at."""
        raise NotImplementedError

    async def grow(
        self, visitor: str, how: Literal["greedy", "sampled"], steps: int, sampling: Sampling
    ) -> AsyncGenerator[Tree]:
        """Append tokens at the leaf, one tree a token."""
        raise NotImplementedError
        yield Tree()

    async def choose(self, visitor: str, parent: int | None, token: int) -> Tree:
        """Go on from `parent` with that token: a fork where something else followed before."""
        raise NotImplementedError

    def go(self, visitor: str, node: int | None) -> Tree:
        """Let the text end at that node, or (`None`) after the prompt."""
        raise NotImplementedError

    async def open_reply(self, visitor: str, ref: str, messages: Sequence[Message], reply: str) -> Tree:
        """A local model's reply from the chat, as a path that can be forked."""
        raise NotImplementedError

    async def trace(
        self, visitor: str, ref: str, messages: Sequence[Message], sampling: Sampling
    ) -> AsyncGenerator[Tree]:
        """Ask a remote model that reports log-probabilities. Raises `UnsupportedRequest("logprobs")` otherwise."""
        raise NotImplementedError
        yield Tree()

    async def sweep(
        self, visitor: str, ref: str, messages: Sequence[Message], grid: Grid, sampling: Sampling
    ) -> AsyncGenerator[tuple[Cell, ...]]:
        """The same conversation in every cell of the grid."""
        raise NotImplementedError
        yield ()

    def stop(self, visitor: str) -> None:
        """End the visitor's run at once; what is there stays."""
        raise NotImplementedError
