"""The sample questions asked of several models in several ways, and what came of it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from statistics import median

from PIL import Image as Pillow

from playground.measuring import Cell, Outcome, Plan, Snapshot
from playground.measuring.export import neutralise_formula
from playground.measuring.outcomes import verdict
from playground.measuring.summary import extracted_answer, mean_computing
from playground.tabs.vision.lab.errors import VisionError
from playground.tabs.vision.lab.measure import WAYS, Pictures, TypeScore, VisionContestant, Way, by_type, column
from playground.tabs.vision.lab.questions import PictureQuestion, load
from playground.visitors.reach import Reach
from providers.image import best_size, image_tokens
from providers.pricing import cost
from providers.types import ModelInfo, Sampling, Usage

MOST_QUESTIONS = len(load("en"))
LONGEST = 96
"""Tokens of an answer in a measurement."""
_READ = 350
"""Tokens of what a program reads in a sample image, with the rules for it: an estimate from above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionMeasurement:
    """What is measured; checked. A way that a model cannot go (to see) is left out for it."""

    models: tuple[str, ...]
    ways: tuple[Way, ...]
    questions: tuple[PictureQuestion, ...]
    sampling: Sampling = field(default_factory=Sampling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A column of the measurement."""

    key: str
    way: Way
    model: ModelInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionResult:
    """How far it is. `blind` are the models that cannot see, in the order chosen."""

    snapshot: Snapshot
    columns: tuple[Contender, ...]
    questions: tuple[PictureQuestion, ...]
    blind: tuple[ModelInfo, ...] = ()

    @property
    def scores(self) -> tuple[TypeScore, ...]:
        """Every column on every type of question, and on all."""
        return by_type(self.snapshot.outcomes, [one.key for one in self.columns], self.questions)

    def times(self, column: str) -> tuple[float | None, float | None]:
        """Seconds for a question of a column: this computer's, shared out among the requests under way (`None` for a
        model elsewhere), and the median until it was answered in their company."""
        mine = [one for cell, one in self.snapshot.outcomes.items() if cell.column == column and one.failure is None]
        return mean_computing(mine), median(one.seconds for one in mine) if mine else None

    def csv(self) -> str:
        """A line a question and column; what a spreadsheet would take for a formula gets an apostrophe."""
        file = io.StringIO(newline="")
        writer = csv.DictWriter(file, _HEAD, lineterminator="\r\n")
        writer.writeheader()
        for one in self.columns:
            for question in self.questions:
                outcome = self.snapshot.outcomes.get(Cell(one.key, question.item.id))
                if outcome is not None:
                    row = _row(one, question, outcome)
                    writer.writerow({name: neutralise_formula(value) for name, value in zip(_HEAD, row, strict=True)})
        return file.getvalue()


_HEAD = (
    *("model", "way", "item", "image", "type", "question", "expected", "answer", "score", "verdict", "output"),
    *("input_tokens", "output_tokens", "seconds", "computing_seconds", "cost_usd_estimated", "failure"),
)


def _row(it: Contender, question: PictureQuestion, outcome: Outcome) -> tuple[str | int | float | None, ...]:
    return (
        *(it.model.ref, it.way, question.item.id, question.image.name, question.type, question.item.question),
        *(" | ".join(question.item.answers), extracted_answer(outcome)),
        *(outcome.score, verdict(outcome), outcome.text),
        *(outcome.usage.input_tokens, outcome.usage.output_tokens),
        *(round(outcome.seconds, 3), outcome.computing, outcome.cost),
        outcome.failure.key if outcome.failure else "",
    )


def spread_questions(language: str, count: int) -> tuple[PictureQuestion, ...]:
    """That many questions, of all images and types as evenly as they are there."""
    every = load(language)
    waiting = {image: [one for one in every if one.image == image] for image in dict.fromkeys(q.image for q in every)}
    found: list[PictureQuestion] = []
    turn = 0
    while len(found) < min(count, len(every)):
        for place, left in enumerate(waiting.values()):
            if not left or len(found) >= count:
                continue
            used = [one.type for one in found]
            rarest = min(left, key=lambda one: (used.count(one.type), (left.index(one) - place - turn) % len(left)))
            left.remove(rarest)
            found.append(rarest)
        turn += 1
    kept = set(found)
    return tuple(one for one in every if one in kept)


async def plan_run(
    stack: AsyncExitStack, reach: Reach, visitor: str, measuring: VisionMeasurement, per_provider: int
) -> tuple[Plan, VisionResult]:
    """The run and its empty result. Raises what `Reach.open` raises, `ArgumentError("choice")` if nothing is left."""
    pictures, columns, contenders, blind = Pictures(), [], [], []
    for ref in measuring.models:
        provider, model = await stack.enter_async_context(reach.open(visitor, ref))
        for way in (one for one in WAYS if one in measuring.ways):
            if way == "sees" and not model.images:
                blind.append(model)
                continue
            sampling = _short(measuring.sampling, model)
            contestant = VisionContestant(way=way, provider=provider, model=model, sampling=sampling, owner=visitor)
            columns.append(column(contestant, measuring.questions, pictures))
            contenders.append(Contender(key=contestant.key, way=way, model=model))
    if not columns:
        raise VisionError("blind")
    plan = Plan(columns=tuple(columns), items=tuple(one.item for one in measuring.questions), per_provider=per_provider)
    empty = Snapshot(state="running", total=len(plan.cells()), outcomes={})
    return plan, VisionResult(
        snapshot=empty, columns=tuple(contenders), questions=measuring.questions, blind=tuple(blind)
    )


def _short(sampling: Sampling, model: ModelInfo) -> Sampling:
    """The answers that are asked for are a word or a number: a model that rambles is cut, one that reasons is not."""
    if model.reasoning or (sampling.max_tokens is not None and sampling.max_tokens <= LONGEST):
        return sampling
    return replace(sampling, max_tokens=LONGEST)


@dataclass(frozen=True, slots=True)
class Bill:
    """Requests to models that may cost money, and US dollars for their prompts; `None` where a price is unknown."""

    requests: int
    cost: float | None


def estimate_bill(measuring: VisionMeasurement, models: Mapping[str, ModelInfo]) -> Bill:
    """What will be sent to vendors. Answers are not counted; a model that nobody knows counts as one of theirs."""
    paid = [ref for ref in measuring.models if ref not in models or not models[ref].local]
    asked = [(ref, way, one) for ref in paid for way in measuring.ways for one in measuring.questions]
    asked = [(ref, way, one) for ref, way, one in asked if way != "sees" or ref not in models or models[ref].images]
    costs = [_price(models.get(ref), way, one) for ref, way, one in asked]
    known = [cost for cost in costs if cost is not None]
    return Bill(len(asked), sum(known) if len(known) == len(costs) else None)


def _price(model: ModelInfo | None, way: Way, question: PictureQuestion) -> float | None:
    if model is None:
        return None
    tokens: int | None = math.ceil(len(question.prompt) / 3) + (_READ if way == "reads" else 0)
    if way == "sees":
        with Pillow.open(question.image) as opened:
            seen = image_tokens(*best_size(*opened.size, model), model)
        tokens = None if seen is None or tokens is None else tokens + seen
    return None if tokens is None else cost(model, Usage(input_tokens=tokens, output_tokens=0))
