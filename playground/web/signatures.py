"""What a function takes, looked at once while the page is put together.

Gradio (6) looks at the constructor of each of two thousand components when it is made, and again with every description
of the page: a third of the time that the page takes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any


@contextmanager
def signatures_kept() -> Iterator[None]:
    """What `inspect` answers is kept meanwhile. Not within itself, nor in two threads: it takes its place."""
    signature, arguments = inspect.signature, inspect.getfullargspec
    kept = _Kept(signature), _Kept(arguments)
    inspect.signature, inspect.getfullargspec = kept  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.signature, inspect.getfullargspec = signature, arguments
        for one in kept:
            one.known = None  # whoever was imported meanwhile may have taken it for inspect's own


class _Kept:
    """A function of `inspect` that remembers what it answered, by the functions that it was asked for."""

    def __init__(self, look: Callable[..., Any]) -> None:
        self.look = look
        self.known: dict[FunctionType, Any] | None = {}

    def __call__(self, thing: Any, *how: Any, **named: Any) -> Any:
        known = self.known
        if known is None or how or named or type(thing) is not FunctionType:
            return self.look(thing, *how, **named)
        if thing not in known:
            known[thing] = self.look(thing)
        return known[thing]
