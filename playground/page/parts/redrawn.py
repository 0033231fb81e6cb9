"""Results on the screen that are drawn anew in another language: each carries a mark, by which it is found again."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeVar

import gradio as gr

from playground.page.program import Page
from playground.visitors import Sessions
from playground.visitors.expiring import Expiring

T = TypeVar("T")
Ask = Callable[..., Awaitable[str | list[object]]]
"""Is called with the request and plain values; gives the HTML of its one output, or an update of each of several."""
MARK = "<!-- kept -->"
"""Ends the HTML of a result that can be had again from what was asked."""
_NAMED = re.compile(r"<!-- kept ([0-9a-f]{16}) -->$")
_HOURS = 14_400.0
_RESULTS = 400


@dataclass(frozen=True)  # no slots: Python 3.11 cannot make a frozen one of a named type then
class Redrawn(Generic[T]):
    """What was drawn last, by visitor and mark: for some hours, and a bounded number of all visitors'."""

    _kept: Expiring[T] = field(default_factory=lambda: Expiring(_HOURS, _RESULTS), repr=False)

    @classmethod
    def of(cls, sessions: Sessions) -> Self:
        """One that forgets what a visitor has deleted with everything else."""
        made = cls()
        sessions.forgetting.append(made.forget)
        return made

    def mark(self, visitor: str, result: T) -> str:
        """Keep the result. What its HTML is to end with."""
        name = secrets.token_hex(8)
        self._kept.put(f"{visitor}/{name}", result)
        return f"<!-- kept {name} -->"

    def forget(self, visitor: str) -> None:
        """All results of that visitor."""
        for name in self._kept.names():
            if name.startswith(f"{visitor}/"):
                self._kept.pop(name)

    def find(self, visitor: str, drawn: object) -> T | None:
        """The result that this HTML shows; `None` for any other."""
        found = _NAMED.search(drawn) if isinstance(drawn, str) else None
        return None if found is None else self._kept.get(f"{visitor}/{found[1]}")


def is_marked(drawn: object) -> bool:
    """The HTML is a result, and no sentence in the place of one."""
    return isinstance(drawn, str) and drawn.endswith(MARK)


def ask_again(page: Page[Any], outputs: gr.components.Component | list[gr.components.Component], ask: Ask) -> Ask:
    """The same as `ask`, for events. What it draws in the first of its outputs, a place that is `kept`, is asked for
    once more when the page is read again in another language: with the values that it was asked with."""
    app, drawn = page.app, Redrawn[tuple[object, ...]].of(page.app.sessions)
    several = outputs if isinstance(outputs, list) else [outputs]

    async def ask_and_mark(request: gr.Request, *values: object) -> str | list[object]:
        found = await ask(request, *values)
        shown, rest = (found, []) if isinstance(found, str) else (found[0], found[1:])
        if isinstance(shown, str) and shown:
            shown += drawn.mark(app.who(request).visitor, values)
        return shown if isinstance(found, str) and isinstance(shown, str) else [shown, *rest]

    async def on_restored(request: gr.Request, shown: object) -> object:
        values = drawn.find(app.who(request).visitor, shown)
        if values is not None:
            return await ask_and_mark(request, *values)
        return gr.skip() if len(several) == 1 else [gr.skip()] * len(several)

    page.on_restored(on_restored, [several[0]], several)
    return ask_and_mark
