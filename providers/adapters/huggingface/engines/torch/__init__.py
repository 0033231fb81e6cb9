"""PyTorch: every causal model of transformers, on CUDA, MPS or the processor. torch itself comes with `load`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from providers.adapters.huggingface.engines.base import Loaded
from providers.adapters.huggingface.memory.device import best_device
from providers.adapters.huggingface.weights.files import elements, gguf_files
from providers.adapters.huggingface.weights.record import read_record
from providers.importing import importing
from providers.sampling import in_engine

ORDER = 20
NAME = "torch"
_SIZE = {"float32": 4}


@dataclass(frozen=True, slots=True)
class Torch:
    """A variant. See `engines.Variant`. Without a format it is the fastest admissible one, found when it is loaded."""

    folder: Path
    dtype: str | None = None
    accepts = in_engine("torch")
    alternatives = True
    has_internals = True
    is_reference = False
    reproducible = True
    elsewhere = False
    for_one = None

    @property
    def name(self) -> str:
        return f"torch-{self.dtype}" if self.dtype else "torch"

    def budget(self) -> int | None:
        """Most of an accelerator's memory."""
        with importing():
            import torch

        return int(torch.cuda.mem_get_info()[1] * 0.8) if best_device() == "cuda" else None

    def memory(self, model: str, room: int | None = None) -> int:
        return elements(self.folder, model) * _SIZE.get(self.dtype or "", 2)

    def load(self, model: str, room: int) -> Loaded:
        with importing():
            from providers.adapters.huggingface.engines.torch.loading import load

        return load(self.folder, model, room, self.dtype)


def variants(folder: Path) -> tuple[Torch, ...]:
    """The fastest, and 32 bits, the most faithful; one where they are the same; none of what is not dense."""
    if gguf_files(folder) is not None:
        return ()
    record = read_record(folder)
    known = record.dtype if record is not None else None
    exact = Torch(folder, "float32")
    return (exact,) if known == "float32" else (Torch(folder, known), exact)
