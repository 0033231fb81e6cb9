"""A network with its attention in the open: what its layers do with a text. Slow to import; all of it blocks."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
import psutil
import torch
from numpy.typing import NDArray

from providers.adapters.huggingface.families.layers import causal, encoder
from providers.adapters.huggingface.families.layers.parts import Layers, first_attribute
from providers.errors import Unavailable, UnsupportedRequest
from providers.inspection import Ablation, Anatomy, LayerReading, Positions, Salience

_PLACES = 64
"""Learnt positions that are compared."""
_SHORTEST = 1e-9
"""Length of a vector that is taken for none: some tables have lines of zeros."""
_STEPS = 16
"""Points of the path from zeros to the text, for integrated gradients."""


class OpenNetwork:
    """For several threads, one at a time. `loaded` is what loading it took of the process's memory, in bytes."""

    def __init__(self, folder: Path, name: str, anatomy: Anatomy) -> None:
        """Raises what transformers raises, and `UnsupportedRequest("layers")` for an architecture not known here."""
        self.computed = 0
        self._name, self._lock = name, threading.Lock()
        family = encoder if anatomy.kind == "encoder" else causal
        before = psutil.Process().memory_info().rss
        network = family.load(folder)
        self.causal = family.CAUSAL
        layers = family.layers(network)
        if anatomy.kind == "encoder_decoder" or layers is None:
            raise UnsupportedRequest("layers", model=name)
        self._network: Any = network
        self._layers: Layers = layers
        self._head_size = anatomy.head_size
        weights = sum(one.numel() * one.element_size() for one in network.parameters())
        self.loaded = max(psutil.Process().memory_info().rss - before, weights)

    def read(self, ids: Sequence[int], ablation: Ablation) -> LayerReading:
        """See `Inspector.read`."""
        with self._at_work() as network, torch.inference_mode(), self._without(ablation):
            out = network(input_ids=torch.tensor([list(ids)]), output_attentions=True)
            if len(out.attentions) != len(self._layers.blocks):  # some layers read the text in another way
                raise UnsupportedRequest("layers", model=self._name)
            attention = np.stack([one[0].numpy() for one in out.attentions])
            if self._layers.head is None:
                vector = out.last_hidden_state[0].mean(dim=0).numpy()
                return LayerReading(attention=attention, causal=self.causal, vector=vector)
            logs = torch.log_softmax(out.logits[0, :-1], dim=-1)
            own = logs.gather(1, torch.tensor(list(ids[1:]))[:, None])[:, 0].numpy()
            logits = out.logits[0, -1].numpy()
        return LayerReading(attention=attention, causal=self.causal, logprobs=own, logits=logits)

    def states(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """See `Inspector.states`."""
        with self._at_work() as network, torch.inference_mode():
            out = network(input_ids=torch.tensor([list(ids)]), output_hidden_states=True)
            return np.stack([one[0].float().numpy() for one in out.hidden_states[1:]])

    def input_embeddings(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """See `Inspector.input_embeddings`."""
        with self._at_work(), torch.inference_mode():
            rows = self._layers.embeddings.weight[torch.tensor(list(ids))]
            return cast("NDArray[np.float32]", rows.float().numpy().copy())

    def nearest(self, vector: NDArray[np.float32], most: int) -> tuple[list[int], list[float]]:
        """Ids and cosines. See `Inspector.nearest`."""
        with self._at_work(), torch.inference_mode():
            table = self._layers.embeddings.weight.float()
            wanted = torch.from_numpy(np.ascontiguousarray(vector, np.float32))
            lengths = table.norm(dim=1).clamp_min(_SHORTEST) * wanted.norm().clamp_min(_SHORTEST)
            best = torch.topk(table @ wanted / lengths, min(most, len(table)))
            return best.indices.tolist(), best.values.tolist()

    def lens(self, ids: Sequence[int], position: int) -> NDArray[np.float32]:
        """See `Inspector.lens`."""
        head, norm = self._layers.head, self._layers.norm
        if head is None or norm is None:
            raise UnsupportedRequest("lens", model=self._name)
        with self._at_work() as network, torch.inference_mode():
            out = network(input_ids=torch.tensor([list(ids[: position + 1])]), output_hidden_states=True)
            early = torch.stack([one[0, -1] for one in out.hidden_states[:-1]])
            # The last of the hidden states has been through the norm already.
            rows = torch.cat([head(norm(early)), out.logits[0, -1:]])
            return cast("NDArray[np.float32]", rows.numpy())

    def salience(self, ids: Sequence[int], position: int, target: int, method: Salience) -> NDArray[np.float32]:
        """See `Inspector.salience`."""
        if self._layers.head is None:
            raise UnsupportedRequest("lens", model=self._name)
        with self._at_work() as network:
            with torch.no_grad():
                whole = self._layers.embeddings(torch.tensor([list(ids[: position + 1])]))
            shares = [1.0] if method == "gradient" else [(step + 0.5) / _STEPS for step in range(_STEPS)]
            total = torch.zeros_like(whole)
            for share in shares:  # the midpoint rule
                given = (whole * share).requires_grad_()
                (gradient,) = torch.autograd.grad(network(inputs_embeds=given).logits[0, -1, target], given)
                total += gradient
            return cast("NDArray[np.float32]", (whole * total / len(shares))[0].sum(dim=-1).detach().numpy())

    def positions(self) -> Positions:
        """See `Inspector.positions`."""
        with self._at_work(), torch.inference_mode():
            # Of models with two kinds of attention, that of the one which sees the whole text.
            turns = first_attribute(self._layers.rotary, "inv_freq", "full_attention_inv_freq")
            if turns is not None:
                return Positions(kind="rotary", turns=turns.float().cpu().numpy().copy())
            if self._layers.places is not None:
                table = torch.nn.functional.normalize(self._layers.places.weight[:_PLACES].float(), dim=1)
                return Positions(kind="absolute", likeness=(table @ table.T).numpy())
        return Positions(kind=None)

    def close(self) -> None:
        with self._lock:
            self._network = None

    @contextmanager
    def _at_work(self) -> Iterator[Any]:
        with self._lock:
            if self._network is None:
                raise Unavailable(provider="huggingface")
            self.computed += 1
            yield self._network

    @contextmanager
    def _without(self, ablation: Ablation) -> Iterator[None]:
        """Heads whose output is 0, and layers that are passed by."""
        with ExitStack() as hooks:
            for layer, output in enumerate(self._layers.outputs):
                if heads := [head for one, head in ablation.heads if one == layer]:
                    hooks.callback(output.register_forward_pre_hook(self._mute(heads)).remove)
            for layer in ablation.layers:
                hooks.callback(
                    self._layers.blocks[layer].register_forward_hook(_pass_by, with_kwargs=True, prepend=True).remove
                )
            yield

    def _mute(self, heads: Sequence[int]) -> Any:
        size = self._head_size

        def mute(_module: Any, given: tuple[Any, ...]) -> tuple[Any, ...]:
            kept = given[0].clone()
            for head in heads:
                kept[..., head * size : (head + 1) * size] = 0
            return (kept, *given[1:])

        return mute


def _pass_by(_module: Any, given: tuple[Any, ...], named: dict[str, Any], out: Any) -> Any:
    stream = given[0] if given else named["hidden_states"]
    return (stream, *out[1:]) if isinstance(out, tuple) else stream
