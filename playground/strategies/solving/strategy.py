"""A strategy as the page sees it, and all there are: the modules of `playground/strategies` (its folders are none)."""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

import playground.strategies as folder
from playground.strategies.solving.knobs import Knob, Values, check_values
from playground.strategies.solving.question import Question, Tools
from playground.strategies.solving.record import Generate, Record, record_work
from playground.strategies.solving.trace import Trace
from providers.types import Scalar

Solve = Callable[[Record, Question, Values, Tools], Awaitable[str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One way of asking. Its title is the text `strategy.<name>.title`, one line about it `strategy.<name>.info`.

    A knob's label is `strategy.knob.<knob>`, the word for one of its choices `strategy.choice.<choice>`.
    """

    name: str
    order: int
    paper: str
    """Where it was published: authors, year, title, arXiv number."""
    options: tuple[Knob, ...]
    work: Solve
    most: Callable[[Values], int]

    @property
    def title(self) -> str:
        """Key of its title in the interface texts."""
        return f"strategy.{self.name}.title"

    @property
    def info(self) -> str:
        """Key of the line that explains it."""
        return f"strategy.{self.name}.info"

    def calls(self, options: Mapping[str, Scalar] | None = None) -> int:
        """At most so many calls of the model for one question. Raises `InputError` for options out of bounds."""
        return self.most(check_values(self.options, options or {}))

    def solve(
        self,
        question: Question,
        generate: Generate,
        options: Mapping[str, Scalar] | None = None,
        tools: Tools | None = None,
    ) -> AsyncGenerator[Trace]:
        """Ever longer traces, at most 20 a second and at least four; the last one is `done`.

        Raises `InputError`s and `LimitExceeded` for options out of bounds, at the call; for what a strategy refuses
        besides, with its first steps. A call of the model that fails is part of the trace, not raised. Closing the
        generator ends every call at once.
        """
        values = check_values(self.options, options or {})
        used = tools or Tools()
        return record_work(generate, used.at_once, lambda record: self.work(record, question, values, used))


@cache
def strategies() -> tuple[Strategy, ...]:
    """All there are, in the order in which a page shows them."""
    found = [_strategy(module.name) for module in pkgutil.iter_modules(folder.__path__) if not module.ispkg]
    return tuple(sorted(found, key=lambda one: one.order))


def strategy(name: str) -> Strategy:
    """The one of that name. Raises `KeyError`."""
    return {one.name: one for one in strategies()}[name]


def _strategy(name: str) -> Strategy:
    module = import_module(f"{folder.__name__}.{name}")
    return Strategy(
        name=module.NAME,
        order=module.ORDER,
        paper=module.PAPER,
        options=module.OPTIONS,
        work=module.solve,
        most=module.calls,
    )
