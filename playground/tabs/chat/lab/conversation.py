"""A conversation with up to four columns, as immutable values that read and write JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from playground.asking.reply import Reply
from playground.asking.salvage import readable
from playground.tabs.chat.lab.pictures import MessagePicture
from providers.types import Message, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question and one reply a column; `None` where a column was not asked."""

    question: str
    replies: tuple[Reply | None, ...] = ()
    pictures: tuple[MessagePicture, ...] = ()

    @property
    def message(self) -> Message:
        """The question as a model is sent it: images first, which is how models read them best."""
        return Message("user", (*(picture.named_image for picture in self.pictures), Text(self.question)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    system: str = ""
    assistant: str = ""
    """The id of the assistant that it was begun with, or goes on with; empty: none."""
    named: str = ""
    """What it is called as long as nothing was asked in it: that assistant's name."""
    turns: tuple[Turn, ...] = ()
    lost: Annotated[int, Field(exclude=True)] = 0
    """Turns, replies and pictures of a damaged file that could not be read; nothing of it is saved."""

    def ask(self, question: str, models: tuple[str, ...], pictures: tuple[MessagePicture, ...] = ()) -> Conversation:
        """Add a turn in which every model waits for its reply."""
        turn = Turn(question=question, replies=tuple(Reply(model=model) for model in models), pictures=pictures)
        return replace(self, turns=(*self.turns, turn), lost=0)

    def until(self, turn: int) -> Conversation:
        """Everything before that turn."""
        return replace(self, turns=self.turns[:turn])

    def with_replies(self, replies: tuple[Reply | None, ...]) -> Conversation:
        """The last turn, answered so far."""
        return replace(self, turns=(*self.turns[:-1], replace(self.turns[-1], replies=replies)))

    def settle(self) -> Conversation:
        """As it is to be found after a restart: nothing runs."""
        if not self.turns:
            return self
        return self.with_replies(tuple(reply and reply.settle() for reply in self.turns[-1].replies))

    def arrange(self, models: Sequence[str]) -> Conversation:
        """With each model's replies in its own column, in the order of `models`; those of other models follow.

        So a column beside others never shows what another model wrote, and nothing is lost where a model is taken out
        of the page. A model alone goes on with the conversation as it stands; its replies name who wrote them.
        """
        return replace(
            self, turns=tuple(replace(turn, replies=_arrange_replies(turn.replies, models)) for turn in self.turns)
        )

    def copy_to(self, models: Sequence[str], column: int) -> Conversation:
        """With the first column's replies also in that one, where it has none: what its model is to go on from. Each
        still names the model that wrote it."""
        arranged = self.arrange(models)
        turns = tuple(replace(turn, replies=_copy_reply(turn.replies, models, column)) for turn in arranged.turns)
        return replace(arranged, turns=turns)

    def reply(self, turn: int, column: int) -> Reply | None:
        """A column's own reply in a turn; `None` where it was not asked."""
        replies = self.turns[turn].replies
        return replies[column] if column < len(replies) else None

    def messages(self, column: int, *, begun: str = "") -> tuple[Message, ...]:
        """What the model of a column is sent: system prompt, turns so far, and the answer it should continue, if any.

        Failed turns without text are left out together with their question: a model would else see two in a row.
        """
        messages = [Message.of("system", self.system)] if self.system.strip() else []
        for number, turn in enumerate(self.turns):
            if number == len(self.turns) - 1:
                messages.append(turn.message)
                if begun:
                    messages.append(Message.of("assistant", begun))
                break
            reply = self.reply(number, column)
            if reply is not None and reply.text.strip():
                messages += [turn.message, Message.of("assistant", reply.text)]
        return tuple(messages)

    def to_json(self) -> dict[str, Any]:
        dumped: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return dumped

    @classmethod
    def from_json(cls, value: object) -> Conversation:
        """Raises `ValueError` for a value of another shape."""
        return _ADAPTER.validate_python(value)

    @classmethod
    def readable(cls, value: object) -> Conversation:
        """What can be read of it, turn by turn: of a turn at least the question, of which nothing is made up."""
        try:
            return cls.from_json(value)
        except ValueError:
            pass
        saved = value if isinstance(value, dict) else {}
        rows, before = saved.get("turns"), saved.get("lost")
        found, lost = readable(rows if isinstance(rows, list) else [None], _readable_turn)
        lost += sum(within for _, within in found) + (before if isinstance(before, int) else 0)
        turns = tuple(turn for turn, _ in found)
        words = {name: said for name in ("system", "assistant", "named") if isinstance(said := saved.get(name), str)}
        return cls(**words, turns=turns, lost=lost)


def _readable_turn(row: object) -> tuple[Turn, int]:
    """With the replies and pictures that were lost. Raises `ValueError` for a turn without a question."""
    if not isinstance(row, dict) or not isinstance(row.get("question"), str):
        raise ValueError("no question")
    replies, pictures = _rows(row.get("replies")), _rows(row.get("pictures"))
    kept, unseen = readable(pictures, _PICTURE.validate_python)
    whole, unread = readable(replies, _REPLY.validate_python)
    read = whole if not unread else tuple(map(_reply, replies))
    return Turn(question=row["question"], replies=read, pictures=kept), unread + unseen


def _rows(value: object) -> list[object]:
    """A list; an absent one is empty, and anything else is one thing that cannot be read."""
    return value if isinstance(value, list) else [] if value is None else [{}]


def _reply(row: object) -> Reply | None:
    """A reply; of a damaged one its text, if that is there."""
    try:
        return _REPLY.validate_python(row)
    except ValueError:
        pass
    text, model = (row.get("text"), row.get("model")) if isinstance(row, dict) else (None, None)
    if isinstance(text, str) and isinstance(model, str):
        return Reply(model=model, state="stopped", text=text)
    return None


_REPLY: TypeAdapter[Reply | None] = TypeAdapter(Reply | None)
_PICTURE: TypeAdapter[MessagePicture] = TypeAdapter(MessagePicture)


def _arrange_replies(replies: Sequence[Reply | None], models: Sequence[str]) -> tuple[Reply | None, ...]:
    written = [reply for reply in replies if reply is not None]
    own = [next((reply for reply in written if (reply.column or reply.model) == model), None) for model in models]
    if len(models) == 1 and own == [None]:
        return tuple(replies)
    return (*own, *(reply for reply in written if not any(reply is one for one in own)))


def _copy_reply(replies: Sequence[Reply | None], models: Sequence[str], column: int) -> tuple[Reply | None, ...]:
    source = next((one for one in replies if one is not None and one.text and not one.column), None)
    if source is None or replies[column] is not None:
        return tuple(replies)
    copy = replace(source, column=models[column], sent=None)
    return tuple(copy if place == column else reply for place, reply in enumerate(replies))


_ADAPTER: TypeAdapter[Conversation] = TypeAdapter(Conversation)
