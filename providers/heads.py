"""Models with a head made for one task: filling a blank, rewriting a text, sorting, tagging and finding a passage.

They are no chat models: each was trained (or trained further) for its one task, and gives probabilities, not replies.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args, runtime_checkable

from providers.catalog_row import CatalogRow
from providers.errors import InputError
from providers.types import Event, Progress

Head = Literal["fill_mask", "seq2seq", "causal", "classify", "tag_tokens", "find_span"]
HEADS: tuple[Head, ...] = get_args(Head)
_BLANKS = re.compile(r"_{2,}|\[MASK\]|<mask>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadInfo(CatalogRow):
    """A model with such a head: a row `[[head]]` of `models.toml`."""

    head: Head
    instructions: tuple[str, ...] = ()
    """Of an encoder–decoder: how the tasks begin that it was trained on; none where it does one thing alone."""
    tasks: tuple[str, ...] = ()
    """The task sets that it was trained for, by their names."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What may stand in a blank. `text` is the whole text with it."""

    token: str
    id: int
    probability: float
    text: str


@dataclass(frozen=True, slots=True)
class ClassScore:
    """A label with the model's own number for it, and the probability that comes of it.

    Of a model that gives a number instead of a class (regression) both are that number.
    """

    label: str
    score: float
    probability: float


@dataclass(frozen=True, slots=True)
class TaggedToken:
    """A token of the text, from character `start` up to `end`, with the likeliest of its labels."""

    token: str
    start: int
    end: int
    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Entity:
    """Neighbouring tokens of one label, without its `B-` or `I-`; `probability` is the mean of theirs."""

    label: str
    start: int
    end: int
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Span:
    """A passage of the text that answers a question."""

    start: int
    end: int
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class FoundSpans:
    """The likeliest first. `nothing` is the probability that the text does not answer the question, as a model knows it
    that was trained to say so; of the others it means little."""

    spans: tuple[Span, ...]
    nothing: float


class HasHead(Protocol):
    """What all of them share."""

    info: HeadInfo

    def prepare(self) -> AsyncIterator[Progress]:
        """Make ready (fetch, load), telling how far it is. Everything else may be called without it, and waits.

        All of it raises `WeightsUnavailable`: "head" where the files hold a model without what the task needs; and
        `InputError`: "empty", and "long" for a text of more tokens than the model reads.
        """
        ...


class FillMask(HasHead, Protocol):
    """A masked model: BERT, RoBERTa, ALBERT and their kin (Devlin et al. 2018)."""

    async def fill(self, text: str, top: int = 5) -> tuple[Filling, ...]:
        """The likeliest tokens for the one blank of a text (`___`, `[MASK]` or `<mask>`), the likeliest first.

        Raises `InputError("blanks")` where there is none, or more than one; and as `prepare`.
        """
        ...


class Seq2Seq(HasHead, Protocol):
    """An encoder–decoder: T5, Marian and their kin (Vaswani et al. 2017; Raffel et al. 2019)."""

    def transform(self, text: str, *, instruction: str = "", max_tokens: int = 60) -> AsyncGenerator[Event]:
        """What it makes of a text, as it is written: `TextDelta`s and one `Done`, last. At each step the likeliest
        token. Closing it stops the work behind it. Raises as `prepare`."""
        ...


class Classify(HasHead, Protocol):
    """A model that sorts texts into the classes it was trained on."""

    async def classify(self, texts: Sequence[str]) -> tuple[tuple[ClassScore, ...], ...]:
        """For each text every label, the likeliest first. Raises as `prepare`."""
        ...


class TagTokens(HasHead, Protocol):
    """A model that gives each token a label: entities, parts of speech."""

    async def tag(self, text: str) -> tuple[TaggedToken, ...]:
        """Every token of the text but the model's own marks. Raises as `prepare`."""
        ...


class FindSpan(HasHead, Protocol):
    """A model that finds the passage of a text that answers a question (Rajpurkar et al. 2016)."""

    async def find(self, question: str, text: str, top: int = 3) -> FoundSpans:
        """A text longer than the model reads is read in windows that overlap. Raises as `prepare`."""
        ...


@runtime_checkable
class Headed(Protocol):
    """A provider that has models with such heads."""

    async def resolve_head(self, name: str, head: Head) -> HeadInfo:
        """A folder of this computer or a Hub repository, by its name. Raises `UnknownModel`."""
        ...

    def fill_mask(self, info: HeadInfo) -> FillMask: ...
    def seq2seq(self, info: HeadInfo) -> Seq2Seq: ...
    def causal(self, info: HeadInfo) -> Seq2Seq:
        """A causal model that no engine serves, such as XLNet, whose memory of what it read is of its own kind: it goes
        on from a text."""
        ...

    def classify(self, info: HeadInfo) -> Classify: ...
    def tag_tokens(self, info: HeadInfo) -> TagTokens: ...
    def find_span(self, info: HeadInfo) -> FindSpan: ...


def around_blank(text: str) -> tuple[str, str]:
    """What stands before and after the one blank of a text. Raises `InputError("empty")`, "blanks" with how many."""
    if not text.strip():
        raise InputError("empty")
    before, *after = between_blanks(text)
    if len(after) != 1:
        raise InputError("blanks", blanks=len(after))
    return before, after[0]


def between_blanks(text: str) -> list[str]:
    """The pieces of a text before, between and after its blanks."""
    return _BLANKS.split(text)


def entities(text: str, tokens: Sequence[TaggedToken]) -> tuple[Entity, ...]:
    """Neighbours of one label taken together, a `B-` beginning anew; what is labelled `O` is left out."""
    groups: list[list[TaggedToken]] = []
    after_outside = True
    for token in tokens:
        if token.label == "O":
            after_outside = True
            continue
        joins = not after_outside and not token.label.startswith("B-")
        if joins and _kind(groups[-1][-1].label) == _kind(token.label):
            groups[-1].append(token)
        else:
            groups.append([token])
        after_outside = False
    return tuple(
        Entity(
            _kind(group[0].label),
            group[0].start,
            group[-1].end,
            text[group[0].start : group[-1].end],
            sum(one.probability for one in group) / len(group),
        )
        for group in groups
    )


def _kind(label: str) -> str:
    return label[2:] if label[:2] in ("B-", "I-") else label
