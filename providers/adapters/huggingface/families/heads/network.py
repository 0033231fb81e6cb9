"""A model with a head, loaded by transformers. Slow to import; everything here blocks and runs in threads."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from transformers.utils import logging

from providers.adapters.huggingface.bounded.library import bound_transformers
from providers.adapters.huggingface.bounded.recommendations import ignore_recommendations
from providers.adapters.huggingface.memory.device import best_device
from providers.adapters.huggingface.weights.damage import IncompleteWeights
from providers.errors import InputError, Unavailable, WeightsUnavailable
from providers.importing import importing

_UNBOUNDED = 1024
"""Tokens of a text for a model that names no bound of its own: its attention grows with their square."""
_OPTIONS: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}


class HeadNetwork:
    """A loaded model and its tokenizer, in 32-bit floating point. For several threads, one at a time.

    `computed` counts the tokens that it has read and written.
    """

    def __init__(self, folder: Path, name: str, kind: str) -> None:
        """Raises `WeightsUnavailable("head")`, and what transformers raises."""
        self.computed = 0
        self._name, self._lock = name, threading.Lock()
        logging.disable_progress_bar()  # the page shows progress itself
        with importing(), ignore_recommendations():
            bound_transformers()
            config = transformers.AutoConfig.from_pretrained(folder, **_OPTIONS)
            loaded_by: Any = getattr(transformers, kind)
            if type(config) not in loaded_by._model_mapping:  # an architecture for which there is no such head
                raise _headless(name, config)
            network, report = loaded_by.from_pretrained(
                folder, dtype=torch.float32, use_safetensors=True, output_loading_info=True, **_OPTIONS
            )
            self.tokenizer: Any = transformers.AutoTokenizer.from_pretrained(folder, **_OPTIONS)
        if report["missing_keys"] or report["mismatched_keys"]:  # transformers would fill the gap with noise
            if type(network).__name__ not in (config.architectures or ()):
                raise _headless(name, config)
            raise IncompleteWeights("weights are missing")
        self.network: Any = network.to(best_device()).eval()
        self.labels = {int(place): str(label) for place, label in config.id2label.items()}
        self.window = min(self._positions(), int(self.tokenizer.model_max_length))
        """Tokens that it reads, its own marks included."""

    @contextmanager
    def reading(self) -> Generator[None]:
        """Alone, and without keeping what training would need. Raises `Unavailable` where it has been let go."""
        with self._lock, torch.inference_mode():
            if self.network is None:
                raise Unavailable(provider="huggingface")
            try:
                yield
            except (MemoryError, RuntimeError) as error:  # torch's out-of-memory error is of the latter class
                if isinstance(error, RuntimeError) and "memory" not in str(error):
                    raise
                raise Unavailable("out_of_memory", provider="huggingface") from error

    def encode(self, text: str, **options: Any) -> Mapping[str, list[Any]]:
        """What the tokenizer makes of a text. Within `reading`. Raises `InputError("empty")`, "long"."""
        if not text.strip():
            raise InputError("empty")
        found: Mapping[str, list[Any]] = self.tokenizer(text, verbose=False, **options)
        self.check(len(found["input_ids"]))
        return found

    def check(self, tokens: int) -> None:
        """Raises `InputError("long")`."""
        if tokens > self.window:
            raise InputError("long", model=self._name, tokens=tokens, window=self.window)

    def forward(self, encoded: Mapping[str, list[Any]]) -> Mapping[str, NDArray[np.float64]]:
        """What the head says of one text, by the name that transformers gives it. Within `reading`."""
        names = self.tokenizer.model_input_names
        given = {name: torch.tensor([encoded[name]], device=self.network.device) for name in names if name in encoded}
        self.computed += len(encoded["input_ids"])
        return {
            name: cast("NDArray[np.float64]", value[0].float().cpu().numpy().astype(np.float64))
            for name, value in self.network(**given).items()
            if isinstance(value, torch.Tensor)
        }

    def close(self) -> None:
        with self._lock:
            self.network = None

    def _positions(self) -> int:
        """How many positions it has learnt. RoBERTa's begin after that of its filler."""
        most = getattr(self.network.config, "max_position_embeddings", None)
        if not isinstance(most, int) or most < 1:  # XLNet says -1
            return _UNBOUNDED
        table = getattr(getattr(self.network.base_model, "embeddings", None), "position_embeddings", None)
        filler = getattr(table, "padding_idx", None)
        return most if filler is None else most - filler - 1


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Along the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return cast("NDArray[np.float64]", powers / powers.sum(axis=-1, keepdims=True))


def _headless(name: str, config: Any) -> WeightsUnavailable:
    made = (config.architectures or [type(config).__name__.removesuffix("Config")])[0]
    return WeightsUnavailable("head", model=name, cause=str(made)[:60])
