"""A run: what is asked of which columns of a conversation, and what has been said so far."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from playground.asking.lending import Ground
from playground.asking.reply import Reply
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.pictures import MessagePicture
from providers.errors import InputError
from providers.types import Message, Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the sidebar says when a message is sent; checked."""

    models: tuple[str, ...]
    sampling: Sampling
    system: str = ""
    assistant: str = ""
    """The id of the assistant that answers; empty: none."""
    ground: Ground | None = None

    def apply_to(self, conversation: Conversation) -> Conversation:
        """The conversation as it goes on with them."""
        return replace(conversation, system=self.system, assistant=self.assistant)


@dataclass(slots=True)
class ChatRun:
    """What is asked of which columns, and in `conversation` what has been said so far, before it is saved."""

    conversation: Conversation
    choices: Choices
    columns: Sequence[int]
    continued: bool = False
    sends: bool = False
    """Its last turn's images were waiting until now."""
    gave_way: bool = False
    """Something else has taken its place: another run, or a conversation taken back. It is not to be shown any more."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def messages(self, column: int) -> tuple[Message, ...]:
        reply = self.conversation.turns[-1].replies[column]
        return self.conversation.messages(column, begun=reply.text if self.continued and reply is not None else "")

    @property
    def computed_here(self) -> tuple[int, ...]:
        """The columns that this computer has answered: their models' weights are here by now."""
        replies = self.conversation.turns[-1].replies
        return tuple(place for place in self.columns if (reply := replies[place]) is not None and reply.engine)

    def update(self, replies: Sequence[Reply]) -> Conversation:
        """The conversation with what its columns have said by now."""
        said = list(self.conversation.turns[-1].replies)
        for place, reply in zip(self.columns, replies, strict=True):
            said[place] = reply
        self.conversation = self.conversation.with_replies(tuple(said))
        return self.conversation


def send(before: Conversation, question: str, choices: Choices, pictures: tuple[MessagePicture, ...]) -> ChatRun:
    """A new turn, asked of all models. Its images wait until it is under way."""
    arranged = choices.apply_to(before).arrange(choices.models)
    asked = arranged.ask(question, choices.models, pictures)
    return ChatRun(asked, choices, range(len(choices.models)), sends=True)


def resend(before: Conversation, turn: int, question: str, choices: Choices) -> ChatRun:
    """The same from a turn on, in other words, about the same images; the turns after it go."""
    pictures = before.turns[turn].pictures if turn < len(before.turns) else ()
    arranged = choices.apply_to(before).until(turn).arrange(choices.models)
    asked = arranged.ask(question, choices.models, pictures)
    return ChatRun(asked, choices, range(len(choices.models)))


def regenerate(before: Conversation, choices: Choices, column: int | None) -> ChatRun:
    """The last question once more, in one column or in all. Raises `InputError("empty")` where there is none."""
    if not before.turns:
        raise InputError("empty")
    before = before.arrange(choices.models)
    replies = list(before.turns[-1].replies)
    columns = range(len(choices.models)) if column is None else [column]
    for place in columns:
        replies[place] = Reply(model=choices.models[place])
    conversation = choices.apply_to(before).with_replies(tuple(replies))
    return ChatRun(conversation, choices, columns)


def proceed(before: Conversation, choices: Choices, column: int | None) -> ChatRun:
    """The last reply from where it stopped, in one column or in all that have a text.

    Raises `InputError("empty")` where there is none.
    """
    if not before.turns:
        raise InputError("empty")
    before = before.arrange(choices.models)
    replies = list(before.turns[-1].replies)
    wanted = range(len(choices.models)) if column is None else [column]
    columns = [place for place in wanted if (reply := replies[place]) is not None and reply.text]
    if not columns:
        raise InputError("empty")
    return ChatRun(before.with_replies(tuple(replies)), choices, columns, continued=True)
