"""A deterministic provider without weights, for tests and `--model scripted`: same request, same events."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from providers.base import Connection
from providers.errors import StreamTruncated
from providers.types import (
    PARAMETERS,
    Done,
    Event,
    Finish,
    ModelInfo,
    Progress,
    ReasoningDelta,
    Rendered,
    Request,
    TextDelta,
    Timing,
    TokenLogprob,
    TokenLogprobs,
    Usage,
)

Script = Callable[[Request], str]

_SHOWCASE = """### Markdown, code and formulas

1. A list with **bold** and *italic* words.
2. A formula: $p_i = e^{z_i / T} / \\sum_j e^{z_j / T}$

```python
def softmax(logits, temperature=1.0):
    weights = [exp(z / temperature) for z in logits]
    return [w / sum(weights) for w in weights]
```

| temperature | effect |
|---|---|
| 0 | always the most likely token |
| 1 | the model's own probabilities |
"""


def _echo(request: Request) -> str:
    last = request.messages[-1]
    return " …and so on." if last.role == "assistant" else f"You said: {last.text}"


def _count(request: Request) -> str:
    return " ".join(str(number) for number in range(1, 2001))


def _variant(request: Request) -> str:
    """A different text for every seed and prompt, as sampling gives, and the same one again for the same seed."""
    digest = hashlib.sha256(f"{request.sampling.seed}{request.messages}".encode()).hexdigest()
    return f"Variant {digest[:6]} of an answer to: {request.messages[-1].text}"


def _info(name: str, *, reasoning: bool = False, chat: bool = True) -> ModelInfo:
    return ModelInfo(
        id=name,
        provider="scripted",
        name=f"Scripted: {name}",
        chat=chat,
        reasoning=reasoning,
        logprobs=True,
        prefill=True,
        reproducible=True,
        local=True,
        context=8192,
        licence="MIT",
        languages=("en", "es"),
    )


_MODELS: dict[str, tuple[ModelInfo, Script]] = {
    "echo": (_info("echo"), _echo),
    "showcase": (_info("showcase"), lambda request: _SHOWCASE),
    "thinker": (_info("thinker", reasoning=True), lambda request: f"«{request.messages[-1].text}»? 42."),
    "variant": (_info("variant"), _variant),
    "slow": (_info("slow"), _count),
    "broken": (_info("broken"), lambda request: "This answer breaks off in the mid"),
}


def tokens_of(text: str) -> list[str]:
    """This provider's tokens: words with the space before them."""
    return re.findall(r"\s*\S+|\s+", text)


class Scripted:
    """`computed` counts the tokens ever produced, so that a test sees work going on after a stop."""

    name = "scripted"
    accepts = PARAMETERS

    def __init__(self, delay: float = 0.0) -> None:
        self.delay = delay
        self.computed = 0

    async def models(self) -> tuple[ModelInfo, ...]:
        return tuple(info for info, _ in _MODELS.values())

    async def prepare(self, model: ModelInfo) -> AsyncIterator[Progress]:
        yield Progress(stage="load", done=1, total=1)

    async def render(self, request: Request) -> Rendered:
        turns = [{"role": message.role, "content": message.text} for message in request.messages]
        body = {"model": request.model.id, "messages": turns, **request.sampling.chosen()}
        length = sum(len(tokens_of(message.text)) for message in request.messages)
        content = json.dumps(body, ensure_ascii=False, indent=2)
        return Rendered(content=content, language="json", tokens=length, exact=True)

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        start = time.perf_counter()
        first: float | None = None
        reply, finish = self._reply(request)
        delay = max(self.delay, 0.02 if request.model.id in {"slow", "broken"} else 0.0)
        if request.model.reasoning:
            yield ReasoningDelta("The question is deep. I have seven and a half million years.")
        for token in reply:
            await asyncio.sleep(delay)
            self.computed += 1
            first = first or time.perf_counter() - start
            yield TextDelta(token)
            if request.logprobs is not None:
                yield TokenLogprobs((TokenLogprob(token, -0.5),))
        if request.model.id == "broken":
            raise StreamTruncated("reset", provider=self.name)
        total = time.perf_counter() - start
        prompt = await self.render(request)
        yield Done(
            finish=finish,
            usage=Usage(input_tokens=prompt.tokens, output_tokens=len(reply)),
            timing=Timing(first_token=first or total, total=total),
        )

    def _reply(self, request: Request) -> tuple[list[str], Finish]:
        _, script = _MODELS[request.model.id]
        text, sampling = script(request), request.sampling
        for mark in sampling.stop:
            text = text.split(mark)[0]
        reply = tokens_of(text)
        if sampling.max_tokens is not None and len(reply) > sampling.max_tokens:
            return reply[: sampling.max_tokens], "length"
        return reply, "stop"

    async def aclose(self) -> None:
        """Nothing to let go of."""


def connect(connection: Connection) -> Scripted:
    return Scripted()
