"""Tasks of understanding: what is asked, in which ways it is done, and how well.

The ways themselves stand beside this: `classifying` (texts put into classes), `tagging` (named entities), `passages`
(questions on a text), `asked` (a language model, whatever the task).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Self, get_args

from playground.measuring import Item, TaskSet
from playground.measuring.energy import EnergyUse
from playground.measuring.entities import ENTITIES, entity_scores, load_entities, read_named, same_named
from playground.measuring.extract import Extraction
from playground.measuring.metrics import Scoring, apply_metric, metric
from playground.measuring.reference import Labels
from playground.measuring.statistics import bootstrap_ratio, wilson
from playground.measuring.tasks import load
from playground.tabs.models.lab.classical import HeldOut
from playground.tabs.models.lab.errors import TaskError
from providers.heads import Head

Approach = Literal["words", "vectors", "labels", "head", "zero_shot", "few_shot"]
"""Words counted or looked at, and a line learnt; vectors of a model and a line learnt; vectors compared (with those of
the classes' names, or of the question); a model that was trained for the task; a language model asked without
examples, and with some."""
Kind = Literal["classes", "entities", "passages"]
ALL: tuple[Approach, ...] = get_args(Approach)
APPROACHES: tuple[Approach, ...] = tuple(one for one in ALL if one != "head")
"""Those that need no model of their own for each task."""
WAYS: Mapping[Kind, tuple[Approach, ...]] = {
    "classes": ALL,
    "entities": ("words", "head", "zero_shot", "few_shot"),
    "passages": ("words", "labels", "head", "zero_shot", "few_shot"),
}
HEADS: Mapping[Kind, Head] = {"classes": "classify", "entities": "tag_tokens", "passages": "find_span"}
"""What a model has that was trained for such tasks."""
ASKED: tuple[Approach, ...] = ("zero_shot", "few_shot")
LABEL_SETS = ("sentiment", "topic", "spam")
"""Our task sets of classes."""
PASSAGES = "passages"
SETS = (*LABEL_SETS, ENTITIES, PASSAGES)
FEWEST, MOST = 4, 500
"""A visitor's own texts."""
_BEGINNING = 3
"""Letters of a label that begins a class's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What one way said of the items, in their order; "" where nothing readable was said.

    `model` is "" where the way says all. `milliseconds` for each item, `training` seconds before that (`None` where
    nothing was learnt). `energy` for all items together, learning included; `None` where it is not known.
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
    energy: EnergyUse | None = None
    local: bool = True
    """This computer did it."""

    @classmethod
    def of_held_out(cls, found: HeldOut) -> Self:
        """Of a classical model, whose folds have said everything."""
        return cls(
            approach="words",
            model="",
            said=found.said,
            milliseconds=found.answering / len(found.said) * 1000,
            training=found.training,
            folds=found.folds,
            lonely=found.lonely,
        )

    @property
    def seconds(self) -> float:
        return self.milliseconds * len(self.said) / 1000 + (self.training or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartlyRight:
    """F1 with its interval (95 %, bootstrap over items): of entities, or of the words that an answer shares with the
    right one. `precision` and `recall` of entities alone."""

    f1: float
    low: float
    high: float
    precision: float | None = None
    recall: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedScore:
    """How often it was right, with the interval (95 %, Wilson), of so many items; `unread`: nothing was said that could
    be read. `partly`, where an answer can be half right."""

    right: int
    items: int
    low: float
    high: float
    unread: int
    partly: PartlyRight | None = None

    @property
    def accuracy(self) -> float:
        return self.right / self.items if self.items else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OneText:
    """What one way says of a single text; `shares` for each class where it tells them, from 0 to 1 or as cosines."""

    approach: Approach
    model: str
    said: str
    shares: Mapping[str, float] = field(default_factory=dict)


def kind_of(tasks: TaskSet) -> Kind:
    """What is to be done with the texts of a set."""
    return kind_named(tasks.name)


def kind_named(name: str) -> Kind:
    """The same of a set's name; of any other name, classes."""
    return "entities" if name == ENTITIES else "passages" if name == PASSAGES else "classes"


def load_task(name: str, language: str) -> TaskSet:
    """One of `SETS`. Raises `MeasuringError("task_set")`."""
    if name == ENTITIES:
        return load_entities(language)
    return load(name if name in SETS else "", language)


def score_of(judged: Judged, tasks: TaskSet) -> JudgedScore:
    """Of the items that were answered: a run that was stopped has fewer."""
    pairs = list(zip(tasks.items, judged.said, strict=False))
    right = sum(is_right(said, item, tasks) for item, said in pairs)
    low, high = wilson(right, len(pairs))
    return JudgedScore(
        right=right,
        items=len(pairs),
        low=low,
        high=high,
        unread=sum(not said for _, said in pairs),
        partly=_partly(judged, tasks),
    )


def is_right(said: str, item: Item, tasks: TaskSet) -> bool:
    """The class is the right one; all entities are found and no others; the words are those of an accepted answer."""
    match kind_of(tasks):
        case "entities":
            found = read_named(said, tasks)
            return bool(said) and found is not None and same_named(read_named(item.answer, tasks) or (), found)
        case "passages":
            return _score("exact", said, item, tasks) == 1
        case _:
            return said in item.answers


def _partly(judged: Judged, tasks: TaskSet) -> PartlyRight | None:
    match kind_of(tasks):
        case "entities":
            right = [read_named(item.answer, tasks) or () for item in tasks.items]
            it = entity_scores(right, [read_named(said, tasks) or () for said in judged.said])
            return PartlyRight(f1=it.f1, low=it.low, high=it.high, precision=it.precision, recall=it.recall)
        case "passages":
            each = [_score("token_f1", said, item, tasks) for item, said in zip(tasks.items, judged.said, strict=False)]
            low, high = bootstrap_ratio(each, [1.0] * len(each))
            return PartlyRight(f1=sum(each) / len(each) if each else 0.0, low=low, high=high)
        case _:
            return None


def _score(name: str, said: str, item: Item, tasks: TaskSet) -> float:
    found = Extraction(said or None, None, None, "whole" if said else "none")
    return metric(name).score(item, found, Scoring(language=tasks.language)) or 0.0


def confusion_of(judged: Judged, tasks: TaskSet) -> Mapping[str, Mapping[str, float]]:
    """Right class → said class → how often; "" for no readable class. Nothing where nothing was said, or no classes."""
    if not judged.said or kind_of(tasks) != "classes":
        return {}
    labels = Labels(
        expected=tuple(item.answer for item in tasks.items[: len(judged.said)]),
        predicted=judged.said,
        classes=classes_of(tasks),
    )
    return apply_metric("confusion", labels).table or {}


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


def texts_and_labels(tasks: TaskSet) -> tuple[list[str], list[str]]:
    return [item.question for item in tasks.items], [item.answer for item in tasks.items]
