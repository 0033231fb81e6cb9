"""Where models compute: the one choice that every family and engine of PyTorch makes, and the computer's memory."""

from __future__ import annotations

from typing import Literal

import psutil

from providers.importing import importing

Device = Literal["cuda", "mps", "cpu"]


def best_device() -> Device:
    """An NVIDIA or AMD card, an Apple one, or the processor. Imports torch, which takes seconds the first time."""
    with importing():
        import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def total_memory() -> int:
    """Bytes that this computer has."""
    return int(psutil.virtual_memory().total)


def free_memory() -> int:
    """Bytes that programs could take now without the computer having to swap."""
    return int(psutil.virtual_memory().available)
