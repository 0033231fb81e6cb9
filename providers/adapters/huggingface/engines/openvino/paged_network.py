"""A model with its keys and values in blocks of our own: pieces of several texts are computed at once.

How a row is computed depends on three things beside the row (OpenVINO 2026.4, seen by comparing bits): whether its
piece has one token or several, whether it is the only row of its step, and whether it is the only one whose logits are
wanted. Neither where a text is cut into pieces nor what else is computed with them counts, as long as a step has few
rows: on some processors other kernels take over beyond some number of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from providers.adapters.huggingface.engines.openvino.library import modules
from providers.adapters.huggingface.engines.openvino.read_network import read_network
from providers.importing import importing

SCRATCH_BLOCK = 0
"""Belongs to no text: here a row is computed of which nobody wants anything."""


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """`tokens` of a text, of which `past` are computed already; `blocks` are those of the whole text, in order."""

    tokens: Sequence[int]
    past: int
    blocks: Sequence[int]


class PagedNetwork:
    """Opens a GGUF file, with at most `room` bytes of keys and values. Raises one of `library.FAILURES`, `OSError`."""

    def __init__(self, file: Path, room: int) -> None:
        openvino, _ = modules()
        precision = {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32"}
        compiled = openvino.Core().compile_model(_add_paging(read_network(file)), "CPU", precision)
        self._request = compiled.create_infer_request()
        caches = {one.get_any_name(): one for one in compiled.inputs if "_cache." in one.get_any_name()}
        shapes = {name: [_length(one, axis) for axis in (1, 2, 3)] for name, one in caches.items()}
        self.block_size: int = next(iter(shapes.values()))[1]
        self.blocks = max(2, room // (4 * sum(int(np.prod(shape)) for shape in shapes.values())))
        self._caches = {name: np.zeros((self.blocks, *shape), np.float32) for name, shape in shapes.items()}
        for name, cache in self._caches.items():  # what nothing was written to takes no memory
            self._request.set_tensor(name, openvino.Tensor(cache, shared_memory=True))

    def logits(self, pieces: Sequence[TokenSpan]) -> NDArray[np.float32]:
        """Of what follows each piece: shape (pieces, vocabulary), until the next call."""
        ends = np.cumsum([len(piece.tokens) for piece in pieces]) - 1
        return self._compute(pieces, ends)

    def every_logit(self, piece: TokenSpan) -> NDArray[np.float32]:
        """Of what follows each token of a piece: shape (tokens, vocabulary), until the next call."""
        return self._compute([piece], np.arange(len(piece.tokens)))

    def _compute(self, pieces: Sequence[TokenSpan], wanted: NDArray[np.intp]) -> NDArray[np.float32]:
        openvino, _ = modules()
        given = _tables([*pieces, *_company(pieces)], self.block_size)
        given["rows"] = np.resize(wanted, max(2, wanted.size)).astype(np.int32)
        for name, value in given.items():
            self._request.set_tensor(name, openvino.Tensor(value))
        self._request.infer()
        found: NDArray[np.float32] = self._request.get_output_tensor(0).data
        return found.reshape(-1, found.shape[-1])[: wanted.size]


def _company(pieces: Sequence[TokenSpan]) -> list[TokenSpan]:
    """A second row for one that would be alone."""
    return [TokenSpan([0], 0, [SCRATCH_BLOCK])] if sum(len(piece.tokens) for piece in pieces) < 2 else []


def _tables(pieces: Sequence[TokenSpan], block_size: int) -> dict[str, NDArray[Any]]:
    """What paged attention is told, by the names of its inputs."""
    counts = np.array([len(piece.tokens) for piece in pieces])
    past = np.array([piece.past for piece in pieces])
    used = -(-(past + counts) // block_size)
    positions = [np.arange(piece.past, piece.past + len(piece.tokens)) for piece in pieces]
    blocks = [piece.blocks[:count] for piece, count in zip(pieces, used, strict=True)]
    return {
        "input_ids": np.concatenate([np.asarray(piece.tokens, np.int64) for piece in pieces]),
        "position_ids": np.concatenate(positions).astype(np.int64),
        "past_lens": past.astype(np.int32),
        "subsequence_begins": np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        "block_indices": np.concatenate([np.asarray(some, np.int32) for some in blocks]),
        "block_indices_begins": np.concatenate([[0], np.cumsum(used)]).astype(np.int32),
        "max_context_len": np.array((past + counts).max(), np.int32),
    }


def _length(port: Any, axis: int) -> int:
    """The length of an input's axis, which is known once the model is compiled."""
    length: int = port.partial_shape[axis].get_length()
    return length


def _add_paging(model: Any) -> Any:
    """With paged attention, and with logits of the wanted rows alone: a vocabulary's are much work."""
    openvino, _ = modules()
    with importing():
        from openvino._offline_transformations import paged_attention_transformation

    paged_attention_transformation(model)
    head = model.outputs[0].get_node().input_value(0).get_node()
    while head.get_type_name() != "MatMul":
        head = head.input_value(0).get_node()
    hidden = head.input(0).get_source_output()
    axis = 0 if hidden.partial_shape[0].is_dynamic else 1
    rows = openvino.opset13.parameter([-1], np.int32, name="rows")
    rows.output(0).set_names({"rows"})
    some = openvino.opset13.gather(hidden, rows, openvino.opset13.constant(np.int32(axis)))
    head.input(0).replace_source_output(some.output(0))
    model.add_parameters([rows])
    model.validate_nodes_and_infer_types()
    return model
