"""What a model provider is: one primitive, `stream`, and what is needed before it can be called."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar, assert_never, runtime_checkable

from providers.errors import StreamTruncated
from providers.types import (
    Change,
    Completion,
    Done,
    Event,
    ModelInfo,
    Progress,
    ReasoningDelta,
    Rendered,
    Request,
    TextDelta,
    TextWasReasoning,
    TokenLogprob,
    TokenLogprobs,
)

T = TypeVar("T")
UNHURRIED = 240.0
"""Seconds to wait for the first token of a model of which nothing is known: it may think first, or must be loaded."""


@runtime_checkable
class HoldsEncoders(Protocol):
    """A provider whose models that embed or compare are files on this computer."""

    def holds_encoder(self, model_id: str) -> bool:
        """Whether they are here, whole. Blocks."""
        ...


class Provider(Protocol):
    """A source of models. `accepts` is what the adapter can pass on; a model may take less."""

    name: str
    accepts: frozenset[str]

    async def models(self) -> tuple[ModelInfo, ...]:
        """What it offers now; may ask the vendor, and raises its errors."""
        ...

    def prepare(self, model: ModelInfo) -> AsyncIterator[Progress]:
        """Make ready to stream (fetch, convert, load), telling how far it is. Remote models are always ready."""
        ...

    async def render(self, request: Request) -> Rendered:
        """What `stream` would send, and its length. Contains no key."""
        ...

    def stream(self, request: Request) -> AsyncGenerator[Event]:
        """Events, and exactly one `Done`, last. Closing it stops the work behind it. Raises `PlaygroundError`s.

        The request has been through `fit`: what the model does not take is not in it.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections and models."""
        ...


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key, passed explicitly and shown nowhere, and for a server of the visitor's own its address."""

    key: str | None = field(default=None, repr=False)
    base_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Bounds of every request that leaves. Seconds."""

    hosted: bool = False
    """Strangers visit: only `hosts` may be asked, and never a private address."""
    hosts: frozenset[str] = frozenset()
    """`host:port` that a hosted page may ask besides the vendors of the catalogue."""
    connect: float = 10
    first_token: float | None = None
    """For every model; `None` for each as `ModelInfo.first_token` says. A sign of life begins the wait anew."""
    between_tokens: float = 30
    total: float = 300
    retries: int = 2
    longest_retry_after: float = 20


@dataclass(slots=True)
class Kept:
    """What adapters keep between one connection and the next: one object of each class, none of which knows a key."""

    _objects: dict[type, object] = field(default_factory=dict, repr=False)

    def one(self, kind: type[T]) -> T:
        """The object of that class, made when it is first asked for."""
        found = self._objects.setdefault(kind, kind())
        assert isinstance(found, kind)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Bounds of a reply that is computed here, counted from when an engine has the request. Seconds.

    An engine that gives nobody a sign of life for so long is ended and started anew; one that serves others is alive.
    """

    first_token: float = 300
    """While it reads a prompt, or opens: on a slow computer one step of it is long."""
    between_tokens: float = 60
    """While all whom it serves have begun."""
    total: float = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Choices of whoever runs the page. `memory` in bytes, `None` for half of what the computer has."""

    home: Path
    network: Network = Network()
    deadlines: Deadlines = Deadlines()
    memory: int | None = None
    offline: bool = False
    engine: str | None = None
    """The engine that local models run on, where it can run them; `None` for the fastest."""
    folders: bool = True
    """Visitors may name a folder of this computer, or a Hub model, to be loaded."""
    kept: Kept = field(default_factory=Kept, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A vendor or server that speaks OpenAI's chat protocol: one row of `endpoints.toml`."""

    name: str
    title: str
    base_url: str
    key_variable: str | None = None
    """Environment variable that customarily holds its key; `None` where it needs none."""
    key_url: str | None = None
    accepts: frozenset[str] = frozenset()
    max_tokens_field: str = "max_tokens"
    usage_in_stream: bool = True
    logprobs: bool = False
    """Reports the probabilities of the tokens it chose, whatever the model."""
    first_token: float = UNHURRIED
    """As in `ModelInfo`, of the models that no row of the catalogue describes."""
    local: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """All that an adapter's `connect` is given."""

    provider: str
    models: tuple[ModelInfo, ...]
    """The catalogue's rows for this provider."""
    options: Options
    credentials: Credentials = Credentials()
    endpoint: Endpoint | None = None


async def complete(provider: Provider, request: Request) -> Completion:
    """What a stream says, once it has said all. Raises what it raises, `StreamTruncated` where it has no end."""
    async with aclosing(provider.stream(request)) as events:
        whole = await fold(events)
    if whole is None:
        raise StreamTruncated("no_end", provider=provider.name)
    return whole


async def fold(events: AsyncIterator[Event]) -> Completion | None:
    """All events of a reply as one value; `None` for those without a `Done`."""
    text: list[str] = []
    reasoning: list[str] = []
    logprobs: list[TokenLogprob] = []
    changes: list[Change] = []
    done: Done | None = None
    async for event in events:
        match event:
            case TextDelta(piece):
                text.append(piece)
            case ReasoningDelta(piece):
                reasoning.append(piece)
            case TextWasReasoning():
                reasoning.extend(text)
                text.clear()
            case TokenLogprobs(tokens):
                logprobs.extend(tokens)
            case Change():
                changes.append(event)
            case Progress():
                pass
            case Done():
                done = event
            case _:
                assert_never(event)
    if done is None:
        return None
    return Completion(
        text="".join(text), done=done, reasoning="".join(reasoning), logprobs=tuple(logprobs), changes=tuple(changes)
    )
