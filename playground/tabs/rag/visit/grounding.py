"""A visitor's assistant in the chat: each question is answered from its documents."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from playground.asking.ask import fits_whole
from playground.asking.lending import Grounding
from playground.tabs.rag.lab.answering.evidence import evidence
from playground.tabs.rag.lab.answering.prompt import grounded_prompt
from playground.tabs.rag.lab.documents import RetrievalResult
from playground.tabs.rag.lab.index.collection import Collection
from playground.tabs.rag.visit.assistants import Assistant
from playground.tabs.rag.visit.values import RetrievalSetup
from providers.base import Provider
from providers.types import Image, Message, Request


class OpensDocuments(Protocol):
    """What a visitor's documents are opened and searched by: see `RagVisits`."""

    def collection(self, visitor: str, retrieval: RetrievalSetup) -> AbstractAsyncContextManager[Collection]: ...

    async def find(
        self, visitor: str, collection: Collection, question: str, retrieval: RetrievalSetup
    ) -> RetrievalResult: ...


@dataclass(frozen=True, slots=True)
class DocumentGround:
    """Puts the passages found for the last question into it; the rules about passages come with the system prompt."""

    documents: OpensDocuments
    visitor: str
    assistant: Assistant
    language: str

    async def __call__(self, provider: Provider, request: Request) -> Grounding:
        """Without any evidence the rules stand alone, so that the model says what it was told to say then."""
        *before, last = request.messages
        begun = last.role == "assistant"
        question = before.pop() if begun else last
        system = before.pop(0).text if before and before[0].role == "system" else ""
        retrieval = self.assistant.retrieval
        async with self.documents.collection(self.visitor, retrieval) as collection:
            found = await self.documents.find(self.visitor, collection, question.text, retrieval)
            passages = found.passages if evidence(found, collection.embedder.info) != "none" else ()

        async def fits(messages: tuple[Message, ...]) -> bool:
            return await fits_whole(provider, replace(request, messages=_add_images(messages, question.images)))

        async for _ in provider.prepare(request.model):
            pass
        made = await grounded_prompt(
            question.text,
            passages,
            language=self.language,
            system=system,
            history=before,
            fits=fits,
            chat=request.model.chat,
        )
        sources = tuple(f"{passage.chunk.name}, {passage.chunk.page}" for passage in made.passages)
        messages = _add_images(made.messages, question.images)
        return Grounding((*messages, *([last] if begun else [])), sources)


def _add_images(messages: tuple[Message, ...], images: tuple[Image, ...]) -> tuple[Message, ...]:
    """The last message with the question's images in front of what it quotes."""
    *before, asked = messages
    return (*before, replace(asked, parts=(*images, *asked.parts)))
