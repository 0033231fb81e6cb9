"""The record that a strategy writes while it works, read as a stream of traces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TypeVar

from playground.asking.pump import pump
from playground.strategies.solving.trace import Prompt, ReplyPart, State, StepKind, Trace, TraceStep
from providers.errors import Failure, PlaygroundError, StreamTruncated
from providers.types import Message

Generate = Callable[[Prompt], AsyncGenerator[ReplyPart]]
"""One call of a model, as `generate.model_generate` makes. Closing it stops the model; it raises `PlaygroundError`s."""
V = TypeVar("V")


class Record:
    """Steps as they happen; one belongs to one question."""

    def __init__(self, generate: Generate, at_once: int) -> None:
        self._generate = generate
        self._places = asyncio.Semaphore(at_once)
        self._steps: list[TraceStep] = []
        self.changed = asyncio.Event()

    @property
    def steps(self) -> tuple[TraceStep, ...]:
        return tuple(self._steps)

    def add(self, step: TraceStep) -> int:
        """Note a step; the place it got."""
        self._steps.append(step)
        self.changed.set()
        return len(self._steps) - 1

    def change(self, place: int, step: TraceStep) -> TraceStep:
        """The step of that place is now this one."""
        self._steps[place] = step
        self.changed.set()
        return step

    async def ask(self, kind: StepKind, prompt: Prompt, *, parent: int | None = None, shown: bool = True) -> int:
        """Call the model; the reply grows as a new step, whose place is returned. A failure is the step's.

        `shown`: the step carries the messages itself, as it must where it hangs on no `prompt` of the same.
        """
        messages = prompt.messages if shown else None
        place = self.add(TraceStep(kind=kind, messages=messages, parent=parent, state="waiting"))
        async with self._places:
            try:
                async with aclosing(self._generate(prompt)) as pieces:
                    async for piece in pieces:
                        self.change(place, _grow_step(self._steps[place], piece))
                        if piece.sent is not None:
                            self._note_sent(place, piece.sent)
                if self._steps[place].call is None:
                    raise StreamTruncated("no_end", provider="")
            except PlaygroundError as error:
                self.change(
                    place, replace(self._steps[place], state="failed", failure=Failure.of(error), progress=None)
                )
        return place

    def _note_sent(self, place: int, messages: tuple[Message, ...]) -> None:
        """Where the prompt of that step stands: with itself, or with the prompt that it hangs on."""
        step = self._steps[place]
        holder = step.parent if step.messages is None else place
        if holder is not None and self._steps[holder].messages not in (None, messages):
            self.change(holder, replace(self._steps[holder], messages=messages))

    async def single(
        self, messages: tuple[Message, ...], *, parent: int | None = None, plain: bool = False
    ) -> str | None:
        """One prompt and one chain under it: its text, or `None` if the call failed. `plain`: see `Prompt`."""
        place = self.add(TraceStep(kind="prompt", messages=messages, parent=parent))
        chain = self[await self.ask("chain", Prompt(messages=messages, plain=plain), parent=place, shown=False)]
        return None if chain.failure is not None else chain.text

    async def together(self, works: Sequence[Coroutine[object, object, V]]) -> list[V]:
        """All at once, as far as calls may; the results in the order of the works."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
        return [task.result() for task in tasks]

    def __getitem__(self, place: int) -> TraceStep:
        return self._steps[place]


def _grow_step(step: TraceStep, piece: ReplyPart) -> TraceStep:
    state: State = "done" if piece.call else "streaming" if piece.text or piece.reasoning else "waiting"
    return replace(
        step, text=piece.text, reasoning=piece.reasoning, progress=piece.progress, call=piece.call, state=state
    )


async def record_work(
    generate: Generate, at_once: int, work: Callable[[Record], Awaitable[str | None]]
) -> AsyncGenerator[Trace]:
    """Do the work, and yield its record as it grows; the last trace is `done`. What the work raises is raised here."""
    record, answer = Record(generate, at_once), list[str | None]()

    async def working() -> None:
        answer.append(await work(record))

    async with aclosing(pump(working(), lambda: Trace(steps=record.steps), record.changed)) as traces:
        async for trace in traces:
            yield trace
    yield _last(record, answer[0])


def _last(record: Record, answer: str | None) -> Trace:
    """Without an answer, the failure of a call is the trace's; that of a tool is only told to the model."""
    failures = [step.failure for step in record.steps if step.state == "failed"]
    failure = failures[-1] if failures and answer is None else None
    return Trace(steps=record.steps, answer=answer, done=True, failure=failure)
