"""What reference metrics are given, and what they say: texts, labels or probabilities beside what would be right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from playground.measuring.errors import UnusableReferences

Needs = Literal["texts", "vectors", "labels", "probabilities", "plain", "likelihoods"]
"""What a metric is worked out from: texts and references, their vectors, labels, probabilities, texts alone, or how a
model foresees texts."""
NEEDS: tuple[Needs, ...] = get_args(Needs)
Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a metric takes, from where to where it goes (`None`: without end), and which end is the good one."""

    needs: Needs
    low: float | None = 0.0
    high: float | None = 1.0
    better: Better = "higher"


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Candidates, and for each the references that would be as good. `language` of all of them, for stems.

    Raises `UnusableReferences("unequal")` for other numbers of references than of candidates, `("references")` where
    one has none that says anything, `("items")` without any candidate.
    """

    candidates: tuple[str, ...]
    references: tuple[tuple[str, ...], ...]
    language: str = "en"

    def __post_init__(self) -> None:
        _check_numbers(self.candidates, self.references)
        for place, several in enumerate(self.references, start=1):
            if not any(one.strip() for one in several):
                raise UnusableReferences("references", item=place)

    def each(self) -> list[Texts]:
        """A set of one for each candidate."""
        pairs = zip(self.candidates, self.references, strict=True)
        return [Texts(candidates=(one,), references=(refs,), language=self.language) for one, refs in pairs]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """Texts that are compared with nothing but themselves. Raises `UnusableReferences("items")` for none."""

    texts: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.texts:
            raise UnusableReferences("items")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vectors:
    """The vectors of texts: `candidates` of shape (n, dimensions), of each candidate's references (m, dimensions)."""

    candidates: NDArray[np.floating]
    references: tuple[NDArray[np.floating], ...]

    def __post_init__(self) -> None:
        _check_numbers(self.candidates, self.references)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What would be right, and what was said. `classes`: those there are, in their order; those found where none are
    given. A label that is no class ("" for no readable answer) is wrong, and counts as no class."""

    expected: tuple[str, ...]
    predicted: tuple[str, ...]
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_numbers(self.predicted, self.expected)
        if not self.classes:
            found = sorted({*self.expected, *(one for one in self.predicted if one)})
            object.__setattr__(self, "classes", tuple(found))

    @property
    def absent(self) -> tuple[str, ...]:
        """Classes that are never right: of them there is no recall."""
        return tuple(one for one in self.classes if one not in self.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probabilities:
    """Of each item whether it was so, and how probable that was said to be, from 0 to 1.

    Raises `UnusableReferences("probability")` for a number outside.
    """

    happened: tuple[bool, ...]
    said: tuple[float, ...]

    def __post_init__(self) -> None:
        _check_numbers(self.said, self.happened)
        for place, one in enumerate(self.said, start=1):
            if not 0 <= one <= 1:
                raise UnusableReferences("probability", item=place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likelihoods:
    """How a model foresees texts: of each the natural logarithms of its tokens' probabilities, and its bytes in UTF-8,
    of what is scored. `window` and `stride` in tokens: see `playground.measuring.perplexity`."""

    logprobs: tuple[tuple[float, ...], ...]
    sizes: tuple[int, ...]
    window: int = 0
    stride: int = 0

    def __post_init__(self) -> None:
        _check_numbers(self.logprobs, self.sizes)

    @property
    def every(self) -> tuple[float, ...]:
        """Of all texts' tokens."""
        return tuple(one for several in self.logprobs for one in several)


Given = Texts | Plain | Vectors | Labels | Probabilities | Likelihoods


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A value with the parts that it is made of. `value` is `None` where there is none (0 divided by 0).

    `items`: of each candidate alone, where that can be said. `table`: rows of numbers under names, such as a confusion
    matrix; `curve`: points (x, y). `notes` are keys of what has to be known of this number: `metric_note.KEY`.
    """

    value: float | None
    parts: Mapping[str, float] = field(default_factory=dict)
    items: tuple[float | None, ...] = ()
    table: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    curve: tuple[tuple[float, float], ...] = ()
    notes: tuple[str, ...] = ()


def mean_measured(found: Sequence[Measured], *notes: str) -> Measured:
    """The mean over items, of metrics that are means; parts too. Raises `UnusableReferences("items")` for none."""
    if not found:
        raise UnusableReferences("items")
    values = [one.value for one in found]
    known = [value for value in values if value is not None]
    names = list(dict.fromkeys(name for one in found for name in one.parts))
    parts = {name: sum(one.parts.get(name, 0.0) for one in found) / len(found) for name in names}
    every = (note for one in found for note in one.notes)
    return Measured(
        value=sum(known) / len(known) if known else None,
        parts=parts,
        items=tuple(values),
        notes=tuple(dict.fromkeys((*every, *notes))),
    )


def few(count: int) -> tuple[str, ...]:
    """The note of a set of one item: its number says nothing about others."""
    return ("one_item",) if count == 1 else ()


def _check_numbers(said: Sequence[object] | NDArray[np.floating], right: Sequence[object]) -> None:
    if len(said) != len(right):
        raise UnusableReferences("unequal", said=len(said), right=len(right))
    if not len(said):
        raise UnusableReferences("items")
