"""Texts put into classes in several ways on the same items: words counted, vectors compared, a language model asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from playground.measuring import Control, Item, Plan, TaskSet
from playground.measuring.metrics import Scoring, measured
from playground.measuring.reference import Labels
from playground.measuring.run import run
from playground.measuring.statistics import wilson
from playground.measuring.summary import extracted_answer
from playground.strategies.runs.contestant import Contestant, column
from playground.strategies.runs.describe import PER_COMPUTER, PER_PROVIDER
from playground.strategies.solving.strategy import strategy
from playground.tabs.models.lab.classical import cross_validate, fit, telling_words
from playground.tabs.models.lab.errors import TaskError
from playground.tabs.models.lab.vectors import normalised
from providers.base import Provider
from providers.embedding import Embedder
from providers.errors import Failure
from providers.heads import Classify
from providers.types import ModelInfo, Sampling

Approach = Literal["words", "vectors", "labels", "head", "zero_shot", "few_shot"]
"""Words counted and a line learnt; vectors of a model and a line learnt; vectors compared with those of the classes'
names; a model that was trained to sort such texts; a language model asked without examples, and with some."""
ALL: tuple[Approach, ...] = get_args(Approach)
APPROACHES: tuple[Approach, ...] = tuple(one for one in ALL if one != "head")
"""Those that need no model of their own for each task."""
ASKED: tuple[Approach, ...] = ("zero_shot", "few_shot")
LABEL_SETS = ("sentiment", "topic", "spam")
"""Our task sets of classes."""
FEWEST, MOST = 4, 500
"""A visitor's own texts."""
_BEGINNING = 3
"""Letters of a label that begins a class's name."""
_ANSWER = 12
"""Tokens that a language model has for a class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What one way said of the items, in their order; "" where nothing readable was said.

    `milliseconds` for each item, `training` seconds before that (`None` where nothing was learnt).
    """

    approach: Approach
    model: str
    said: tuple[str, ...]
    milliseconds: float
    training: float | None = None
    folds: int = 0
    lonely: tuple[str, ...] = ()
    telling: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Words that speak for each class, where they can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedScore:
    """How often it was right, with the interval (95 %, Wilson), of so many items; `unread`: no class was said."""

    right: int
    items: int
    low: float
    high: float
    unread: int

    @property
    def accuracy(self) -> float:
        return self.right / self.items if self.items else 0.0


def score_of(judged: Judged, tasks: TaskSet) -> JudgedScore:
    """Of the items that were answered: a run that was stopped has fewer."""
    pairs = list(zip(tasks.items, judged.said, strict=False))
    right = sum(said in item.answers for item, said in pairs)
    low, high = wilson(right, len(pairs))
    return JudgedScore(right=right, items=len(pairs), low=low, high=high, unread=sum(not said for _, said in pairs))


def confusion_of(judged: Judged, tasks: TaskSet) -> Mapping[str, Mapping[str, float]]:
    """Right class → said class → how often; "" for no readable class. Nothing where nothing was said."""
    if not judged.said:
        return {}
    labels = Labels(
        expected=tuple(item.answer for item in tasks.items[: len(judged.said)]),
        predicted=judged.said,
        classes=classes_of(tasks),
    )
    return measured("confusion", labels).table or {}


def classes_of(tasks: TaskSet) -> tuple[str, ...]:
    """In their order."""
    return tuple(dict.fromkeys(choice for item in tasks.items for choice in item.choices))


def parse_own(lines: str, language: str, wording: tuple[str, str]) -> TaskSet:
    """A visitor's own texts, one a line after its class and a colon. `wording`: instruction and form, as `own_wording`.

    Raises `TaskError("own_line")` for a line of another kind, "few_classes".
    """
    rows = list[tuple[str, str]]()
    for number, line in enumerate(lines.splitlines(), start=1):
        if not line.strip():
            continue
        label, colon, text = line.partition(":")
        if not (colon and label.strip() and text.strip()) or len(label) > 60:
            raise TaskError("own_line", line=number)
        rows.append((label.strip(), text.strip()))
    classes = tuple(dict.fromkeys(label for label, _ in rows))
    if len(classes) < 2 or len(rows) < FEWEST or len(rows) > MOST:
        raise TaskError("few_classes")
    items = tuple(
        Item(id=f"own-{number}", question=text, answer=label, choices=classes)
        for number, (label, text) in enumerate(rows, start=1)
    )
    instruction, form = (part.replace("{labels}", ", ".join(classes)) for part in wording)
    return TaskSet(
        name="own",
        language=language,
        kind="label",
        items=items,
        instruction=instruction,
        answer_format=form,
        metrics=("exact",),
    )


def judge_words(tasks: TaskSet) -> Judged:
    """TF-IDF and logistic regression, learnt from the other folds. Blocking. Raises as `cross_validate`."""
    texts, labels = _columns(tasks)
    found = cross_validate(texts, labels)
    return Judged(
        approach="words",
        model="TF-IDF",
        said=found.said,
        milliseconds=found.answering / len(texts) * 1000,
        training=found.training,
        folds=found.folds,
        lonely=found.lonely,
        telling=telling_words(fit(texts, labels)),
    )


async def judge_vectors(tasks: TaskSet, embedder: Embedder) -> Judged:
    """The same line, drawn between vectors that a model makes of the texts. Raises as `cross_validate`, `embed`."""
    texts, labels = _columns(tasks)
    start = time.perf_counter()
    vectors = await embedder.embed(texts)
    embedding = time.perf_counter() - start
    found = await asyncio.to_thread(cross_validate, vectors, labels)
    return Judged(
        approach="vectors",
        model=embedder.info.name,
        said=found.said,
        milliseconds=(embedding + found.answering) / len(texts) * 1000,
        training=found.training,
        folds=found.folds,
        lonely=found.lonely,
    )


async def judge_labels(tasks: TaskSet, embedder: Embedder, sentences: Mapping[str, str]) -> Judged:
    """The class whose sentence lies nearest to the text: nothing is learnt, and no text but the names is needed."""
    texts, _ = _columns(tasks)
    names = list(sentences)
    start = time.perf_counter()
    places = normalised(await embedder.embed([sentences[name] for name in names]))
    found = np.argmax(await embedder.embed(texts) @ places.T, axis=1)
    seconds = time.perf_counter() - start
    return Judged(
        approach="labels",
        model=embedder.info.name,
        said=tuple(names[place] for place in found.tolist()),
        milliseconds=seconds / len(texts) * 1000,
    )


async def judge_head(tasks: TaskSet, sorter: Classify) -> Judged:
    """A model that was trained for such a task, its labels read as the task's classes. Raises as `class_names`."""
    texts, _ = _columns(tasks)
    start = time.perf_counter()
    found = await sorter.classify(texts)
    seconds = time.perf_counter() - start
    names = class_names([one.label for one in found[0]], tasks)
    return Judged(
        approach="head",
        model=sorter.info.name,
        said=tuple(names.get(scores[0].label, "") for scores in found),
        milliseconds=seconds / len(texts) * 1000,
    )


def class_names(labels: Sequence[str], tasks: TaskSet) -> dict[str, str]:
    """The task's class that each of a model's labels means, by its name, another word for it, or the beginning of one
    (NEG). Raises `TaskError("no_labels_match")` where none means any."""
    words = {
        word.casefold(): name for name in classes_of(tasks) for word in (name, *(tasks.aliases or {}).get(name, ()))
    }
    found = dict[str, str]()
    for label in labels:
        plain = label.casefold()
        begun = [name for word, name in words.items() if len(plain) >= _BEGINNING and word.startswith(plain)]
        if name := words.get(plain) or next(iter(begun), None):
            found[label] = name
    if not found:
        raise TaskError("no_labels_match", labels=", ".join(labels)[:200])
    return found


async def judge_asked(
    tasks: TaskSet, approach: Approach, provider: Provider, model: ModelInfo, control: Control
) -> AsyncGenerator[Judged | Failure]:
    """A language model, item by item, as it goes on; a failure, last, where an item failed."""
    contestant = Contestant(
        strategy=strategy(approach),
        provider=provider,
        model=model,
        sampling=Sampling(temperature=0, max_tokens=_ANSWER),
    )
    asked = column(contestant, tasks, tasks.metrics[0], Scoring(language=tasks.language))
    per = PER_COMPUTER if model.local else PER_PROVIDER
    start = time.monotonic()
    snapshots = run(Plan(columns=(asked,), items=tasks.items, per_provider=per), control)
    async with aclosing(snapshots):
        async for snapshot in snapshots:
            done = {cell.item: outcome for cell, outcome in snapshot.outcomes.items()}
            if (failed := next((one.failure for one in done.values() if one.failure), None)) is not None:
                yield failed
                return
            said = list[str]()
            for item in tasks.items:
                if item.id not in done:
                    break
                said.append(extracted_answer(done[item.id]))
            took = (time.monotonic() - start) / max(1, len(done)) * 1000
            yield Judged(approach=approach, model=model.name, said=tuple(said), milliseconds=took)


def _columns(tasks: TaskSet) -> tuple[list[str], list[str]]:
    return [item.question for item in tasks.items], [item.answer for item in tasks.items]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneText:
    """What one way says of a single text; `shares` for each class where it tells them, from 0 to 1 or as cosines."""

    approach: Approach
    model: str
    said: str
    shares: Mapping[str, float] = field(default_factory=dict)


def classify_by_words(tasks: TaskSet, text: str) -> OneText:
    """By a model that has learnt from all items of the set. Blocking. Raises as `fit`."""
    texts, labels = _columns(tasks)
    model = fit(texts, labels)
    shares = {str(name): float(one) for name, one in zip(model.classes_, model.predict_proba([text])[0], strict=True)}
    return OneText(approach="words", model="TF-IDF", said=max(shares, key=lambda name: shares[name]), shares=shares)


async def classify_by_vectors(tasks: TaskSet, embedder: Embedder, text: str) -> OneText:
    """As `classify_by_words`, by the vectors of the set's items."""
    texts, labels = _columns(tasks)
    vectors = await embedder.embed([*texts, text])
    model = await asyncio.to_thread(fit, vectors[:-1], labels)
    found = model.predict_proba(vectors[-1:])[0]
    shares = {str(name): float(one) for name, one in zip(model.classes_, found, strict=True)}
    said = max(shares, key=lambda name: shares[name])
    return OneText(approach="vectors", model=embedder.info.name, said=said, shares=shares)


async def classify_by_labels(embedder: Embedder, sentences: Mapping[str, str], text: str) -> OneText:
    """By the nearest class: the cosines are told."""
    names = list(sentences)
    vectors = normalised(await embedder.embed([*(sentences[name] for name in names), text]))
    shares = dict(zip(names, (vectors[:-1] @ vectors[-1]).tolist(), strict=True))
    said = max(shares, key=lambda name: shares[name])
    return OneText(approach="labels", model=embedder.info.name, said=said, shares=shares)


async def classify_by_head(tasks: TaskSet, sorter: Classify, text: str) -> OneText:
    """By a model that was trained for it. Raises as `class_names`."""
    (scores,) = await sorter.classify([text])
    names = class_names([one.label for one in scores], tasks)
    shares = {names.get(one.label, one.label): one.probability for one in scores}
    return OneText(approach="head", model=sorter.info.name, said=names.get(scores[0].label, ""), shares=shares)
