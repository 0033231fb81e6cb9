"""Both adapters, connected to a server of faults."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from providers.adapters import anthropic, openai
from providers.base import Connection, Credentials, Network, Options, Provider
from providers.errors import PlaygroundError
from providers.types import Event, Message, ModelInfo, ReasoningDelta, Request, Sampling, TextDelta, TextWasReasoning
from tests.faults.server import FaultServer

FAST = Network(connect=2, first_token=0.6, between_tokens=0.5, total=8, retries=2, longest_retry_after=2)
PROTOCOLS = ("openai", "anthropic")


def connection(provider: str, key: str | None, base_url: str | None = None, network: Network = FAST) -> Connection:
    return Connection(
        provider=provider,
        models=(),
        options=Options(home=Path(tempfile.gettempdir()), network=network),
        credentials=Credentials(key, base_url),
    )


def connected(protocol: str, server: FaultServer, key: str | None = "sk-test", network: Network = FAST) -> Provider:
    if protocol == "anthropic":
        return anthropic.Messages(connection("anthropic", key, network=network), server.anthropic)
    return openai.connect(connection("custom", key, server.openai, network))


def question(model: str, sampling: Sampling = Sampling(), **fields: object) -> Request:  # noqa: B008 - frozen
    info = ModelInfo(id=model, provider="faults", name=model)
    return Request(model=info, messages=(Message.of("user", "Hi"),), sampling=sampling, **fields)  # type: ignore[arg-type]


@dataclass
class Outcome:
    events: list[Event] = field(default_factory=list)
    error: PlaygroundError | None = None

    @property
    def text(self) -> str:
        return self._folded()[0]

    @property
    def reasoning(self) -> str:
        return self._folded()[1]

    def _folded(self) -> tuple[str, str]:
        text = reasoning = ""
        for event in self.events:
            match event:
                case TextDelta(piece):
                    text += piece
                case ReasoningDelta(piece):
                    reasoning += piece
                case TextWasReasoning():
                    text, reasoning = "", reasoning + text
                case _:
                    pass
        return text, reasoning

    def of(self, kind: type, name: str) -> Iterable[str]:
        return [getattr(event, name) for event in self.events if isinstance(event, kind)]


async def outcome(provider: Provider, request: Request) -> Outcome:
    """What a stream gives until it ends or fails."""
    result = Outcome()
    try:
        async for event in provider.stream(request):
            result.events.append(event)
    except PlaygroundError as error:
        result.error = error
    return result
