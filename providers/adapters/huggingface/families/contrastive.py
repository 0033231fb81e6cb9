"""CLIP and SigLIP on this computer. See `providers.labels.Labeller`. Light to import; what blocks runs in threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from providers.adapters.huggingface.families.vision import decode_image, load_processor
from providers.adapters.huggingface.memory.device import best_device
from providers.adapters.huggingface.memory.loader import ModelLoader
from providers.adapters.huggingface.weights.damage import IncompleteWeights
from providers.adapters.huggingface.weights.files import elements
from providers.adapters.huggingface.weights.store import Store
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.errors import InputError, LimitExceeded, Unavailable
from providers.importing import importing
from providers.labels import MOST_LABELS, ContrastiveInfo, Fit
from providers.types import Image, Progress

_OVERHEAD = 200_000_000
"""Bytes beside the weights: what a picture and the labels become on their way."""


class LocalLabeller:
    """One model, for all who use it at a time. It is fetched and loaded when it is first needed."""

    def __init__(self, info: ContrastiveInfo, loader: ModelLoader, store: Store) -> None:
        self.info = info
        self._loader, self._store = loader, store
        self._key = f"{info.id}@contrastive"

    async def prepare(self) -> AsyncIterator[Progress]:
        async for progress in self._load():
            yield progress
        yield Progress(stage="load", done=1, total=1)

    def _load(self) -> AsyncIterator[Progress]:
        return self._loader.wait_for_memory(self.info.name, self._key, self._make)

    async def label(self, image: Image, labels: Sequence[str], template: str | None = None) -> tuple[Fit, ...]:
        names = [label.strip() for label in labels if label.strip()]
        if not names:
            raise InputError("empty")
        if len(names) > MOST_LABELS:
            raise LimitExceeded("labels", limit=MOST_LABELS)
        before, mark, after = (template or self.info.template).partition("{}")
        sentences = [f"{before}{name}{after}" if mark else name for name in names]
        while True:
            async for _ in self._load():
                pass
            with self._loader.cache.use(self._key) as held:
                if held is None:  # it had to make room for another in between
                    continue
                network = cast("_LoadedContrastive", held).engine
                scores = await asyncio.to_thread(network.scores, image, sentences)
            chances = _softmax(scores) if self.info.measure == "softmax" else 1 / (1 + np.exp(-scores))
            fits = zip(names, scores.tolist(), chances.tolist(), strict=True)
            return tuple(Fit(name, score, chance) for name, score, chance in fits)

    def _make(self, ticket: Ticket) -> None:
        def load(folder: Path) -> None:
            need = elements(folder, self.info.name) * 4 + _OVERHEAD
            self._loader.load_when_free(self._key, self.info.name, need, lambda _: make(folder, need), ticket)

        def make(folder: Path, need: int) -> _LoadedContrastive:
            return _LoadedContrastive(_ContrastiveNetwork(folder, self.info), need)

        self._loader.check_fits(self.info, 4)
        self._store.load(self.info, ticket, load)


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max())
    return cast("NDArray[np.float64]", powers / powers.sum())


@dataclass(frozen=True, slots=True)
class _LoadedContrastive:
    engine: _ContrastiveNetwork
    memory: int


class _ContrastiveNetwork:
    """A loaded model and its processor. Blocking; for several threads, one at a time."""

    def __init__(self, folder: Path, info: ContrastiveInfo) -> None:
        """Raises what transformers raises, `MissingPackage`, and `ValueError` for a model of another kind."""
        self.computed = 0
        self._info, self._lock = info, threading.Lock()
        with importing():
            import torch
            from transformers import AutoModel

            self._inference_mode = torch.inference_mode
            self._processor = load_processor(folder)
            network, report = AutoModel.from_pretrained(
                folder,
                dtype=torch.float32,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                output_loading_info=True,
            )
        if report["missing_keys"] or report["mismatched_keys"]:
            raise IncompleteWeights("weights are missing")
        if not hasattr(network, "logit_scale"):
            raise ValueError("it compares nothing")
        self._window = int(network.config.text_config.max_position_embeddings)
        self._network: Any = network.to(best_device()).eval()

    def scores(self, image: Image, sentences: Sequence[str]) -> NDArray[np.float64]:
        """The logit of each sentence, shape (n,). Raises `InputError("label")` and `ImageError("damaged")`."""
        picture = decode_image(image)
        with self._lock, self._inference_mode():
            if self._network is None:
                raise Unavailable(provider="huggingface")
            tokenizer = self._processor.tokenizer
            lengths = [len(tokenizer(sentence, verbose=False)["input_ids"]) for sentence in sentences]
            if max(lengths) > self._window:
                raise InputError("label", model=self._info.name, tokens=max(lengths), window=self._window)
            # SigLIP was trained on texts filled up to its window and reads others wrongly; CLIP takes either.
            filled = {"padding": "max_length", "max_length": self._window}
            options = filled if self._info.measure == "sigmoid" else {"padding": True}
            batch = self._processor(text=list(sentences), images=picture, return_tensors="pt", **options)
            logits = self._network(**batch.to(self._network.device)).logits_per_image[0]
            self.computed += len(sentences)
            return cast("NDArray[np.float64]", logits.float().cpu().numpy().astype(np.float64))

    def close(self) -> None:
        with self._lock:
            self._network = None
