"""A provider that says what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable

from providers.sampling import PARAMETERS
from providers.types import Done, Event, ModelInfo, Progress, Rendered, Request, TextDelta, Timing, Usage

SEEING = ModelInfo(id="eye", provider="fake", name="Eye", images=True, local=True, image_side=200)
READING = ModelInfo(id="mouth", provider="fake", name="Mouth", local=True)


class Fake:
    name = "fake"
    accepts = frozenset(PARAMETERS)

    def __init__(self, says: Callable[[Request], str]) -> None:
        self.says = says
        self.requests: list[Request] = []

    async def models(self) -> tuple[ModelInfo, ...]:
        return (SEEING, READING)

    async def prepare(self, model: ModelInfo) -> AsyncIterator[Progress]:
        yield Progress(stage="load", done=1, total=1)

    async def render(self, request: Request) -> Rendered:
        return Rendered(content="", language="text", tokens=1, exact=False)

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        self.requests.append(request)
        yield TextDelta(self.says(request))
        yield Done(
            finish="stop",
            usage=Usage(input_tokens=10, output_tokens=2),
            timing=Timing(first_token=0.1, total=0.2),
        )

    async def aclose(self) -> None: ...
