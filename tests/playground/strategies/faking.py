"""A model that says what a test tells it to, and remembers what it was asked and how much at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing

from playground.measuring.tasks import Item
from playground.strategies.solving.question import Question, Tools
from playground.strategies.solving.strategy import strategy
from playground.strategies.solving.trace import ModelCall, Prompt, ReplyPart, Trace
from providers.errors import PlaygroundError
from providers.types import Message, Scalar, Timing, Usage

Reply = str | PlaygroundError

CALL = ModelCall(
    usage=Usage(input_tokens=10, output_tokens=3), timing=Timing(first_token=0.1, total=0.2), finish="stop", cost=0.5
)


class Model:
    """`says` gets the prompt and how many came before it. `running` and `most` count the calls at the same time."""

    def __init__(self, says: Callable[[Prompt, int], Reply], delay: float = 0.0) -> None:
        self.says, self.delay = says, delay
        self.prompts: list[Prompt] = []
        self.running = self.most = self.closed = 0

    async def __call__(self, prompt: Prompt) -> AsyncGenerator[ReplyPart]:
        number = len(self.prompts)
        self.prompts.append(prompt)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            reply = self.says(prompt, number)
            if isinstance(reply, PlaygroundError):
                yield ReplyPart(text="half a")
                raise reply
            yield ReplyPart(text=reply[:1])
            await asyncio.sleep(self.delay)
            yield ReplyPart(text=reply, call=CALL)
        finally:
            self.running -= 1
            self.closed += 1


def saying(*replies: Reply) -> Model:
    """One reply after the other; the last one again and again."""
    return Model(lambda prompt, number: replies[min(number, len(replies) - 1)])


async def traces(
    name: str,
    question: Question,
    model: Model,
    options: Mapping[str, Scalar] | None = None,
    tools: Tools | None = None,
) -> list[Trace]:
    async with aclosing(strategy(name).solve(question, model, options, tools)) as found:
        return [trace async for trace in found]


async def solved(
    name: str,
    question: Question,
    model: Model,
    options: Mapping[str, Scalar] | None = None,
    tools: Tools | None = None,
) -> Trace:
    every = await traces(name, question, model, options, tools)
    assert [trace.done for trace in every] == [False] * (len(every) - 1) + [True]
    return every[-1]


def said(messages: tuple[Message, ...]) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in messages]


def sent(model: Model) -> list[list[tuple[str, str]]]:
    """Every prompt that was sent, as roles and texts."""
    return [said(prompt.messages) for prompt in model.prompts]


EXAMPLES = (
    Item(id="e1", question="2 + 2?", answer="4", reasoning="Two and two is four. The answer is 4."),
    Item(id="e2", question="What is 3 × 3?", answer="9", reasoning="Three threes make nine."),
    Item(id="e3", question="5 - 1?", answer="4", reasoning="One less than five is four. The answer is 4."),
)
SUM = Question(
    text="How many are 20 and 22?", kind="number", instruction="Solve it.", form="Only the number.", examples=EXAMPLES
)
