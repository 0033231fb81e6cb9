"""Where models compute: the one choice that every family and engine of PyTorch makes."""

from __future__ import annotations

from typing import Literal

from providers.importing import importing

Device = Literal["cuda", "mps", "cpu"]


def best_device() -> Device:
    """An NVIDIA or AMD card, an Apple one, or the processor. Imports torch, which takes seconds the first time."""
    with importing():
        import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
