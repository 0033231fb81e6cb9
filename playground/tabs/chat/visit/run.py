"""A run: what is asked of which columns of a conversation, and what has been said so far."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from playground.asking.lending import Ground
from playground.asking.reply import Reply
from playground.tabs.chat.lab.conversation import Conversation
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

    def applied(self, conversation: Conversation) -> Conversation:
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

    def asked(self, column: int) -> tuple[Message, ...]:
        reply = self.conversation.turns[-1].replies[column]
        return self.conversation.messages(column, begun=reply.text if self.continued and reply is not None else "")

    @property
    def computed_here(self) -> tuple[int, ...]:
        """The columns that this computer has answered: their models' weights are here by now."""
        replies = self.conversation.turns[-1].replies
        return tuple(place for place in self.columns if (reply := replies[place]) is not None and reply.engine)

    def answered(self, replies: Sequence[Reply]) -> Conversation:
        """The conversation with what its columns have said by now."""
        said = list(self.conversation.turns[-1].replies)
        for place, reply in zip(self.columns, replies, strict=True):
            said[place] = reply
        self.conversation = self.conversation.with_replies(tuple(said))
        return self.conversation
