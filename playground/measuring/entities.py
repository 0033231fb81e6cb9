"""Named entities: sentences with what is named in them, and how much of it was found.

An entity is found where its words and its class are both right; half of a name is nothing. Precision, recall and F1 are
those of all sentences together (Tjong Kim Sang and De Meulder 2003, "Introduction to the CoNLL-2003 Shared Task").
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from playground.measuring.errors import MeasuringError
from playground.measuring.items import Item, TaskSet
from playground.measuring.rows import json_object
from playground.measuring.statistics import bootstrap_ratio
from playground.measuring.words import normalise
from providers.catalog import ASSETS

ENTITIES = "entities"
"""The set's name."""
_MARKED = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_LINE = re.compile(r"^[\s\-*•\d.)]*([^:\n]{1,40}?)\s*:\s*(.+)$")
_EDGES = " \t.,;:*_`\"'“”«»"


@dataclass(frozen=True, slots=True)
class Named:
    """An entity by its class and its words."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityScores:
    """Of all sentences together, from 0 to 1. `low` and `high`: 95 % of F1, the sentences drawn anew (bootstrap)."""

    precision: float
    recall: float
    f1: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityWords:
    """A language's table in `words.toml`."""

    title: str
    instruction: str
    answer_format: str
    nothing: str
    classes: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]]


def load_entities(language: str, assets: Path = ASSETS) -> TaskSet:
    """The sentences, each with its entities as a model is to list them (`write_named`), and worked examples.

    Their classes stand as `choices`. Raises `MeasuringError("task_set")` for a language without them.
    """
    words = entity_words(assets).get(language)
    if words is None:
        raise MeasuringError("task_set", name=f"{ENTITIES} {language}"[:120])
    items, examples = (
        tuple(_items(assets / "tasks" / ENTITIES / f"{language}{part}.jsonl", words)) for part in ("", ".examples")
    )
    return TaskSet(
        name=ENTITIES,
        language=language,
        kind="summary",  # of an answer the whole counts, not its first line
        items=items,
        examples=examples,
        source="aula",
        title=words.title,
        instruction=words.instruction,
        answer_format=words.answer_format,
        metrics=("chrf",),
        aliases=words.aliases,
    )


@cache
def entity_words(assets: Path = ASSETS) -> Mapping[str, EntityWords]:
    """By language."""
    return _WORDS.validate_python(tomllib.loads((assets / "tasks" / ENTITIES / "words.toml").read_text("utf-8")))


def write_named(found: Iterable[Named], nothing: str) -> str:
    """One a line, its class first; `nothing` where there is none."""
    return "\n".join(f"{one.label}: {one.text}" for one in found) or nothing


def read_named(said: str, tasks: TaskSet) -> tuple[Named, ...] | None:
    """The entities of a list as it was asked for, several of a class in one line too. What is no such line is passed
    over; `None` where there is no such line, and not the word for nothing either."""
    labels = {
        word.casefold(): name
        for name in tasks.items[0].choices
        for word in (name, *(tasks.aliases or {}).get(name, ()))
    }
    found, readable = list[Named](), False
    for line in said.splitlines():
        if (match := _LINE.match(line)) is None or (label := labels.get(match[1].strip(_EDGES).casefold())) is None:
            continue
        readable = True
        found += [Named(label, name) for one in match[2].split(",") if not _is_nothing(name := one.strip(_EDGES))]
    return tuple(found) if readable or _is_nothing(said.strip(_EDGES)) else None


def entity_scores(expected: Sequence[Sequence[Named]], said: Sequence[Sequence[Named]]) -> EntityScores:
    """`said` of the first sentences of `expected`: a run that was stopped has fewer. Upper and lower case, articles and
    punctuation do not count."""
    rows = [(_count_entities(right), _count_entities(mine)) for right, mine in zip(expected, said, strict=False)]
    hits = [(right & mine).total() for right, mine in rows]
    there, claimed = sum(right.total() for right, _ in rows), sum(mine.total() for _, mine in rows)
    both = [right.total() + mine.total() for right, mine in rows]
    low, high = bootstrap_ratio([2 * one for one in hits], both)
    return EntityScores(
        precision=sum(hits) / claimed if claimed else 0.0,
        recall=sum(hits) / there if there else 0.0,
        f1=2 * sum(hits) / sum(both) if sum(both) else 0.0,
        low=low,
        high=high,
    )


def same_named(right: Sequence[Named], said: Sequence[Named]) -> bool:
    """A sentence's entities are all found, and no others."""
    return _count_entities(right) == _count_entities(said)


def _count_entities(found: Sequence[Named]) -> Counter[tuple[str, str]]:
    return Counter((one.label, normalise(one.text)) for one in found)


def _is_nothing(said: str) -> bool:
    return not said or any(said.casefold() == words.nothing for words in entity_words().values())


def _items(file: Path, words: EntityWords) -> Iterable[Item]:
    """The rows of a file: `marked` is the sentence with `[words](class)` for each entity."""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        row = json_object(line, file.name, number)
        marked = str(row["marked"])
        found = [Named(label, text) for text, label in _MARKED.findall(marked)]
        yield Item(
            id=str(row["id"]),
            question=_MARKED.sub(r"\1", marked),
            answer=write_named(found, words.nothing),
            choices=words.classes,
        )


_WORDS: TypeAdapter[dict[str, EntityWords]] = TypeAdapter(dict[str, EntityWords])
