"""Text that turns out to have been reasoning, whoever asked: it is no part of the answer, nor of what is sent next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from playground.asking.answer import answer
from playground.asking.ask import ask_whole
from playground.measuring.outcomes import Attempt
from playground.measuring.slots import Slots
from playground.strategies.solving.generate import model_generate
from playground.strategies.solving.trace import Prompt
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.sampling.lab.cells import Grid
from playground.tabs.sampling.lab.path import trace
from playground.tabs.sampling.lab.sweep import sweep
from playground.tabs.vision.lab.measure import Pictures, VisionContestant, column
from playground.tabs.vision.lab.questions import load
from providers.adapters.scripted import Scripted
from providers.base import complete
from providers.types import (
    Done,
    Event,
    Message,
    ReasoningDelta,
    Request,
    TextDelta,
    TextWasReasoning,
    Timing,
    TokenLogprob,
    TokenLogprobs,
    Usage,
)

SAID = ("Seven? ", "No, ", "six.")
"""The first two of them were a thought."""


class Late(Scripted):
    """Says at last that what it said was a thought."""

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        for piece in SAID[:2]:
            yield TextDelta(piece)
            if request.logprobs is not None:
                yield TokenLogprobs((TokenLogprob(piece, -1.0),))
        yield TextWasReasoning()
        yield ReasoningDelta("or so.")
        yield TextDelta(SAID[2])
        if request.logprobs is not None:
            yield TokenLogprobs((TokenLogprob(SAID[2], -0.5),))
        usage, timing = Usage(input_tokens=1, output_tokens=3), Timing(first_token=0.1, total=0.2)
        yield Done(finish="stop", usage=usage, timing=timing)


LATE = Late()


async def request(*, logprobs: int | None = None) -> Request:
    model = next(model for model in await LATE.models() if model.id == "echo")
    return Request(model=model, messages=(Message.of("user", "2 x 3?"),), logprobs=logprobs)


async def test_a_reply_and_what_is_sent_and_saved_of_it() -> None:
    asked = await request(logprobs=0)
    replies = [reply async for reply in answer(LATE, asked)]
    assert any(reply.text == "Seven? No, " and not reply.reasoning for reply in replies), "shown while it was not known"
    last = replies[-1]
    assert (last.text, last.reasoning) == ("six.", "Seven? No, or so.")
    assert [token.token for token in last.tokens] == ["six."]
    said = Conversation().ask("2 x 3?", (asked.model.ref,)).with_replies((last,)).ask("And 2 x 4?", (asked.model.ref,))
    assert [message.text for message in said.messages(0)] == ["2 x 3?", "six.", "And 2 x 4?"]
    assert Conversation.from_json(said.to_json()) == said


async def test_what_was_there_before_a_reply_went_on_is_no_thought() -> None:
    replies = [reply async for reply in answer(LATE, await request(), begun="Well: ")]
    assert (replies[-1].text, replies[-1].reasoning) == ("Well: six.", "Seven? No, or so.")


async def test_a_whole_completion() -> None:
    for whole in (await complete(LATE, await request()), await ask_whole(LATE, await request())):
        assert (whole.text, whole.reasoning) == ("six.", "Seven? No, or so.")


async def test_a_strategys_call() -> None:
    asked = await request()
    generate = model_generate(LATE, asked.model)
    pieces = [piece async for piece in generate(Prompt(messages=asked.messages))]
    assert (pieces[-1].text, pieces[-1].reasoning) == ("six.", "Seven? No, or so.")


async def test_a_path_of_tokens_and_a_cell_of_a_sweep() -> None:
    async with aclosing(trace(LATE, await request())) as trees:
        path = [tree async for tree in trees][-1]
    assert [node.token.piece for node in path.path()] == ["six."]
    grid = Grid(temperatures=(0.0,), seeds=(1,))
    async with aclosing(sweep(LATE, await request(), grid, asyncio.Event())) as snapshots:
        (cell,) = [snapshot async for snapshot in snapshots][-1]
    assert (cell.text, cell.mean_logprob) == ("six.", -0.5)


async def test_an_answer_that_is_measured() -> None:
    model = (await request()).model
    question = load("en")[0]
    contestant = VisionContestant(way="guesses", provider=LATE, model=replace(model, local=True))
    run = column(contestant, (question,), Pictures()).run
    attempt = Attempt(item=question.item, repeat=0, seed=1, slots=Slots(1))
    assert [outcome.text async for outcome in run(attempt)][-1] == "six."
