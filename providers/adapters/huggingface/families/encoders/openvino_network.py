"""The network of an embedding model as OpenVINO computes it in bfloat16: on processors without matrix units half as
quick again as torch. Slow to import; everything here blocks and runs in threads."""

from __future__ import annotations

import queue
import shutil
import warnings
from pathlib import Path
from typing import Any, cast

import torch

from providers.adapters.huggingface.engines.openvino.library import FAILURES, modules

__all__ = ["FAILURES", "CompiledNetwork", "can_compile", "compile_network", "save_network"]

_FOLDER = "openvino"
_FILE = "network.xml"
_KINDS = frozenset({"bert", "roberta", "xlm-roberta"})
_FEWEST = 5_000_000
"""Numbers of a network for which it is worth the seconds that converting takes."""
_STEP, _SHORT_STEP = 32, 8
"""Lengths are rounded up to them, those of up to `_STEP` tokens to the second: for every new one OpenVINO makes new
kernels, but a word or a short question would be mostly padding."""
STREAMS = 2
"""Batches at once: while one is made ready or brought away, the other keeps the processor busy."""
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def can_compile(model: Any) -> bool:
    """Whether the network of this `SentenceTransformer` is an encoder on the processor, and large enough."""
    network = model[0].auto_model
    numbers = sum(one.numel() for one in network.parameters())
    on_processor = next(network.parameters()).device.type == "cpu"
    return network.config.model_type in _KINDS and numbers >= _FEWEST and on_processor


def save_network(model: Any, folder: Path) -> None:
    """Write the network, in 32 bits, into the model's folder. Raises `FAILURES` and `OSError`."""
    openvino, _ = modules()
    names = [name for name in _INPUTS if name in model.tokenizer.model_input_names]
    example = {name: torch.ones((2, 8), dtype=torch.long) for name in names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing is deprecated and sees one branch: the vectors are checked
        converted = openvino.convert_model(_Hidden(model[0].auto_model, names), example_input=tuple(example.values()))
    for port, name in zip(converted.inputs, names, strict=True):
        port.get_tensor().set_names({name})
    fresh, made = folder / f"{_FOLDER}.new", folder / _FOLDER
    for one in (fresh, made):
        shutil.rmtree(one, ignore_errors=True)
    fresh.mkdir()
    openvino.save_model(converted, str(fresh / _FILE), compress_to_fp16=False)
    fresh.rename(made)


def compile_network(folder: Path, threads: int) -> CompiledNetwork:
    """What `save_network` wrote, computing `min(STREAMS, threads)` batches at once. Raises `FAILURES`."""
    openvino, _ = modules()
    streams = min(STREAMS, threads)
    options = {"INFERENCE_PRECISION_HINT": "bf16", "NUM_STREAMS": streams, "INFERENCE_NUM_THREADS": threads}
    return CompiledNetwork(openvino.Core().compile_model(str(folder / _FOLDER / _FILE), "CPU", options), streams)


class CompiledNetwork(torch.nn.Module):
    """Stands in the place of a `SentenceTransformer`'s first part. `streams` threads may call it at once; more wait."""

    def __init__(self, compiled: Any, streams: int) -> None:
        super().__init__()
        self.streams = streams
        self._names = [port.get_any_name() for port in compiled.inputs]
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(streams):
            self._requests.put(compiled.create_infer_request())

    def forward(self, features: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Adds `token_embeddings`, shape (texts, tokens, numbers)."""
        length = features["input_ids"].shape[1]
        more = -length % (_STEP if length > _STEP else _SHORT_STEP)
        given = {name: torch.nn.functional.pad(features[name], (0, more)).numpy() for name in self._names}
        request = self._requests.get()
        try:
            found = request.infer(given)[0]
        finally:
            self._requests.put(request)
        features["token_embeddings"] = torch.from_numpy(found)[:, :length]
        return features


class _Hidden(torch.nn.Module):
    """A network with its last layer as its only output."""

    def __init__(self, network: Any, names: list[str]) -> None:
        super().__init__()
        self._network, self._names = network, names

    def forward(self, *values: torch.Tensor) -> torch.Tensor:
        given = dict(zip(self._names, values, strict=True))
        return cast("torch.Tensor", self._network(**given).last_hidden_state)
