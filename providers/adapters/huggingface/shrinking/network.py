"""One network that is made smaller, form after form. Slow to import; all of it blocks."""

from __future__ import annotations

import gc
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import DynamicCache

from providers.adapters.huggingface.families.layers import causal
from providers.adapters.huggingface.shrinking.pruning import matrices_of, prune
from providers.adapters.huggingface.shrinking.rounding import bytes_of, round_to
from providers.errors import Unavailable, UnsupportedRequest
from providers.shrinking import PRUNINGS, Form, FormSize


class ShrunkNetwork:
    """Holds one form at a time: another one is made of the files again. For several threads, one at a time."""

    def __init__(self, folder: Path, name: str, heads: int) -> None:
        self.computed = 0
        self._folder, self._name, self._heads = folder, name, heads
        self._lock = threading.Lock()
        self._closed = False
        self._form: Form | None = None
        self._network: Any = None
        self._size: FormSize | None = None

    def size(self, form: Form) -> FormSize:
        """See `Shrunk.size`."""
        with self._lock:
            self._make(form)
            assert self._size is not None
            return self._size

    def score(self, form: Form, ids: Sequence[int]) -> tuple[float, ...]:
        """See `Shrunk.score`."""
        with self._lock, torch.inference_mode():
            network = self._make(form)
            logits = network(input_ids=torch.tensor([list(ids)])).logits[0, :-1].float()
            own = torch.log_softmax(logits, dim=-1).gather(1, torch.tensor(list(ids[1:]))[:, None])
            return tuple(own[:, 0].tolist())

    def write(
        self, form: Form, ids: Sequence[int], most: int, ends: Collection[int], stopped: threading.Event
    ) -> tuple[int, ...]:
        """See `Shrunk.write`."""
        with self._lock, torch.inference_mode():
            network = self._make(form)
            written = list[int]()
            cache, given = DynamicCache(config=network.config), list(ids)
            while len(written) < most and not stopped.is_set():
                out = network(input_ids=torch.tensor([given]), past_key_values=cache, use_cache=True, logits_to_keep=1)
                token = int(out.logits[0, -1].argmax())
                self.computed += 1
                if token in ends:
                    break
                written.append(token)
                given = [token]
            return tuple(written)

    def close(self) -> None:
        with self._lock:
            self._network, self._form, self._closed = None, None, True

    def _make(self, form: Form) -> Any:
        if self._closed:
            raise Unavailable(provider="huggingface")
        if form != self._form or self._network is None:
            self._network = self._form = None  # two at once would need twice the memory
            gc.collect()
            self._network, self._size = make(self._folder, self._name, form, self._heads)
            self._form = form
        return self._network


def make(folder: Path, name: str, form: Form, heads: int) -> tuple[Any, FormSize]:
    """The network in that form. Raises what transformers raises, and `UnsupportedRequest("forms")`."""
    network = causal.load(folder)
    layers = causal.layers(network)
    if layers is None:
        raise UnsupportedRequest("forms", model=name)
    whole = _count(network)
    matrices = sum(one.numel() for one in matrices_of(layers))
    if form.name in PRUNINGS:
        prune(network, layers, form, heads)
    stays = _count(network)
    size = sum(bytes_of(one.shape, form) for one in network.parameters())
    zeros = 0
    if form.name == "weights":
        zeros = sum(round(form.sparsity * one.numel()) for one in matrices_of(layers))
    elif form.name == "heads" and form.sparsity:
        zeros = sum(int((one.weight == 0).sum()) for one in layers.outputs)
    marks = matrices // 8 if form.name == "weights" else 0  # heads can be cut out: nothing marks their places
    sparse = (stays - zeros) * 4 + marks if zeros else None
    round_to(network, form)
    return network, FormSize(bytes=size, sparse=sparse, numbers=stays - zeros, whole=whole)


def _count(network: Any) -> int:
    return sum(one.numel() for one in network.parameters())
