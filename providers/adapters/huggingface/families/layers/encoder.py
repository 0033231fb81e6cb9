"""Models that make vectors of texts: BERT and what is built like it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from providers.adapters.huggingface.families.layers.parts import Layers, first_attribute, load_open
from providers.importing import importing

CAUSAL = False


def load(folder: Path) -> Any:
    """Blocking. Raises what transformers raises."""
    with importing():
        from transformers import AutoModel

    return load_open(AutoModel, folder)


def layers(network: Any) -> Layers | None:
    """`None` for an architecture that is built in another way."""
    blocks = first_attribute(network.base_model.encoder, "layer") if hasattr(network.base_model, "encoder") else None
    attention = [first_attribute(first_attribute(block, "attention"), "output") for block in blocks or ()]
    outputs = [first_attribute(one, "dense") for one in attention]
    if not blocks or None in outputs:
        return None
    return Layers(
        blocks=list(blocks),
        outputs=outputs,
        embeddings=network.get_input_embeddings(),
        places=first_attribute(network.base_model.embeddings, "position_embeddings"),
    )
