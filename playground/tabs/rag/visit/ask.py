"""An answer from documents: search, judge the evidence, ask with and without, and check each sentence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from playground.asking.ask import ask_whole, fits_whole
from playground.asking.columns import ReplyColumn, side_by_side
from playground.asking.completion import as_completion, stops
from playground.asking.pump import follow
from playground.asking.reply import Reply
from playground.tabs.rag.lab.answering.evidence import evidence
from playground.tabs.rag.lab.answering.prompt import GroundedPrompt, grounded_prompt, ungrounded_prompt
from playground.tabs.rag.lab.answering.rewrite import parse_rewrite, rewrite_messages
from playground.tabs.rag.lab.answering.support import support
from playground.tabs.rag.lab.index.collection import Collection
from playground.tabs.rag.visit.values import Answered, RagRequest
from playground.tabs.rag.visit.visits import RagVisits
from providers.base import Provider
from providers.embedding import Embedder
from providers.errors import Failure, PlaygroundError
from providers.types import Message, ModelInfo, Request, Sampling

_HISTORY = 6
"""Turns that are remembered when a follow-up is asked."""
_QUESTION_TOKENS = 80


async def ask(visits: RagVisits, visitor: str, asking: RagRequest) -> AsyncGenerator[Answered]:
    """The turn as it grows; the last one is done, and is kept for follow-ups.

    Errors of a model are in its reply. Raises what searching raises, `LimitExceeded`, `UnknownDocument("documents")`.
    """
    latest = Answered(question=asking.question, standalone=asking.question)
    async with visits.sessions.work.at(visitor, "rag-ask") as control:
        turn = _Turn(visits, visitor, asking, control.stopping)
        growing = follow(turn.grow(latest), latest, control.stopping)
        async with aclosing(growing):
            async for latest in growing:
                yield latest
        reply, plain = (one and one.settle() for one in (latest.reply, latest.plain))
        latest = replace(latest, reply=reply, plain=plain, done=True)
        visits.said.put(visitor, (*visits.turns(visitor), latest))
        yield latest


async def _check_reply(turn: Answered, text: str, given: GroundedPrompt, embedder: Embedder) -> Answered:
    """With what the passages say of each of the reply's sentences; a failure leaves the reply as it is."""
    try:
        return replace(turn, sentences=await support(text, given.passages, embedder))
    except PlaygroundError as error:
        return replace(turn, unchecked=Failure.of(error))


@dataclass(frozen=True, slots=True)
class _Turn:
    visits: RagVisits
    visitor: str
    asking: RagRequest
    stop: asyncio.Event

    async def grow(self, turn: Answered) -> AsyncGenerator[Answered]:
        asking = self.asking
        async with aclosing(self.visits.collections.indexing(self.visitor, asking.retrieval)) as indexing:
            async for so_far in indexing:
                yield replace(turn, indexing=so_far)
        async with (
            self.visits.collection(self.visitor, asking.retrieval) as collection,
            self.visits.reach.open(self.visitor, asking.model) as (provider, model),
        ):
            async for progress in provider.prepare(model):
                yield replace(turn, reply=Reply(model=model.ref, progress=progress))
            turn = await self._search(turn, collection, provider, model)
            yield turn
            async with aclosing(self._answer(turn, provider, model)) as turns:
                async for turn in turns:
                    yield turn
            if turn.reply is not None and turn.grounded is not None and turn.reply.text:
                yield await _check_reply(turn, turn.reply.text, turn.grounded, collection.embedder)

    async def _search(self, turn: Answered, collection: Collection, provider: Provider, model: ModelInfo) -> Answered:
        """What is found for the question, or for what a follow-up means when it stands alone."""
        asking, standalone = self.asking, turn.question
        if messages := rewrite_messages(self._history(), asking.question, asking.language):
            sampling = Sampling(temperature=0, max_tokens=_QUESTION_TOKENS)
            request = Request(model=model, messages=messages, sampling=sampling, owner=self.visitor)
            try:
                standalone = parse_rewrite((await ask_whole(provider, request)).text, asking.question)
            except PlaygroundError as error:
                return replace(turn, reply=Reply(model=model.ref, state="failed", failure=Failure.of(error)))
        found = await self.visits.find(self.visitor, collection, standalone, asking.retrieval)
        return replace(
            turn,
            standalone=standalone,
            rewritten=standalone != asking.question,
            found=found,
            evidence=evidence(found, collection.embedder.info),
        )

    async def _answer(self, turn: Answered, provider: Provider, model: ModelInfo) -> AsyncGenerator[Answered]:
        """With the documents, where there is anything to go by, and without, where that is wanted."""
        asking, history, columns = self.asking, self._history(), list[ReplyColumn]()
        if turn.found is None:
            return
        if turn.evidence != "none":
            made = await grounded_prompt(
                asking.question,
                turn.found.passages,
                language=asking.language,
                system=asking.system,
                history=history,
                fits=lambda messages: fits_whole(provider, self._request(messages, model)),
                chat=model.chat,
            )
            turn = replace(turn, grounded=made)
            columns.append(ReplyColumn.of(provider, self._request(made.messages, model)))
        if asking.compare:
            plain = ungrounded_prompt(asking.question, system=asking.system, history=history)
            plain = as_completion(model, plain, asking.language)
            columns.append(ReplyColumn.of(provider, self._request(plain, model)))
        async with aclosing(side_by_side(columns, self.stop)) as snapshots:
            async for replies in snapshots:
                with_documents = replies[0] if turn.grounded is not None else None
                yield replace(turn, reply=with_documents, plain=replies[-1] if asking.compare else None)

    def _request(self, messages: tuple[Message, ...], model: ModelInfo) -> Request:
        sampling, cuts = self.asking.sampling, stops(model, self.asking.language)
        sampling = replace(sampling, stop=(*sampling.stop, *cuts)) if cuts else sampling
        return Request(model=model, messages=messages, sampling=sampling, owner=self.visitor)

    def _history(self) -> tuple[Message, ...]:
        """Earlier questions and the answers from the documents; a turn without an answer is left out."""
        said: list[Message] = []
        for turn in self.visits.turns(self.visitor)[-_HISTORY:]:
            if turn.reply is not None and turn.reply.text.strip():
                said += [Message.of("user", turn.question), Message.of("assistant", turn.reply.text)]
        return tuple(said)
