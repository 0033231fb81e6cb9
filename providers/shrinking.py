"""A local model made smaller: its numbers in fewer bits, or parts of it left out; and what that costs.

The same weights every time. What is compared is what changes: bytes, speed, and how well it still foresees a text.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args, runtime_checkable

from providers.base import Provider
from providers.errors import UnsupportedRequest
from providers.types import ModelInfo, Progress

FormName = Literal["float32", "bfloat16", "int8", "q8_0", "q4_1", "q4_0", "weights", "heads", "layers"]
FORMATS: tuple[FormName, ...] = ("float32", "bfloat16", "int8", "q8_0", "q4_1", "q4_0")
"""Every number in fewer bits: floating point; whole numbers with a scale for each row; GGUF's blocks of 32 numbers."""
PRUNINGS: tuple[FormName, ...] = ("weights", "heads", "layers")
"""What is smallest is left out: single numbers (Han et al. 2015, "Learning both Weights and Connections for Efficient
Neural Networks"), heads (Michel et al. 2019, "Are Sixteen Heads Really Better than One?") or layers (Gromov et al.
2024, "The Unreasonable Ineffectiveness of the Deeper Layers"). Nothing is trained again."""
NAMES: tuple[FormName, ...] = get_args(FormName)


@dataclass(frozen=True, slots=True)
class Form:
    """`sparsity`, from 0 to less than 1, is the share that is left out; 0 for a format."""

    name: FormName
    sparsity: float = 0.0

    def __post_init__(self) -> None:
        """Raises `ValueError` for a share of 1 and more: nothing would be left."""
        if not 0 <= self.sparsity < 1 or (self.sparsity and self.name in FORMATS):
            raise ValueError("a share from 0 to less than 1")

    @property
    def key(self) -> str:
        return f"{self.name}-{self.sparsity:.2f}" if self.name in PRUNINGS else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSize:
    """What a form has to keep, in bytes; a table that is used twice counts once."""

    bytes: int
    """Of its numbers, as they lie in a file: in its format, or in 32 bits."""
    sparse: int | None
    """If the zeros of a pruned one were not written: the others, and of single numbers a bit for each place. `None`:
    there are none."""
    numbers: int
    """That are not zero by pruning."""
    whole: int
    """Numbers of the whole model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormCost:
    """Measured in a process of its own, which has nothing else to do."""

    engine: str
    """What computed it."""
    load: float
    """Seconds from the file to the first token."""
    memory: int
    """Bytes that the process grew by."""
    speed: float
    """Tokens a second, one after another."""


@runtime_checkable
class Shrunk(Protocol):
    """One model in many forms. All of it raises `WeightsUnavailable` where the model cannot be had, and
    `UnsupportedRequest("forms")` where it cannot be taken apart."""

    info: ModelInfo

    def prepare(self) -> AsyncIterator[Progress]:
        """Fetch it, telling how far it is."""
        ...

    async def size(self, form: Form) -> FormSize: ...

    async def score(self, form: Form, ids: Sequence[int]) -> tuple[float, ...]:
        """The log-probability of each token but the first, in nats. Raises `InputError("empty")`."""
        ...

    async def write(self, form: Form, ids: Sequence[int], most: int) -> tuple[int, ...]:
        """The likeliest token, again and again, until the model ends or `most` are there."""
        ...

    async def measure(self, form: Form) -> FormCost:
        """One at a time. Raises `UnsupportedRequest("form_engine")` where nothing here computes that form."""
        ...


@runtime_checkable
class Shrinks(Protocol):
    """A provider whose models can be made smaller."""

    def shrunk(self, model: ModelInfo) -> Shrunk: ...


def shrink(provider: Provider, model: ModelInfo) -> Shrunk:
    """The model, to be made smaller. Raises `UnsupportedRequest("forms")` where the provider does not let it."""
    if not isinstance(provider, Shrinks):
        raise UnsupportedRequest("forms", model=model.name)
    return provider.shrunk(model)
