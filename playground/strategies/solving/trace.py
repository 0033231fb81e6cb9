"""What a strategy did, step by step: immutable, ever longer, and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, TypeAdapter

from providers.errors import Failure
from providers.types import Change, Finish, Message, Progress, Timing, Usage

StepKind = Literal["prompt", "chain", "thought", "action", "observation", "vote", "proposal", "evaluation"]
State = Literal["waiting", "streaming", "done", "failed", "unread"]
"""`unread`: the model wrote something else than the strategy can read; the text is shown as it is."""


def _plain(messages: Sequence[Message] | None) -> list[dict[str, str]] | None:
    return None if messages is None else [{"role": one.role, "content": one.text} for one in messages]


def _messages(value: object) -> object:
    """As `_plain` writes them; what is no list of such is left for the validator to refuse."""
    if isinstance(value, list) and all(isinstance(one, dict) and one.keys() == {"role", "content"} for one in value):
        return tuple({"role": one["role"], "parts": [{"text": one["content"]}]} for one in value)
    return value


Messages = Annotated[tuple[Message, ...] | None, PlainSerializer(_plain), BeforeValidator(_messages)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """One finished call of the model. `cost` in US dollars, an estimate; `None`: nobody knows the price."""

    usage: Usage
    timing: Timing
    finish: Finish
    cost: float | None = None
    changes: tuple[Change, ...] = ()
    """What the model did not take, and why."""
    engine: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """One thing that happened. Its place in `Trace.steps` is its name, which `parent` uses."""

    kind: StepKind
    text: str = ""
    messages: Messages = None
    """What was sent for this text; in a `prompt`, for every chain that hangs on it (see `Trace.prompt`)."""
    parent: int | None = None
    score: float | None = None
    """0 to 1: of a thought, how promising it was judged; of a vote, its share; `None`: not judged."""
    kept: bool | None = None
    """Of a thought: whether the search went on from it. Of a vote: whether it won."""
    votes: int | None = None
    """Of a vote: how many chains gave this answer."""
    state: State = "done"
    reasoning: str = ""
    call: ModelCall | None = None
    progress: Progress | None = None
    failure: Failure | None = None
    extracted: str | None = None
    """What was read out of the text: a chain's answer, an action's input, an evaluation's rating."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """All steps so far. The last one has `done`, with an answer, or a failure, or neither: then it found none."""

    steps: tuple[TraceStep, ...] = ()
    answer: str | None = None
    """The text that answers, before anything is extracted from it."""
    done: bool = False
    failure: Failure | None = None

    @property
    def answer_text(self) -> str:
        return self.answer or ""

    @property
    def finished(self) -> tuple[ModelCall, ...]:
        return tuple(step.call for step in self.steps if step.call is not None)

    @property
    def calls(self) -> int:
        """Finished calls of the model."""
        return len(self.finished)

    @property
    def usage(self) -> Usage:
        """Tokens of all finished calls together."""
        every = [call.usage for call in self.finished]
        return Usage(
            input_tokens=sum(one.input_tokens for one in every),
            output_tokens=sum(one.output_tokens for one in every),
            reasoning_tokens=sum(one.reasoning_tokens for one in every),
            cached_tokens=sum(one.cached_tokens for one in every),
            estimated=any(one.estimated for one in every),
        )

    @property
    def cost(self) -> float | None:
        """US dollars of all finished calls; `None` where the price of one is not known."""
        costs = [call.cost for call in self.finished]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None

    @property
    def changes(self) -> tuple[Change, ...]:
        """What the model did not take, each said once."""
        found: list[Change] = []
        for call in self.finished:
            found += [change for change in call.changes if change not in found]
        return tuple(found)

    def prompt(self, place: int) -> tuple[Message, ...] | None:
        """What was sent for the text of that step: its own messages, or those of the prompt that it hangs on."""
        step = self.steps[place]
        if step.messages is None and step.parent is not None and self.steps[step.parent].kind == "prompt":
            return self.steps[step.parent].messages
        return step.messages

    def to_json(self) -> dict[str, Any]:
        dumped: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return dumped

    @classmethod
    def from_json(cls, value: object) -> Trace:
        """Raises `ValueError` for a value of another shape, or whose steps do not hang together."""
        trace = _ADAPTER.validate_python(value)
        if any(one.parent is not None and not 0 <= one.parent < place for place, one in enumerate(trace.steps)):
            raise ValueError("steps that do not hang together")
        return trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One call to make. `None` leaves the visitor's own sampling."""

    messages: tuple[Message, ...]
    temperature: float | None = None
    stop: tuple[str, ...] = ()
    """Besides the visitor's own. A model that takes none writes on; whoever reads the reply cuts it there."""
    max_tokens: int | None = None
    """At most so many; not applied to models that reason first, whose thoughts would be cut."""
    plain: bool = False
    """It is the text that a model goes on from, word for word, also where the model only continues text."""
    draw: int = 0
    """Which of several samples of one prompt this is: added to the visitor's seed, so that they differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPart:
    """A reply as far as it has come; `call` is set in the last one."""

    text: str = ""
    reasoning: str = ""
    progress: Progress | None = field(default=None)
    call: ModelCall | None = None
    sent: Messages = None
    """What the model was sent, where that is not the prompt as it stands."""


_ADAPTER: TypeAdapter[Trace] = TypeAdapter(Trace)
