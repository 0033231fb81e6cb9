"""A network's numbers in fewer bits. Slow to import; all of it blocks.

GGUF's blocks are packed by the gguf package and read again, so that the network computes with exactly the numbers that
such a file holds; what a step takes then is not what a packed file would take (see `measure_program`).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers.pytorch_utils import Conv1D

from providers.importing import importing
from providers.shrinking import Form, FormName

_BLOCK = 32
_PACKED: dict[FormName, tuple[str, float]] = {
    "q8_0": ("Q8_0", 34 / 32),
    "q4_1": ("Q4_1", 20 / 32),
    "q4_0": ("Q4_0", 18 / 32),
}
"""GGUF's names, and bytes for a number."""
_FEW = 4
"""Rows for which the product with whole numbers is quicker: it goes through them one by one."""
_FLOAT = {"bfloat16": 2.0, "float32": 4.0}


def bytes_of(shape: torch.Size, form: Form) -> int:
    """Of a tensor in a file of that form. Vectors (norms, biases) stay in 32 bits in packed ones."""
    count = shape.numel()
    if form.name in _PACKED:
        return int(count * _PACKED[form.name][1]) if len(shape) == 2 and shape[-1] % _BLOCK == 0 else count * 4
    if form.name == "int8":
        return count + 4 * shape[0] if len(shape) == 2 else count * 4
    return int(count * _FLOAT.get(form.name, 4.0))


def round_to(network: Any, form: Form) -> None:
    """Change the network in place; 32 bits change nothing."""
    with torch.no_grad():
        if form.name == "bfloat16":
            network.to(torch.bfloat16)
        elif form.name == "int8":
            _to_int8(network)
        elif form.name in _PACKED:
            _pack(network, _PACKED[form.name][0])


def _pack(network: Any, kind: str) -> None:
    """Every matrix whose rows are blocks of 32 numbers, the table of words among them."""
    with importing():
        from gguf import GGMLQuantizationType, quants

    packed = GGMLQuantizationType[kind]
    seen: set[int] = set()
    for one in network.parameters():  # a tied table comes once
        if one.ndim == 2 and one.shape[1] % _BLOCK == 0 and id(one) not in seen:
            seen.add(id(one))
            one.copy_(torch.from_numpy(quants.dequantize(quants.quantize(one.numpy(), packed), packed)))


class Int8Rows(nn.Module):
    """A matrix of whole numbers from −127 to 127 with a scale for each row (Dettmers et al. 2022, "LLM.int8()", section
    2, without its outliers). As a linear map, or as the table of words."""

    scale: torch.Tensor
    whole: torch.Tensor

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None, *, table: bool) -> None:
        super().__init__()
        scale = weight.float().abs().amax(dim=1).clamp_min(1e-12) / 127
        self.register_buffer("scale", scale)
        self.register_buffer("whole", torch.round(weight.float() / scale[:, None]).to(torch.int8).contiguous())
        self.bias, self._table = bias, table

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        if self._table:
            return self.whole[given].float() * self.scale[given][..., None]
        rows = given.reshape(-1, given.shape[-1]).contiguous()
        if len(rows) > _FEW:
            out = torch.nn.functional.linear(rows, self.whole.float() * self.scale[:, None])
        else:
            out = torch._weight_int8pack_mm(rows, self.whole, self.scale)
        out = out.view(*given.shape[:-1], -1)
        return out if self.bias is None else out + self.bias


def _to_int8(network: Any) -> None:
    """Every linear map, and the table of words: one for both where they are tied."""
    words, head = network.get_input_embeddings(), network.get_output_embeddings()
    tied = head is not None and head.weight is words.weight
    table = Int8Rows(words.weight, None, table=True)
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if child is words:
                setattr(module, name, table)
            elif isinstance(child, nn.Linear | Conv1D):
                weight = child.weight if isinstance(child, nn.Linear) else child.weight.T
                made = Int8Rows(weight, child.bias, table=False)
                if tied and child is head:
                    made.whole, made.scale = table.whole, table.scale
                setattr(module, name, made)
