"""Models that write text: Llama, GPT-2 and what is built like them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from providers.adapters.huggingface.families.layers.parts import Layers, first_attribute, load_open
from providers.importing import importing

CAUSAL = True


def load(folder: Path) -> Any:
    """Blocking. Raises what transformers raises."""
    with importing():
        from transformers import AutoModelForCausalLM

    return load_open(AutoModelForCausalLM, folder)


def layers(network: Any) -> Layers | None:
    """`None` for an architecture that is built in another way."""
    inner = first_attribute(network.base_model, "language_model", "decoder") or network.base_model
    blocks = first_attribute(inner, "layers", "h")
    attention = [first_attribute(block, "self_attn", "attn") for block in blocks or ()]
    outputs = [first_attribute(one, "o_proj", "c_proj", "out_proj", "dense") for one in attention]
    if not blocks or None in outputs:
        return None
    return Layers(
        blocks=list(blocks),
        outputs=outputs,
        embeddings=network.get_input_embeddings(),
        norm=first_attribute(inner, "norm", "ln_f", "final_layernorm", "final_layer_norm"),
        head=network.get_output_embeddings(),
        places=first_attribute(inner, "wpe"),
        rotary=first_attribute(inner, "rotary_emb"),
    )
