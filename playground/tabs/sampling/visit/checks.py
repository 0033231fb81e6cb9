"""The checks of what only the Sampling tab takes: rows of bars, and the lists of a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from playground.asking.errors import ArgumentError
from playground.tabs.sampling.lab.cells import MAX_CELLS, Grid
from playground.tabs.sampling.lab.errors import SamplingLimit
from playground.visitors.checks import RANGES, checked_number

BAR_RANGES: Mapping[str, tuple[float, float]] = {**RANGES, "temperature": (0, 100), "top_k": (0, 1_000_000)}
"""For a look at the probabilities, which is arithmetic: it holds far beyond what makes a text."""
MAX_ROWS = 1000
"""Tokens listed at most for one choice."""


def checked_rows(value: object) -> int:
    """How many tokens to list: 1 to 1000. Raises `ArgumentError("number")`."""
    number = checked_number("k", value, {"k": (1, MAX_ROWS)})
    if number is None:
        raise ArgumentError("number", name="k", low=1, high=MAX_ROWS)
    return int(number)


def checked_grid(values: Mapping[str, object]) -> Grid:
    """A sweep's cells, from the lists `temperatures`, `top_ks`, `top_ps` and `seeds`; a number alone is a list of one.

    At least one temperature; the other lists may be empty. Raises `ArgumentError("number")`, `SamplingLimit("cells")`.
    """
    temperatures = _checked_list("temperature", values.get("temperatures"))
    if not temperatures:
        low, high = RANGES["temperature"]
        raise ArgumentError("number", name="temperature", low=low, high=high)
    lists = {name: tuple(_checked_list(name, values.get(f"{name}s"))) for name in ("top_k", "top_p")}
    return Grid(
        temperatures=tuple(temperatures),
        varied={name: found for name, found in lists.items() if found},
        seeds=tuple(int(one) for one in _checked_list("seed", values.get("seeds"))) or (None,),
    )


def _checked_list(name: str, value: object) -> list[float]:
    """Numbers in their range, each once; an entry that is none is an `InputError`, not left out."""
    entries = value if isinstance(value, Sequence) and not isinstance(value, str) else [] if value is None else [value]
    if len(entries) > MAX_CELLS:
        raise SamplingLimit("cells", limit=MAX_CELLS)
    numbers = [checked_number(name, entry) for entry in entries]
    low, high = RANGES[name]
    if any(number is None for number in numbers):
        raise ArgumentError("number", name=name, low=low, high=high)
    return list(dict.fromkeys(number for number in numbers if number is not None))
