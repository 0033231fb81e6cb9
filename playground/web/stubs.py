"""Gradio's stubs for editors, which nobody needs here."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def without_stubs() -> Iterator[None]:
    """Gradio is imported without them: Gradio (6) works them out anew beside its own files whenever it is imported, a
    fifth of the processor time of a start. Its wheel brings them, and it lets be whatever class has no file."""
    file_of = inspect.getfile

    def getfile(thing: Any) -> str:
        if isinstance(thing, type) and thing.__module__.startswith("gradio."):
            raise OSError
        return file_of(thing)

    inspect.getfile = getfile  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = file_of
