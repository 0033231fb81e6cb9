"""Leaving out what is smallest, in a network of transformers. Slow to import; all of it blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from providers.adapters.huggingface.families.layers.parts import Layers
from providers.shrinking import Form


def prune(network: Any, layers: Layers, form: Form, heads: int) -> None:
    """Change the network in place. A share of 0 changes nothing at all."""
    if not form.sparsity:
        return
    with torch.no_grad():
        match form.name:
            case "weights":
                for matrix in matrices_of(layers):
                    zero_smallest(matrix, form.sparsity)
            case "heads":
                _prune_heads(layers, form.sparsity, heads)
            case "layers":
                _prune_layers(network, layers, form.sparsity)
            case _:
                raise ValueError(form.name)


def matrices_of(layers: Layers) -> list[torch.Tensor]:
    """The matrices within the layers: neither the table of words nor the head, which are often the same."""
    return [one for block in layers.blocks for one in block.parameters() if one.ndim == 2]


def zero_smallest(matrix: torch.Tensor, share: float) -> None:
    """The smallest numbers of one matrix, by their absolute value, become 0: exactly that share of them."""
    count = round(share * matrix.numel())
    if count:
        flat = matrix.abs().flatten().float().numpy()
        matrix.view(-1)[torch.from_numpy(np.argpartition(flat, count - 1)[:count])] = 0


def head_sizes(layers: Layers, heads: int) -> torch.Tensor:
    """How much each head can write: the length of its part of the matrix behind the heads, shape (layers, heads)."""
    return torch.stack([_by_head(one, heads).norm(dim=(1, 2)) for one in layers.outputs])


def _by_head(output: Any, heads: int) -> torch.Tensor:
    """A view of that matrix, shape (heads, …): what is written to it changes the matrix."""
    weight: torch.Tensor = output.weight
    if isinstance(output, nn.Linear):  # (out, heads × size)
        return weight.view(weight.shape[0], heads, -1).transpose(0, 1)
    return weight.view(heads, -1, weight.shape[1])  # transformers' Conv1D: (heads × size, out)


def _prune_heads(layers: Layers, share: float, heads: int) -> None:
    sizes = head_sizes(layers, heads)
    for place in _smallest(sizes.flatten().tolist(), share):
        layer, head = divmod(place, heads)
        _by_head(layers.outputs[layer], heads)[head] = 0


def _prune_layers(network: Any, layers: Layers, share: float) -> None:
    """Whole blocks go; the others are numbered anew, since each keeps its keys and values under its number."""
    blocks = list(layers.blocks)
    sizes = [sum(float(one.norm()) ** 2 for one in block.parameters() if one.ndim == 2) for block in blocks]
    gone = set(_smallest(sizes, min(share, (len(blocks) - 1) / len(blocks))))
    kept = [place for place in range(len(blocks)) if place not in gone]
    owner, name = _owner(network, blocks)
    setattr(owner, name, nn.ModuleList(blocks[place] for place in kept))
    for number, place in enumerate(kept):
        for module in blocks[place].modules():
            if hasattr(module, "layer_idx"):
                module.layer_idx = number
    config = network.config.get_text_config()
    if kinds := getattr(config, "layer_types", None):
        config.layer_types = [kinds[place] for place in kept]
    config.num_hidden_layers = len(kept)


def _owner(network: Any, blocks: Sequence[Any]) -> tuple[Any, str]:
    """The module that has the list of blocks, and what it calls it."""
    for module in network.modules():
        for name, child in module.named_children():
            if isinstance(child, nn.ModuleList) and len(child) == len(blocks) and child[0] is blocks[0]:
                return module, name
    raise ValueError("no list of layers")


def _smallest(sizes: Sequence[float], share: float) -> list[int]:
    """The places of so many, rounded."""
    order = sorted(range(len(sizes)), key=lambda place: sizes[place])
    return order[: round(share * len(sizes))]
