"""A conversation with up to four columns, as immutable values that read and write JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, TypeAdapter

from playground.labs.chat.pictures import Picture
from providers.errors import Failure
from providers.types import Change, Finish, Message, Progress, Sampling, Text, Timing, TokenLogprob, Usage

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

    @property
    def running(self) -> bool:
        return self.state in {"waiting", "streaming"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question and one reply a column; `None` where a column was not asked."""

    question: str
    replies: tuple[Reply | None, ...] = ()
    pictures: tuple[Picture, ...] = ()

    @property
    def asked(self) -> Message:
        """The question as a model is sent it: images first, which is how models read them best."""
        return Message("user", (*(picture.image for picture in self.pictures), Text(self.question)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    system: str = ""
    turns: tuple[Turn, ...] = ()

    def ask(self, question: str, models: tuple[str, ...], pictures: tuple[Picture, ...] = ()) -> Conversation:
        """Add a turn in which every model waits for its reply."""
        turn = Turn(question=question, replies=tuple(Reply(model=model) for model in models), pictures=pictures)
        return replace(self, turns=(*self.turns, turn))

    def until(self, turn: int) -> Conversation:
        """Everything before that turn."""
        return replace(self, turns=self.turns[:turn])

    def with_replies(self, replies: tuple[Reply | None, ...]) -> Conversation:
        """The last turn, answered so far."""
        return replace(self, turns=(*self.turns[:-1], replace(self.turns[-1], replies=replies)))

    def reply(self, turn: int, column: int) -> Reply | None:
        """What column `column` shows in a turn: its own reply, or the first column's where it was not there yet."""
        replies = self.turns[turn].replies
        if column < len(replies) and replies[column] is not None:
            return replies[column]
        return replies[0] if replies else None

    def messages(self, column: int, *, begun: str = "") -> tuple[Message, ...]:
        """What the model of a column is sent: system prompt, turns so far, and the answer it should continue, if any.

        Failed turns without text are left out together with their question: a model would else see two in a row.
        """
        messages = [Message.of("system", self.system)] if self.system.strip() else []
        for number, turn in enumerate(self.turns):
            if number == len(self.turns) - 1:
                messages.append(turn.asked)
                if begun:
                    messages.append(Message.of("assistant", begun))
                break
            reply = self.reply(number, column)
            if reply is not None and reply.text.strip():
                messages += [turn.asked, Message.of("assistant", reply.text)]
        return tuple(messages)

    def to_json(self) -> dict[str, Any]:
        dumped: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return dumped

    @classmethod
    def from_json(cls, value: object) -> Conversation:
        """Raises `ValueError` for a value of another shape."""
        return _ADAPTER.validate_python(value)


_ADAPTER: TypeAdapter[Conversation] = TypeAdapter(Conversation)
