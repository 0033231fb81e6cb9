"""The smallest page of Gradio's that streams a reply: `python -m tests.benchmarks.smallest --port N`.

It asks nobody: its words come by the clock, ten a second, so that what it shows is Gradio's own work alone. With
`--beside 14 7` its event has so many inputs and outputs more, as that of Aula's message has.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import gradio as gr

PLACES = 80
"""As many as the page has."""
RATE = 10.0


async def reply(
    message: str, history: list[dict[str, Any]], seconds: float, *others: str
) -> AsyncIterator[list[dict[str, Any]]]:
    start = time.monotonic()
    asked = [*history, {"role": "user", "content": message}]
    while (passed := time.monotonic() - start) < seconds:
        said = " ".join(str(number) for number in range(1, int(passed * RATE) + 1))
        yield [*asked, {"role": "assistant", "content": said}]
        await asyncio.sleep(1 / RATE)


def with_others(number: int) -> Callable[..., AsyncIterator[Any]]:
    """`reply`, and so many texts beside it that stay as they are."""

    async def reply_and_others(*given: Any) -> AsyncIterator[list[Any]]:
        async for talk in reply(*given):
            yield [talk, *("" for _ in range(number))]

    return reply_and_others if number else reply


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--beside", type=int, nargs=2, default=(0, 0))
    given = parser.parse_args()
    with gr.Blocks(analytics_enabled=False) as blocks:
        talk = gr.Chatbot(elem_id="talk")
        seconds = gr.Number(15, elem_id="seconds")
        box = gr.Textbox(elem_id="message")
        asked, shown = given.beside
        inputs = [gr.Textbox() for _ in range(asked)]
        outputs = [gr.HTML() for _ in range(shown)]
        box.submit(with_others(shown), [box, talk, seconds, *inputs], [talk, *outputs])
    blocks.max_threads = PLACES  # queue() counts its places from this
    blocks.queue(default_concurrency_limit=PLACES)
    blocks.launch(server_port=given.port, max_threads=PLACES, quiet=True, run_history=False)


if __name__ == "__main__":
    main()
