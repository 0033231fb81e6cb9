"""A model that sees, guesses or reads as a column of a run over the sample questions: `measuring.run` asks it them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, assert_never

from pydantic import JsonValue

from playground.asking.ask import Outgoing, ask
from playground.asking.images.clean import clean_file
from playground.measuring.extract import extract
from playground.measuring.floors import Floors, floors
from playground.measuring.metrics import Scoring, for_kind, scored
from playground.measuring.outcomes import Attempt, Cell, Column, Outcome, verdict
from playground.measuring.statistics import wilson
from playground.measuring.summary import item_means
from playground.tabs.vision.lab.ask import question_message, with_readings, without_images
from playground.tabs.vision.lab.ocr import Reading, read_text
from playground.tabs.vision.lab.questions import PictureQuestion, types
from providers.base import Provider
from providers.errors import UnsupportedRequest
from providers.pricing import cost
from providers.types import (
    Change,
    Done,
    Image,
    Message,
    ModelInfo,
    Progress,
    ReasoningDelta,
    Request,
    Sampling,
    TextDelta,
    TextWasReasoning,
    TokenLogprobs,
)

Way = Literal["sees", "guesses", "reads"]
"""With the image; without it; with the text that a program read in it."""
WAYS: tuple[Way, ...] = ("sees", "guesses", "reads")


class Pictures:
    """The sample images of a run, cleaned and read once each."""

    def __init__(self) -> None:
        self._images: dict[Path, Image] = {}
        self._readings: dict[Image, Reading] = {}
        self._alone = asyncio.Lock()

    async def image(self, question: PictureQuestion) -> Image:
        async with self._alone:
            if question.image not in self._images:
                self._images[question.image] = await clean_file(question.image)
            return self._images[question.image]

    async def reading(self, image: Image) -> Reading:
        async with self._alone:
            if image not in self._readings:
                self._readings[image] = await read_text(image)
            return self._readings[image]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionContestant:
    """A model in one way. A cell's own seed takes the place of `sampling.seed`; `owner` is whoever asks."""

    way: Way
    provider: Provider
    model: ModelInfo
    sampling: Sampling = field(default_factory=Sampling)
    owner: str = ""

    @property
    def key(self) -> str:
        return f"{self.way}@{self.model.ref}"


def column(
    contestant: VisionContestant, questions: Sequence[PictureQuestion], pictures: Pictures, label: str = ""
) -> Column:
    """A column for a run over these questions' items.

    Raises `UnsupportedRequest("images")` where a model that cannot see is to see.
    """
    if contestant.way == "sees" and not contestant.model.images:
        raise UnsupportedRequest("images", model=contestant.model.name)
    by_item = {question.item.id: question for question in questions}

    async def run(attempt: Attempt) -> AsyncGenerator[Outcome]:
        question = by_item[attempt.item.id]
        messages = await _messages(contestant.way, question, pictures)
        async with aclosing(_ask(contestant, messages, attempt)) as outcomes:
            async for outcome in outcomes:
                yield await _score(outcome, question) if outcome.done else outcome

    return Column(key=contestant.key, label=label or contestant.key, provider=contestant.model.provider, run=run)


async def _messages(way: Way, question: PictureQuestion, pictures: Pictures) -> tuple[Message, ...]:
    image = await pictures.image(question)
    messages = (question_message(question.prompt, [image], question.language),)
    if way == "guesses":
        return without_images(messages)
    if way == "reads":
        return with_readings(messages, {image: await pictures.reading(image)}, question.language)
    return messages


async def _ask(
    contestant: VisionContestant, messages: tuple[Message, ...], attempt: Attempt
) -> AsyncGenerator[Outcome]:
    """One request, inside its provider's slots. `Outcome.seconds` counts from when the model is ready to the end."""
    model, provider = contestant.model, contestant.provider
    sampling = replace(contestant.sampling, seed=attempt.seed)
    request = Request(model=model, messages=messages, sampling=sampling, owner=contestant.owner)
    outcome, start, before, changes = Outcome(), 0.0, 0.0, list[JsonValue]()
    async with attempt.slots.at(model.provider) as slot, aclosing(ask(provider, request)) as events:
        async for event in events:
            match event:
                case Outgoing():
                    start, before = time.monotonic(), slot.seconds
                case TextDelta(text):
                    outcome = replace(outcome, text=outcome.text + text)
                case TextWasReasoning():
                    outcome = replace(outcome, text="")
                case Change(what=what, reason=reason):
                    changes.append({"what": what, "reason": reason})
                    outcome = replace(outcome, trace={"changes": changes})
                case Done(usage=usage):
                    spent, price = time.monotonic() - start, cost(model, usage)
                    outcome = replace(outcome, calls=1, usage=usage, cost=price, seconds=spent, done=True)
                    outcome = replace(outcome, computing=slot.seconds - before if model.local else None)
                case ReasoningDelta() | TokenLogprobs() | Progress():
                    pass
                case _:
                    assert_never(event)
            yield outcome


async def _score(outcome: Outcome, question: PictureQuestion) -> Outcome:
    found = extract(outcome.text, question.sought)
    score = await scored(metric_for(question), question.item, found, Scoring(language=question.language))
    told = outcome.trace if isinstance(outcome.trace, dict) else {}
    trace: JsonValue = {"prompt": question.prompt, "image": question.image.name, "type": question.type, **told}
    return replace(outcome, extraction=found, score=score, trace=trace)


def metric_for(question: PictureQuestion) -> str:
    """Exact, but for free texts, where the answer may stand among other words."""
    return "contains" if question.kind == "text" and "contains" in for_kind("text") else "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeScore:
    """How a column did on one type of question (`type` "" is all of them). `low`, `high`: 95 %, Wilson's.

    `wrong` and `unread` are counted as in a `ColumnSummary`, out of `scored` tries.
    """

    column: str
    type: str
    items: int
    mean: float | None
    low: float
    high: float
    scored: int = 0
    wrong: int = 0
    unread: int = 0


def type_floors(questions: Sequence[PictureQuestion], kind: str) -> Floors | None:
    """What always the same letter and what chance would have on one type of question, or on all (""): of a question
    without options neither has anything. `None` where no question has options."""
    mine = [one for one in questions if kind in ("", one.type)]
    closed = [one.item for one in mine if one.item.choices]
    if (found := floors(closed, "choice")) is None:
        return None
    share = len(closed) / len(mine)
    return replace(found, majority=found.majority * share, chance=found.chance * share)


def by_type(
    outcomes: Mapping[Cell, Outcome], columns: Sequence[str], questions: Sequence[PictureQuestion]
) -> tuple[TypeScore, ...]:
    """Every column on every type, and on all; an item's repeats are one item, the mean of them."""
    found: list[TypeScore] = []
    for key in columns:
        means = item_means(outcomes, key)
        for kind in (*types(questions), ""):
            names = {question.item.id: None for question in questions if kind in ("", question.type)}
            mine = [one for cell, one in outcomes.items() if cell.column == key and cell.item in names]
            verdicts = Counter(map(verdict, mine))
            scores = [means[name] for name in names if name in means]
            low, high = wilson(sum(scores), len(scores))
            mean = sum(scores) / len(scores) if scores else None
            found.append(
                TypeScore(
                    column=key,
                    type=kind,
                    items=len(scores),
                    mean=mean,
                    low=low,
                    high=high,
                    scored=sum(one.score is not None for one in mine),
                    wrong=verdicts["wrong"],
                    unread=verdicts["no_readable_answer"],
                )
            )
    return tuple(found)
