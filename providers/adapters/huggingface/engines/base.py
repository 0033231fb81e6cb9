"""What an engine is: token ids in, steps out; many requests at once, each cancelled by closing its generator."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from providers.adapters.huggingface.memory.fair_queue import FairQueue
from providers.adapters.huggingface.tokens import Codec
from providers.base import Deadlines
from providers.decoding import Vector
from providers.types import Finish, Sampling


@dataclass(frozen=True, slots=True)
class GenerationStep:
    """One token. `text` is what became certain with it: it may be empty, or hold what earlier tokens began."""

    token: int
    text: str
    logprob: float
    """Natural logarithm of the model's own probability, before the sliders; not a number where it is not known."""
    alternatives: tuple[tuple[str, float], ...] = ()
    """The likeliest tokens and their own log-probabilities, best first."""
    finish: Finish | None = None
    """Set on the last step alone. An end mark of the model's is a step too, without a text of its own."""
    said: bool = True
    """It is part of what the model says, and no mark that tells reasoning from answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`max_tokens` bounds the steps; `alternatives` is how many likeliest tokens to report with each.

    Without `logprobs` an engine may leave log-probabilities out: they are not a number then.
    """

    prompt: Sequence[int]
    sampling: Sampling
    max_tokens: int
    alternatives: int = 0
    logprobs: bool = True
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """What the model is given beside the prompt, once and whole: pictures, as its codec made them."""
    deadlines: Deadlines = field(default_factory=Deadlines)


class Engine(Protocol):
    """Holds one model. Nothing that is called in an event loop waits for a process, a pipe or a thread at work."""

    @property
    def computed(self) -> int:
        """The tokens ever produced, so that a test sees work going on after a stop."""
        ...

    def submit(self, job: Job) -> AsyncGenerator[GenerationStep]:
        """Steps as they are computed. Closing it stops the work, at the next step at the latest.

        Raises `Unavailable("out_of_memory")` or `Timeout("total")` for this request alone; `Timeout("stalled")` for
        all, where the engine gave no sign of life and has been started anew.
        """
        ...

    def close(self) -> None:
        """Stop everything and let go of the model. Blocks until the step in progress has ended."""
        ...


@dataclass(frozen=True, slots=True)
class TokenScore:
    """What a model thought of a token that is there: its log-probability, its rank from 1, and the likeliest ids."""

    logprob: float
    rank: int
    best: tuple[tuple[int, float], ...]


class Internals(Protocol):
    """A loaded model seen from inside. Blocking; for several threads."""

    def logits(self, tokens: Sequence[int]) -> Vector:
        """Shape (vocabulary,), of what follows the tokens."""
        ...

    def score(self, tokens: Sequence[int], alternatives: int) -> Sequence[TokenScore]:
        """For each token but the first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A model ready to stream."""

    engine: Engine
    codec: Codec
    context: int | None
    """Tokens of prompt and reply together."""
    defaults: Sampling
    """What the model's makers recommend; used for what a request leaves open."""
    memory: int
    """Bytes that it holds."""
    name: str
    """The variant, as `engine-format`."""
    internals: Internals | None = None
    """Where the engine shows its model from inside."""
    remembers: int = 32
    """How many texts it has read of late need not be read again."""
    queue: FairQueue = field(default_factory=lambda: FairQueue(16))
    """Who is being served; the others wait in it."""
