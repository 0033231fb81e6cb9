"""Texts put into classes: words counted, vectors compared, a model that was trained for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

import numpy as np

from playground.measuring import TaskSet
from playground.tabs.models.lab.classical import cross_validate, fit, telling_words
from playground.tabs.models.lab.understanding import Judged, OneText, class_names, texts_and_labels
from playground.tabs.models.lab.vectors import normalise_rows
from providers.embedding import Embedder
from providers.heads import Classify


def judge_words(tasks: TaskSet) -> Judged:
    """TF-IDF and logistic regression, learnt from the other folds. Blocking. Raises as `cross_validate`."""
    texts, labels = texts_and_labels(tasks)
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
    texts, labels = texts_and_labels(tasks)
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
    texts, _ = texts_and_labels(tasks)
    names = list(sentences)
    start = time.perf_counter()
    places = normalise_rows(await embedder.embed([sentences[name] for name in names]))
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
    texts, _ = texts_and_labels(tasks)
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


def classify_by_words(tasks: TaskSet, text: str) -> OneText:
    """By a model that has learnt from all items of the set. Blocking. Raises as `fit`."""
    texts, labels = texts_and_labels(tasks)
    model = fit(texts, labels)
    shares = {str(name): float(one) for name, one in zip(model.classes_, model.predict_proba([text])[0], strict=True)}
    return OneText(approach="words", model="TF-IDF", said=max(shares, key=lambda name: shares[name]), shares=shares)


async def classify_by_vectors(tasks: TaskSet, embedder: Embedder, text: str) -> OneText:
    """As `classify_by_words`, by the vectors of the set's items."""
    texts, labels = texts_and_labels(tasks)
    vectors = await embedder.embed([*texts, text])
    model = await asyncio.to_thread(fit, vectors[:-1], labels)
    found = model.predict_proba(vectors[-1:])[0]
    shares = {str(name): float(one) for name, one in zip(model.classes_, found, strict=True)}
    said = max(shares, key=lambda name: shares[name])
    return OneText(approach="vectors", model=embedder.info.name, said=said, shares=shares)


async def classify_by_labels(embedder: Embedder, sentences: Mapping[str, str], text: str) -> OneText:
    """By the nearest class: the cosines are told."""
    names = list(sentences)
    vectors = normalise_rows(await embedder.embed([*(sentences[name] for name in names), text]))
    shares = dict(zip(names, (vectors[:-1] @ vectors[-1]).tolist(), strict=True))
    said = max(shares, key=lambda name: shares[name])
    return OneText(approach="labels", model=embedder.info.name, said=said, shares=shares)


async def classify_by_head(tasks: TaskSet, sorter: Classify, text: str) -> OneText:
    """By a model that was trained for it. Raises as `class_names`."""
    (scores,) = await sorter.classify([text])
    names = class_names([one.label for one in scores], tasks)
    shares = {names.get(one.label, one.label): one.probability for one in scores}
    return OneText(approach="head", model=sorter.info.name, said=names.get(scores[0].label, ""), shares=shares)
