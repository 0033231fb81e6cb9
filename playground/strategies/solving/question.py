"""What a strategy is asked, and what it may use besides the model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from playground.asking.lending import Search
from playground.measuring.extract import Sought
from playground.measuring.tasks import Item, Kind, TaskSet

Embed = Callable[[Sequence[str]], Awaitable[NDArray[np.floating]]]
"""n texts → one vector each, shape (n, dimensions)."""


class NamedEmbed(Protocol):
    """An `Embed` that tells which model it asks."""

    @property
    def ref(self) -> str:
        """`provider/model`."""

    async def __call__(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """n texts → one vector each, shape (n, dimensions)."""


AT_ONCE = 4
"""Calls that one question makes at the same time, where nobody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with all that belongs to it."""

    text: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    language: str = "en"
    """Of the wording around it: a language of `assets/prompts/strategies.toml`, else English is taken."""
    instruction: str = ""
    """What to do."""
    form: str = ""
    """How to give a bare answer, for strategies that ask for no reasoning; empty: what the kind asks for."""
    examples: tuple[Item, ...] = ()
    """Worked examples to choose from; never shown to the model unless a strategy shows examples."""
    context: str = ""
    """A text that the answer may rest on."""
    aliases: Mapping[str, tuple[str, ...]] | None = None
    """Other words for a label."""

    @classmethod
    def of(cls, tasks: TaskSet, item: Item) -> Self:
        """One of a set's, with the set's instruction, form, examples and labels."""
        return cls(
            text=item.question,
            kind=tasks.kind,
            choices=item.choices,
            language=tasks.language,
            instruction=tasks.instruction,
            form=tasks.answer_format,
            examples=tasks.examples,
            aliases=tasks.aliases,
        )

    @property
    def sought(self) -> Sought:
        """What to look for in a reply."""
        return Sought(
            kind=self.kind,
            choices=self.choices,
            language=self.language,
            aliases=self.aliases,
            question=self.text,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What is there besides the model. The calculator always is."""

    search: Search | None = None
    embed: Embed | None = None
    at_once: int = AT_ONCE
    """At most so many calls of one question run at the same time."""
