"""A task of understanding, and the ways of doing it that answer at once, with the models that they are done with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playground.measuring import TaskSet
from playground.tabs.models.lab import classifying, passages, tagging
from playground.tabs.models.lab.understanding import HEADS, Approach, Judged, Kind, OneText, kind_of
from playground.tabs.models.visit.visits import ModelsVisits
from providers.embedding import Embedder
from providers.heads import Headed, HeadInfo
from providers.types import Progress

Told = Callable[[Progress], None]
_BY_WORDS: Mapping[Kind, Callable[[TaskSet], Judged]] = {
    "classes": classifying.judge_words,
    "entities": tagging.judge_tagged,
    "passages": passages.judge_runs,
}
_ONE_BY_WORDS: Mapping[Kind, Callable[[TaskSet, str], OneText]] = {
    "classes": classifying.classify_by_words,
    "entities": tagging.tag_one,
    "passages": passages.search_one,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be done, how, and by which models. `sentences`: what each class is called as a sentence."""

    tasks: TaskSet
    sentences: Mapping[str, str]
    approaches: Sequence[Approach]
    encoder: str
    """Of the models that make vectors."""
    writer: str | None
    """The language model that is asked; `None`: nobody is."""
    head: str = ""
    """A model that was trained for such tasks, for the approach of that name."""
    absent: HeadInfo | None = None
    """The catalogue's model for this task, where it is not on this computer and nobody named another."""


async def judge_at_once(visits: ModelsVisits, visitor: str, task: Task, approach: Approach, told: Told) -> Judged:
    """All items by one way that does not write. Raises what its model raises, and `TaskError`s."""
    kind = kind_of(task.tasks)
    if approach == "words":
        return await asyncio.to_thread(_BY_WORDS[kind], task.tasks)
    if approach == "head":
        async with _open_head(visits, visitor, task) as (provider, info):
            return await _judge_by_head(task.tasks, provider, info, told)
    async with _embedder(visits, visitor, task, told) as embedder:
        if kind == "passages":
            return await passages.judge_sentences(task.tasks, embedder)
        if approach == "vectors":
            return await classifying.judge_vectors(task.tasks, embedder)
        return await classifying.judge_labels(task.tasks, embedder, task.sentences)


async def one_at_once(visits: ModelsVisits, visitor: str, task: Task, approach: Approach, text: str) -> OneText:
    """One text, as `judge_at_once`."""
    kind = kind_of(task.tasks)
    if approach == "words":
        return await asyncio.to_thread(_ONE_BY_WORDS[kind], task.tasks, text)
    if approach == "head":
        async with _open_head(visits, visitor, task) as (provider, info):
            return await _one_by_head(task.tasks, provider, info, text)
    async with _embedder(visits, visitor, task, lambda progress: None) as embedder:
        if kind == "passages":
            return await passages.nearest_sentence(embedder, text)
        if approach == "vectors":
            return await classifying.classify_by_vectors(task.tasks, embedder, text)
        return await classifying.classify_by_labels(embedder, task.sentences, text)


async def _judge_by_head(tasks: TaskSet, provider: Headed, info: HeadInfo, told: Told) -> Judged:
    match kind_of(tasks):
        case "entities":
            async for progress in (tagger := provider.tag_tokens(info)).prepare():
                told(progress)
            return await tagging.judge_tagger(tasks, tagger)
        case "passages":
            async for progress in (finder := provider.find_span(info)).prepare():
                told(progress)
            return await passages.judge_finder(tasks, finder)
        case _:
            async for progress in (sorter := provider.classify(info)).prepare():
                told(progress)
            return await classifying.judge_head(tasks, sorter)


async def _one_by_head(tasks: TaskSet, provider: Headed, info: HeadInfo, text: str) -> OneText:
    match kind_of(tasks):
        case "entities":
            return await tagging.tag_one_by_head(tasks, provider.tag_tokens(info), text)
        case "passages":
            return await passages.find_one(provider.find_span(info), text)
        case _:
            return await classifying.classify_by_head(tasks, provider.classify(info), text)


@asynccontextmanager
async def _open_head(visits: ModelsVisits, visitor: str, task: Task) -> AsyncGenerator[tuple[Headed, HeadInfo]]:
    async with visits.reach.head_provider(visitor, task.head, HEADS[kind_of(task.tasks)]) as found:
        yield found


@asynccontextmanager
async def _embedder(visits: ModelsVisits, visitor: str, task: Task, told: Told) -> AsyncGenerator[Embedder]:
    async with visits.reach.embedder(visitor, task.encoder) as embedder:
        async for progress in embedder.prepare():
            told(progress)
        yield embedder
