"""How the next token is chosen: every sampling parameter, and all that is known of it, in one place.

A parameter is one field of `Sampling` with its `Parameter`. The page's controls, the checks of input, `fit`, the route
among engines, the vendors' wire names and the exported programs are derived from it; its texts are
`parameter.<name>.label`, `.info` and `.more` in `assets/locale`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Literal, Self

Effect = Literal["reshapes", "cuts", "penalises", "draws", "ends"]
"""What it does to the choice of a token: changes how far apart the probabilities are; takes unlikely tokens away; makes
tokens of the text so far less likely; decides which of the rest is drawn; only decides where the text ends."""
Control = Literal["slider", "number", "lines"]
"""How it is entered: with a slider, as a number or nothing, as texts of one line each."""
LOCAL_ENGINES = frozenset({"llamacpp", "openvino", "torch"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """All that is known of a parameter, but for its texts."""

    effect: Effect
    low: float = 0
    high: float = 0
    """The range that is taken, ends included; for "lines" it has none."""
    whole: bool = False
    """Whole numbers only."""
    default: float | None = None
    """What its control shows at first."""
    neutral: float | None = None
    """The value that changes nothing: no model is said to ignore it."""
    control: Control = "slider"
    slider_end: float | None = None
    """Where its slider ends, if the whole range would make it too coarse."""
    compared: tuple[float, ...] = ()
    """Values whose difference shows what it does, for a comparison; without any, the ends of its range."""
    basic: bool = False
    """Its control is always in sight."""
    beside: bool = False
    """Its control also stands beside the bars of the next token, which it moves."""
    openai: bool = False
    """Part of OpenAI's own protocol; of other servers' parameters, its Python client asks for `extra_body`."""
    wire_names: Mapping[str, str] = field(default_factory=dict)
    """What adapters call it on the wire, where that is another name."""
    transformers: str | None = None
    """Its name in transformers' `generate`; `None`: there is none."""
    engines: frozenset[str] = LOCAL_ENGINES
    """The engines of this computer that have it."""


def _parameter(empty: object = None, **known: Any) -> Any:
    return field(default=empty, metadata={"parameter": Parameter(**known)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How the next token is chosen. `None` leaves a choice to the model; `temperature=0` means greedy everywhere."""

    temperature: float | None = _parameter(
        effect="reshapes", high=2, default=0.7, basic=True, beside=True, openai=True, transformers="temperature"
    )
    top_k: int | None = _parameter(
        effect="cuts",
        high=1000,
        whole=True,
        default=0,
        neutral=0,
        compared=(5, 50),
        slider_end=200,
        beside=True,
        transformers="top_k",
    )
    top_p: float | None = _parameter(
        effect="cuts",
        high=1,
        default=1,
        neutral=1,
        compared=(0.5, 0.9),
        beside=True,
        openai=True,
        transformers="top_p",
    )
    min_p: float | None = _parameter(
        effect="cuts", high=1, default=0, neutral=0, compared=(0.05, 0.3), transformers="min_p"
    )
    typical_p: float | None = _parameter(
        effect="cuts",
        low=0.01,
        high=1,
        default=1,
        neutral=1,
        compared=(0.2, 0.9),
        transformers="typical_p",
        engines=frozenset({"llamacpp", "torch"}),
    )
    repetition_penalty: float | None = _parameter(
        effect="penalises", low=0.5, high=2, default=1, neutral=1, compared=(1, 1.3), transformers="repetition_penalty"
    )
    frequency_penalty: float | None = _parameter(
        effect="penalises",
        low=-2,
        high=2,
        default=0,
        neutral=0,
        compared=(0, 1),
        openai=True,
        engines=frozenset({"openvino", "torch"}),  # llama.cpp counts the prompt too
    )
    presence_penalty: float | None = _parameter(
        effect="penalises",
        low=-2,
        high=2,
        default=0,
        neutral=0,
        compared=(0, 1),
        openai=True,
        engines=frozenset({"openvino", "torch"}),  # llama.cpp counts the prompt too
    )
    max_tokens: int | None = _parameter(
        effect="ends", low=1, high=1_000_000, whole=True, default=512, basic=True, transformers="max_new_tokens"
    )
    seed: int | None = _parameter(effect="draws", high=2**31 - 1, whole=True, control="number", openai=True)
    stop: tuple[str, ...] = _parameter(
        (), effect="ends", control="lines", openai=True, wire_names={"anthropic": "stop_sequences"}
    )

    def chosen_values(self) -> dict[str, float | int | tuple[str, ...]]:
        """The parameters that are set, by name."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if value is not None and value != ()}

    def without_neutral(self) -> Self:
        """Drop values that change nothing (top-k 0, top-p 1, no penalty), so that no model is said to ignore them."""
        return self.without(
            *(name for name, value in self.chosen_values().items() if PARAMETERS[name].neutral == value)
        )

    def without(self, *names: str) -> Self:
        """With these parameters left to the model."""
        empty: dict[str, Any] = {name: () if PARAMETERS[name].control == "lines" else None for name in names}
        return replace(self, **empty)


PARAMETERS: Mapping[str, Parameter] = MappingProxyType({f.name: f.metadata["parameter"] for f in fields(Sampling)})
"""Every parameter by its name, in the order of the page's controls."""


def recommended_sampling(values: Mapping[str, object]) -> Sampling:
    """What a model's makers recommend, by the names of parameters; temperature 1 where they say nothing of it.

    A file of theirs can say anything: what is no number within a parameter's range is no recommendation.
    """
    numbers = {name: value for name, value in values.items() if isinstance(value, int | float)}
    taken = {name: value for name, value in numbers.items() if _is_within(PARAMETERS[name], value)}
    chosen: dict[str, Any] = {name: int(one) if PARAMETERS[name].whole else one for name, one in taken.items()}
    return Sampling(**{"temperature": 1.0, **chosen})


def _is_within(known: Parameter, value: float) -> bool:
    if isinstance(value, bool) or not known.low <= value <= known.high:
        return False
    return not known.whole or value == int(value)


def in_engine(engine: str) -> frozenset[str]:
    """The names of the parameters that an engine of this computer has."""
    return frozenset(name for name, known in PARAMETERS.items() if engine in known.engines)


def with_effect(*effects: Effect) -> tuple[str, ...]:
    """The names of the parameters that have one of these effects, in their order."""
    return tuple(name for name, known in PARAMETERS.items() if known.effect in effects)
