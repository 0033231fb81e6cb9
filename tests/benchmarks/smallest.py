"""The smallest page of Gradio's that streams a reply: `python -m tests.benchmarks.smallest --port N`.

It asks nobody: its words come by the clock, ten a second, so that what it shows is Gradio's own work alone. With
`--beside 14 7` its event has so many inputs and outputs more, as that of Aula's message has. With `--home FOLDER` it
asks the local model of that home, by the public stream, and shows the reply about four times a second.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any
from uuid import uuid4

import gradio as gr

from providers import catalog
from providers.adapters.huggingface import connect
from providers.base import Connection, Options
from providers.types import Done, Message, Request, Sampling, TextDelta
from tests.benchmarks.engines import MODEL

PLACES = 80
"""As many as the page has."""
RATE = 10.0
REDRAW = 0.24
"""Seconds between two redraws of a local reply."""
Reply = Callable[..., AsyncIterator[list[dict[str, Any]]]]


async def reply(
    message: str, history: list[dict[str, Any]], seconds: float, *others: str
) -> AsyncIterator[list[dict[str, Any]]]:
    start = time.monotonic()
    asked = [*history, {"role": "user", "content": message}]
    while (passed := time.monotonic() - start) < seconds:
        said = " ".join(str(number) for number in range(1, int(passed * RATE) + 1))
        yield [*asked, {"role": "assistant", "content": said}]
        await asyncio.sleep(1 / RATE)


def local_reply(home: Path) -> Reply:
    """Of the default model; the number beside the box is that of its tokens. At its end it says how many came."""
    rows = catalog.load().of("huggingface")
    options = Options(home=home, offline=True, engine="openvino")
    provider = connect(Connection(provider="huggingface", models=rows, options=options))
    model = catalog.find(rows, MODEL)

    async def answered(
        message: str, history: list[dict[str, Any]], tokens: float, *others: str
    ) -> AsyncIterator[list[dict[str, Any]]]:
        asked = [*history, {"role": "user", "content": message}]
        sampling = Sampling(temperature=0.7, max_tokens=int(tokens))
        messages = (Message.of("user", message),)
        request = Request(model=model, messages=messages, sampling=sampling, owner=uuid4().hex)
        said, shown, count = "", 0.0, 0
        yield asked
        async with aclosing(provider.stream(request)) as events:
            async for event in events:
                said += event.text if isinstance(event, TextDelta) else ""
                count = event.usage.output_tokens if isinstance(event, Done) else count
                if said and time.monotonic() >= shown + REDRAW:
                    shown = time.monotonic()
                    yield [*asked, {"role": "assistant", "content": said}]
        yield [*asked, {"role": "assistant", "content": f"{said} → {count} tokens"}]

    return answered


def with_others(number: int, alone: Reply) -> Callable[..., AsyncIterator[Any]]:
    """The reply, and so many texts beside it that stay as they are."""

    async def reply_and_others(*given: Any) -> AsyncIterator[list[Any]]:
        async for talk in alone(*given):
            yield [talk, *("" for _ in range(number))]

    return reply_and_others if number else alone


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--beside", type=int, nargs=2, default=(0, 0))
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    alone = local_reply(given.home) if given.home else reply
    with gr.Blocks(analytics_enabled=False) as blocks:
        talk = gr.Chatbot(elem_id="talk")
        seconds = gr.Number(15, elem_id="seconds")
        box = gr.Textbox(elem_id="message")
        asked, shown = given.beside
        inputs = [gr.Textbox() for _ in range(asked)]
        outputs = [gr.HTML() for _ in range(shown)]
        box.submit(with_others(shown, alone), [box, talk, seconds, *inputs], [talk, *outputs])
    blocks.max_threads = PLACES  # queue() counts its places from this
    blocks.queue(default_concurrency_limit=PLACES)
    blocks.launch(server_port=given.port, max_threads=PLACES, quiet=True, run_history=False)


if __name__ == "__main__":
    main()
