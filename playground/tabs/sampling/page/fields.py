"""What the tab's components hold, as it was typed and chosen; and what it means, checked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playground.asking.errors import ArgumentError
from playground.tabs.sampling.lab import Grid
from playground.tabs.sampling.lab.errors import SamplingLimit
from playground.visitors.checks import RANGES, checked_number
from providers.sampling import PARAMETERS, with_effect
from providers.types import Sampling

_MOST = 64
_WHOLE = {name for name, known in PARAMETERS.items() if known.whole}
"""Here "1,2" are two numbers, not one with a decimal comma."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingPrompt:
    """A prompt, the model that is to read it, plainly or through its chat template, and the sliders. All but the prompt
    is checked."""

    model: str
    prompt: str
    chat: bool
    sampling: Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepFields:
    """The sweep's own fields, as they were typed, in the order of the components."""

    temperatures: str
    varied: str
    values: str
    seeds: str
    max_tokens: object


def grid_of(fields: SweepFields) -> Grid:
    """The grid that the fields describe. Raises `ArgumentError("number")`, `SamplingLimit("cells")`."""
    temperatures = tuple(dict.fromkeys(float(one) for one in parse_numbers("temperature", fields.temperatures)))
    seeds = tuple(dict.fromkeys(int(one) for one in parse_numbers("seed", fields.seeds, empty=True)))
    varied = {
        name: tuple(dict.fromkeys(parse_numbers(name, fields.values))) for name in sweepable() if name == fields.varied
    }
    return Grid(temperatures=temperatures, varied=varied, seeds=seeds or (None,))


def sweepable() -> tuple[str, ...]:
    """The sampling parameters that a sweep can vary besides the temperature."""
    return tuple(name for name in with_effect("reshapes", "cuts", "penalises") if name != "temperature")


def first_values(varied: str) -> str:
    """Values that show what such a parameter does, as they would be typed; nothing for none."""
    known = PARAMETERS.get(varied)
    return ", ".join(f"{value:g}" for value in known.compared or (known.low, known.high)) if known else ""


def parse_numbers(name: str, text: str, *, empty: bool = False) -> list[float | int]:
    """Numbers separated by spaces, semicolons or commas; "0,7" alone is a decimal comma. Raises `InputError`."""
    found: list[float | int] = []
    low, high = RANGES[name]
    for part in re.split(r"[\s;]+", str(text or "").strip()):
        part = part.strip(",")
        one_comma = part.count(",") == 1 and "." not in part and name not in _WHOLE
        for piece in [part.replace(",", ".")] if one_comma else part.split(","):
            if (value := checked_number(name, piece)) is not None:
                found.append(value)
            if len(found) > _MOST:
                raise SamplingLimit("cells", limit=_MOST)
    if not found and not empty:
        raise ArgumentError("number", name=name, low=low, high=high)
    return found
