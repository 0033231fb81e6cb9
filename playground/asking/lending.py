"""What one tab may lend to another: protocols, so that no tab knows which one it is that lends.

What a tab opens inherits the protocols of what it lends: a name that merely looks alike lends nothing. Whoever needs
something asks `Program.find_lender` for it when it is used, and does without where nobody lends it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from providers.base import Provider
from providers.types import Message, Request

Search = Callable[[str], Awaitable[Sequence[str]]]
"""A question → the passages found, best first."""


@dataclass(frozen=True, slots=True)
class Grounding:
    """Messages that quote passages, and where these stand, [1] first."""

    messages: tuple[Message, ...]
    sources: tuple[str, ...]


Ground = Callable[[Provider, Request], Awaitable[Grounding]]
"""Quotes what an assistant's documents say about the last question. Raises `PlaygroundError`s."""


class NamedAssistant(Protocol):
    """An assistant that a visitor has made."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def system(self) -> str: ...


class SearchesDocuments(Protocol):
    """Searches what a visitor has uploaded."""

    async def document_search(self, visitor: str) -> Search | None:
        """A search over the visitor's documents; `None` where there are none."""


class KeepsAssistants(Protocol):
    """Keeps a visitor's own assistants, which answer from documents."""

    def own_assistants(self, visitor: str) -> Sequence[NamedAssistant]:
        """In the order they were saved."""

    def own_assistant(self, visitor: str, assistant: str) -> NamedAssistant:
        """The one of that id. Raises `AssistantError("assistant")` for one that is not there."""

    def ground(self, visitor: str, assistant: str, language: str) -> Ground:
        """Its way of answering from its documents. Raises as `own_assistant`."""


@dataclass(frozen=True, slots=True)
class ConversationReply:
    """A reply of a conversation: the model's name, the messages it was sent, and its text."""

    model: str
    messages: tuple[Message, ...]
    text: str


@dataclass(frozen=True, slots=True)
class ReplyPlace:
    """Where a reply stands: the conversation's id, turn and column, counted from 0."""

    conversation: str
    turn: int
    column: int


class RecallsReplies(Protocol):
    """Remembers what models said to a visitor."""

    def find_reply(self, visitor: str, place: ReplyPlace) -> ConversationReply | None:
        """The reply there; `None` where there is none with a text."""
