"""OpenVINO GenAI on the processor: GGUF models, many requests in one batch, in a process of its own.

`openvino-q8_0` is the fast variant. With `openvino-q8_0-exact`, of the same file, a reply is the same whoever else is
being served, which a seed promises; so it is with `openvino-f16`, of a file that an earlier version made, until the
other is measured.
Light to import.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from providers.adapters.huggingface.engines.base import Loaded
from providers.adapters.huggingface.engines.opening import open_engine
from providers.adapters.huggingface.engines.openvino.engine import OpenVinoEngine
from providers.adapters.huggingface.engines.openvino.pipeline import CACHE_GB, target
from providers.adapters.huggingface.memory.fair_queue import FairQueue
from providers.errors import WeightsUnavailable
from providers.importing import is_installed
from providers.sampling import in_engine

ORDER = 10
ACCEPTS = in_engine("openvino")
SLOTS = 32
EXACT = "q8_0-exact"
KINDS = ("q8_0", EXACT, "f16")
ARCHITECTURES = frozenset({"llama", "qwen2", "qwen3"})
"""Of GGUF files that OpenVINO GenAI reads (2026.4)."""


@dataclass(frozen=True, slots=True)
class OpenVino:
    """A variant. See `engines.Variant`."""

    folder: Path
    kind: str
    accepts = ACCEPTS
    alternatives = False
    has_internals = False
    is_reference = False
    elsewhere = True
    for_one = None

    @property
    def name(self) -> str:
        return f"openvino-{self.kind}"

    @property
    def reproducible(self) -> bool:
        return self.kind != "q8_0"

    @property
    def file(self) -> Path:
        return target(self.folder, self.kind.removesuffix("-exact"))

    def budget(self) -> None:
        """It shares the computer's memory."""

    def memory(self, model: str, room: int | None = None) -> int:
        """Weights are unpacked where that is faster; the cache keeps what was read until it is full."""
        return int(self.file.stat().st_size * 2.5) + CACHE_GB * 2**30

    def load(self, model: str, room: int) -> Loaded:
        if (need := self.memory(model)) > room:
            raise WeightsUnavailable("memory", model=model)
        start = partial(OpenVinoEngine, self.file, exact=self.reproducible)
        engine, codec, defaults, context = open_engine(start, self.folder, model)
        return Loaded(
            engine=engine,
            codec=codec,
            context=context,
            defaults=defaults,
            memory=need,
            name=self.name,
            queue=FairQueue(SLOTS),
        )


def variants(folder: Path) -> tuple[OpenVino, ...]:
    """The fast one, then those that are reproducible; none where OpenVINO or the rewritten weights are missing."""
    if not is_installed("openvino_genai"):
        return ()
    return tuple(variant for kind in KINDS if (variant := OpenVino(folder, kind)).file.is_file())
