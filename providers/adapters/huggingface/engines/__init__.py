"""The engines that run models here: each folder of this one is an engine, with `ORDER` and `variants`.

A variant is a way to run one model: an engine and a number format, with what it takes and what it promises.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from providers.adapters.huggingface.engines.base import Loaded
from providers.adapters.huggingface.weights.fidelity import is_measured, passes


class Variant(Protocol):
    """`accepts` are the sampling parameters it takes; `alternatives`, whether it reports the likeliest tokens too."""

    @property
    def name(self) -> str:
        """As `engine-format`; `engine` alone where the format is chosen when it is loaded."""
        ...

    @property
    def accepts(self) -> frozenset[str]: ...

    @property
    def alternatives(self) -> bool: ...

    @property
    def has_internals(self) -> bool:
        """What it loads has `internals`, for the white box."""
        ...

    @property
    def reproducible(self) -> bool:
        """With a seed the same text comes out, whoever else is being served."""
        ...

    @property
    def is_reference(self) -> bool:
        """It is the program that the model's file is made for: it serves before anything was measured."""
        ...

    @property
    def elsewhere(self) -> bool:
        """It opens its file in a process of its own: other models can be loaded meanwhile."""
        ...

    @property
    def for_one(self) -> Variant | None:
        """Itself in as little memory as one reply at a time takes: what is kept beside another engine, which is
        quicker in company. `None` where it has no such form.
        """
        ...

    def budget(self) -> int | None:
        """Bytes for all loaded models together where it computes; `None` where that is the computer's own memory."""
        ...

    def memory(self, model: str, room: int | None = None) -> int:
        """Bytes that it needs at the least; with `room`, that it would take of so many.

        Raises `WeightsUnavailable("damaged")`.
        """
        ...

    def load(self, model: str, room: int) -> Loaded:
        """Load into at most `room` bytes; blocking.

        Raises `WeightsUnavailable("unsafe_format")`, and as `weights.damage.explain_failure`.
        """
        ...


class Module(Protocol):
    """What an engine's module holds."""

    ORDER: int
    """Faster engines first."""

    def variants(self, folder: Path) -> Sequence[Variant]:
        """How it runs the model of this folder on this computer: the fastest first, the most faithful last."""
        ...


def names() -> tuple[str, ...]:
    """The engines, fastest first."""
    return tuple(_modules())


def variants(folder: Path, nll: Mapping[str, float], only: str | None = None) -> tuple[Variant, ...]:
    """How the model of this folder can run, fastest first, without the variants that `fidelity` refuses.

    `only` names an engine: where it runs the model, no other is used.
    """
    found = {name: module.variants(folder) for name, module in _modules().items()}
    passed = {name: tuple(v for v in group if _passes(v, nll)) for name, group in found.items()}
    if only is not None and passed.get(only):
        return passed[only]
    return tuple(variant for group in passed.values() for variant in group)


def _passes(variant: Variant, nll: Mapping[str, float]) -> bool:
    """What was measured counts, also of what serves before that."""
    return passes(variant.name, nll) or (variant.is_reference and not is_measured(variant.name, nll))


@cache
def _modules() -> dict[str, Module]:
    found = {
        module.name: import_module(f"{__name__}.{module.name}")
        for module in pkgutil.iter_modules(__path__)
        if module.ispkg
    }
    engines = {name: cast(Module, module) for name, module in found.items()}
    return dict(sorted(engines.items(), key=lambda engine: engine[1].ORDER))
