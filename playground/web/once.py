"""What Gradio does again and again as it starts, and with every update, done once."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import Any

from gradio import component_meta
from gradio.blocks import Block
from gradio.routes import App


def keep_parameters() -> None:
    """Of all kinds of components: Gradio asks for them as it makes one, and as it describes one."""
    _keep_signatures(Block)
    meta: Any = component_meta
    if meta.inspect is inspect:  # those of what makes a component: Python would not give them at once
        meta.inspect = SimpleNamespace(**vars(inspect) | {"getfullargspec": cache(inspect.getfullargspec)})


def _keep_signatures(kind: type) -> None:
    """Of this kind of block and those that descend from it, where Python looks for them first."""
    made: Any = vars(kind).get("__init__")
    if inspect.isfunction(made) and not hasattr(made, "__signature__"):
        made.__signature__ = inspect.signature(made)  # type: ignore[attr-defined]
    descendants: list[type] = type.__subclasses__(kind)
    for one in descendants:
        _keep_signatures(one)


@contextmanager
def without_application() -> Iterator[None]:
    """What answers requests is not made in it."""
    gradio: Any = App
    made = gradio.create_app
    gradio.create_app = staticmethod(lambda *_, **__: None)
    try:
        yield
    finally:
        gradio.create_app = staticmethod(made)
