"""What one model said, and all that is known about it: an immutable value that reads and writes JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainSerializer

from providers.errors import Failure
from providers.types import Change, Finish, Progress, Sampling, Timing, TokenLogprob, Usage

State = Literal["waiting", "streaming", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The exact request as it left, or the prompt as the model read it."""

    content: str
    language: str


_LEAST = -1000.0
"""What stands for a log-probability that JSON cannot hold."""


def _pairs(tokens: Sequence[TokenLogprob]) -> list[list[str | float]]:
    return [[one.token, round(one.logprob, 4) if one.logprob > _LEAST else _LEAST] for one in tokens]


def _tokens(value: object) -> object:
    """Pairs as `_pairs` writes them; what is no list of pairs is left for the validator to refuse."""
    if isinstance(value, list) and all(isinstance(one, list) and len(one) == 2 for one in value):
        return tuple({"token": token, "logprob": logprob} for token, logprob in value)
    return value


Scored = Annotated[tuple[TokenLogprob, ...], PlainSerializer(_pairs), BeforeValidator(_tokens)]
"""Tokens with their log-probabilities, in JSON as pairs: a long reply has thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one model said in one turn, and all that is known about it. `cost` in US dollars, an estimate."""

    model: str
    state: State = "waiting"
    text: str = ""
    reasoning: str = ""
    finish: Finish | None = None
    usage: Usage | None = None
    timing: Timing | None = None
    cost: float | None = None
    sampling: Sampling = field(default_factory=Sampling)
    changes: tuple[Change, ...] = ()
    tokens: Scored = ()
    """The answer's tokens with the model's own log-probability of each, where it gives them; not the reasoning's."""
    engine: str | None = None
    """What computed it on this computer."""
    sent: Sent | None = None
    sources: tuple[str, ...] = ()
    """Where the passages stand that it was given, [1] first."""
    failure: Failure | None = None
    progress: Progress | None = None
    column: str = ""
    """The model in whose column it stands as a copy; "" in its own."""

    @property
    def running(self) -> bool:
        return self.state in {"waiting", "streaming"}

    def settle(self) -> Reply:
        """As it is to be found later: what still ran was stopped."""
        return replace(self, state="stopped", progress=None) if self.running else self
