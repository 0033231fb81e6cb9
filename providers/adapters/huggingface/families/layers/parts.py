"""What is known of a network's layers, whatever its architecture; and how a network is loaded to be looked into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from providers.adapters.huggingface.weights.damage import IncompleteWeights
from providers.importing import importing


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """The modules of a network of transformers."""

    blocks: Sequence[Any]
    """One a layer. What it gives back is the stream of vectors, or begins with it."""
    outputs: Sequence[Any]
    """Of each layer, the linear map whose input are the heads side by side."""
    embeddings: Any
    """From token ids to vectors."""
    norm: Any | None = None
    """Before the head."""
    head: Any | None = None
    """From a vector to logits; `None` for a model that writes nothing."""
    places: Any | None = None
    """The table of learnt positions, where there is one."""
    rotary: Any | None = None
    """The module with the rotary positions' frequencies."""


def load_open(kind: Any, folder: Path) -> Any:
    """A network in 32 bits whose attention is computed step by step (eager), so that it can be seen. Blocking.

    Raises what transformers raises.
    """
    with importing():
        import torch
        from transformers.utils import logging

        logging.disable_progress_bar()  # the page shows progress itself
        network, report = kind.from_pretrained(
            folder,
            dtype=torch.float32,
            attn_implementation="eager",
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
        )
    if report["missing_keys"] or report["mismatched_keys"]:
        raise IncompleteWeights("weights are missing")  # transformers would fill the gap with noise
    return network.eval()


def first_attribute(owner: Any, *names: str) -> Any | None:
    """The first of these attributes that is there."""
    return next((one for name in names if (one := getattr(owner, name, None)) is not None), None)
