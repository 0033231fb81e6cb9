"""The sentence put to one architecture after another, and a judge after each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from playground.asking.answer import answer
from playground.asking.pump import pump
from playground.tabs.models.lab.architectures import (
    Architecture,
    ArchitectureColumn,
    before_blank,
    coherence,
    continuation,
    judge,
    next_words,
    question,
)
from playground.tabs.models.lab.errors import LayersError
from playground.tabs.models.lab.ngram import ScoredWord, split_words
from playground.tabs.models.visit.architectures.plan import (
    SCORED,
    SECTION,
    ArchitecturesPlan,
    Compared,
    after_prompt,
    train_for,
)
from playground.tabs.models.visit.visits import ModelsVisits
from providers.embedding import EmbeddingInfo
from providers.errors import Failure, InputError, PlaygroundError
from providers.heads import Head, Headed, HeadInfo
from providers.types import Event, Progress, Request, TextDelta
from providers.whitebox import inside

_UNSERVED = "weights_unavailable.own_memory"
"""What is said of a model that no engine runs; transformers' own loop does."""

Tell = Callable[[ArchitectureColumn], None]
Work = Callable[[ArchitectureColumn, Tell], Coroutine[object, object, ArchitectureColumn]]


async def compare(visits: ModelsVisits, visitor: str, plan: ArchitecturesPlan) -> AsyncGenerator[Compared]:
    """The columns as they grow, one after another; what one cannot do it says, and the rest stands.

    Raises `InputError("empty")`, `LimitExceeded`.
    """
    if not plan.text.strip():
        raise InputError("empty")
    latest, changed = [Compared()], asyncio.Event()
    async with visits.sessions.work.at(visitor, f"models-{SECTION}") as control:

        def notify(found: Compared) -> None:
            latest[0] = found
            changed.set()

        working = _Comparison(visits, visitor, plan, notify).run()
        async with aclosing(pump(working, lambda: latest[0], changed, control.stopping)) as snapshots:
            async for one in snapshots:
                yield one
        yield latest[0].stop_unfinished()


class _Comparison:
    """One run over all columns."""

    def __init__(
        self, visits: ModelsVisits, visitor: str, plan: ArchitecturesPlan, told: Callable[[Compared], None]
    ) -> None:
        self._visits, self._visitor, self._plan, self._told = visits, visitor, plan, told
        self._found = Compared()

    async def run(self) -> None:
        todo = await self._columns()
        self._found = replace(self._found, columns=tuple(column for column, _ in todo))
        for place, (column, work) in enumerate(todo):
            self._put(place, column := replace(column, state="running"))
            try:
                done = await work(column, partial(self._put, place))
            except PlaygroundError as error:
                done = replace(self._found.columns[place], failure=Failure.of(error))
            self._put(place, replace(done, state="done", progress=None))

    def _put(self, place: int, column: ArchitectureColumn) -> None:
        columns = list(self._found.columns)
        columns[place] = column
        self._found = replace(self._found, columns=tuple(columns))
        self._told(self._found)

    async def _columns(self) -> list[tuple[ArchitectureColumn, Work]]:
        """Simplest first. A model's name stands before it is known whether it can do it."""
        known = await self._visits.known_models(self._visitor)
        reach = self._visits.reach
        heads = (*reach.heads("fill_mask"), *reach.heads("seq2seq"))
        names = {one.ref: one.name for one in (*heads, *known.values())}
        chosen = [(ref, known.get(ref)) for ref in self._plan.models]
        masked = [ref for ref, info in chosen if isinstance(info, EmbeddingInfo)]
        writers = [(ref, info) for ref, info in chosen if not isinstance(info, EmbeddingInfo)]
        found: list[tuple[ArchitectureColumn, Work]] = [(_column("ngram", "", names), self._count)]
        for ref in dict.fromkeys((self._plan.fill_mask, *masked)):
            if ref:
                found.append((_column("fill_mask", ref, names), self._work_with_head(ref, "fill_mask", self._fill)))
        if self._plan.seq2seq:
            found.append(
                (
                    _column("seq2seq", self._plan.seq2seq, names),
                    self._work_with_head(self._plan.seq2seq, "seq2seq", self._rewrite),
                )
            )
        for ref, info in writers:
            if info is None or info.local:
                found.append((replace(_column("causal", ref, names), info=info), self._go_on(ref)))
        for ref, info in writers:
            found.append((replace(_column("asked", ref, names), info=info), self._ask(ref)))
        return found

    async def _count(self, column: ArchitectureColumn, tell: Tell) -> ArchitectureColumn:
        plan, prompt = self._plan, before_blank(self._plan.text)
        model = await train_for(plan)
        self._found = replace(self._found, trained=(model.tokens, *model.ngram_counts))

        def score_words() -> tuple[ScoredWord, ...]:
            words = split_words(prompt)[:SCORED]
            return model.score(" ".join(words), plan.smoothed) if words else ()

        def write_text() -> ArchitectureColumn:
            said = model.generate(prompt, plan.length, plan.smoothed, plan.sampling)
            return replace(
                column, prompt=prompt, guesses=model.likeliest(prompt, plan.smoothed), text=after_prompt(prompt, said)
            )

        self._found = replace(self._found, scored=await asyncio.to_thread(score_words))
        tell(column := await asyncio.to_thread(write_text))
        return await self._judge(column)

    def _work_with_head(
        self,
        ref: str,
        head: Head,
        work: Callable[[ArchitectureColumn, Tell, Headed, HeadInfo], Coroutine[object, object, ArchitectureColumn]],
    ) -> Work:
        async def run(column: ArchitectureColumn, tell: Tell) -> ArchitectureColumn:
            async with self._visits.reach.head_provider(self._visitor, ref, head) as (provider, info):
                column = replace(column, name=info.name, info=info)
                tell(column)
                if not self._plan.fetch and not await self._visits.reach.held_encoders([info]):
                    return replace(column, absent=True)
                return await work(column, tell, provider, info)

        return run

    async def _fill(
        self, column: ArchitectureColumn, tell: Tell, provider: Headed, info: HeadInfo
    ) -> ArchitectureColumn:
        filler = provider.fill_mask(info)
        async for progress in filler.prepare():
            tell(replace(column, progress=progress))
        found = await filler.fill(self._plan.text)
        return replace(
            column, guesses=tuple((one.token, one.probability) for one in found), text=found[0].text if found else ""
        )

    async def _rewrite(
        self, column: ArchitectureColumn, tell: Tell, provider: Headed, info: HeadInfo
    ) -> ArchitectureColumn:
        writing = provider.seq2seq(info).transform(
            self._plan.text, instruction=self._plan.instruction, max_tokens=self._plan.length
        )
        return await self._stream(column, tell, writing)

    async def _continue(
        self, column: ArchitectureColumn, tell: Tell, provider: Headed, info: HeadInfo
    ) -> ArchitectureColumn:
        writing = provider.causal(info).transform(column.prompt, max_tokens=self._plan.length)
        return await self._stream(column, tell, writing)

    async def _stream(
        self, column: ArchitectureColumn, tell: Tell, writing: AsyncGenerator[Event]
    ) -> ArchitectureColumn:
        async with aclosing(writing) as events:
            async for event in events:
                match event:
                    case TextDelta(piece):
                        column = replace(column, text=column.text + piece)
                        tell(column)
                    case Progress():
                        tell(replace(column, progress=event))
        return await self._judge(column)

    def _go_on(self, ref: str) -> Work:
        async def run(column: ArchitectureColumn, tell: Tell) -> ArchitectureColumn:
            prompt = before_blank(self._plan.text)
            if not prompt:
                raise LayersError("no_beginning")
            async with self._visits.reach.open(self._visitor, ref) as (provider, model):
                column = replace(column, name=model.name, info=model, prompt=prompt)
                request = continuation(model, prompt, self._plan.length, self._plan.sampling)
                column = await self._write(column, tell, ref, request)
                if column.failure is not None and column.failure.key == _UNSERVED:
                    return await self._work_with_head(ref, "causal", self._continue)(
                        replace(column, failure=None), tell
                    )
                if column.failure is None:
                    box = await inside(provider, model)
                    column = replace(column, guesses=await next_words(box, model, prompt))
            return await self._judge(column)

        return run

    def _ask(self, ref: str) -> Work:
        async def run(column: ArchitectureColumn, tell: Tell) -> ArchitectureColumn:
            async with self._visits.reach.open(self._visitor, ref) as (_, model):
                if not model.chat:  # it was never taught to be asked
                    return replace(column, name=model.name, info=model)
                plan = self._plan
                request = question(model, plan.asked, plan.length, plan.sampling, plan.language)
                column = replace(column, name=model.name, info=model)
                column = await self._write(column, tell, ref, request)
            return await self._judge(column)

        return run

    async def _write(self, column: ArchitectureColumn, tell: Tell, ref: str, request: Request) -> ArchitectureColumn:
        async with (
            self._visits.reach.open(self._visitor, ref) as (provider, _),
            aclosing(answer(provider, request)) as replies,
        ):
            async for reply in replies:
                column = replace(column, text=reply.text, progress=reply.progress, failure=reply.failure)
                tell(column)
        return column

    async def _judge(self, column: ArchitectureColumn) -> ArchitectureColumn:
        """By the judge, where there is one that can be looked into; else by what needs none."""
        if not column.text.strip():
            return column
        try:
            async with self._visits.reach.open(self._visitor, self._plan.judge) as (provider, model):
                scored = await judge(await inside(provider, model), model, column.prompt, column.text)
                self._found = replace(self._found, judge=model.name)
        except PlaygroundError as error:  # what needs no judge is shown, and why there is none
            self._found, scored = replace(self._found, unjudged=Failure.of(error)), ()
        return replace(column, coherence=coherence(column.text, scored, self._plan.length))


def _column(kind: Architecture, ref: str, names: Mapping[str, str]) -> ArchitectureColumn:
    """A name that nobody knows is that on the Hub, or the folder."""
    return ArchitectureColumn(kind=kind, name=names.get(ref) or ref.partition("/")[2] or ref)
