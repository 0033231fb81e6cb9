"""Many replies, one forward pass for each step of all of them.

Each row of the batch lies at the beginning of its slot in one buffer, however long it is; a mask hides what follows it.
So nothing moves while the replies grow, and a pass that fails half-way has spoilt nothing: what it wrote lies behind
the ends of the rows.
"""

from __future__ import annotations

import inspect
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import Cache, DynamicCache
from transformers.cache_utils import DynamicLayer

from providers.adapters.huggingface.engines.torch.run import TorchRun
from providers.adapters.huggingface.families.vision import keeps_image_positions

SHORT = 1024
"""Tokens of a row in the batch of the short ones. Each further batch takes rows twice as long, so that memory and time
spent on what lies behind a row's end stay within the same factor."""
_GRAIN = 128
"""Tokens by which the buffers grow."""

States = tuple[torch.Tensor, torch.Tensor]
"""Keys and values of one row in one layer, each of shape (1, heads, tokens, width)."""


def limit_for(tokens: int) -> int:
    """The longest row of the batch that takes rows of so many tokens."""
    return max(SHORT, 1 << (tokens - 1).bit_length())


def joinable(network: Any, cache: Any, tokens: int) -> bool:
    """Whether a reply with this cache may share its passes with others of other lengths.

    Every layer must keep exactly one key and value for each token read: windows, recurrent states and layers that
    share another's keys do not. The model must take the positions as an input; some rotary embeddings stretch with
    the longest row of the pass, which would change the shorter ones, and some depend on the picture seen last.
    """
    plain = all(type(layer) is DynamicLayer and layer.get_seq_length() == tokens for layer in cache.layers)
    if not (plain and cache.layers and {"attention_mask", "position_ids"} <= set(_parameters(network))):
        return False
    if keeps_image_positions(network):
        return False
    kinds = [getattr(module, "rope_type", None) for module in network.modules()]
    return not any(isinstance(kind, str) and ("dynamic" in kind or kind == "longrope") for kind in kinds)


def _parameters(network: Any) -> Collection[str]:
    return inspect.signature(network.forward).parameters


@dataclass(slots=True)
class _Pass:
    """Where a pass writes: slot and place of each row's new token, as index tensors."""

    rows: torch.Tensor
    places: torch.Tensor
    longest: int


class _Slots(DynamicLayer):  # type: ignore[misc]  # mypy does not look into transformers
    """One layer's keys and values, of shape (slots, heads, room, width); the model sees what the pass needs of them."""

    def __init__(self, states: States) -> None:
        super().__init__()
        self.is_initialized = True
        self.buffers = [part.new_zeros((0, part.shape[1], 0, part.shape[3])) for part in states]
        self.now: _Pass | None = None

    def get_seq_length(self) -> int:
        return self.now.longest if self.now else 0

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: object, **kwargs: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        now = self.now
        if now is None:
            raise RuntimeError("outside of a pass")
        count, length = len(now.rows), now.longest + 1
        for buffer, new in zip(self.buffers, (key_states, value_states), strict=True):
            buffer[now.rows, :, now.places] = new[:, :, 0]
        keys, values = self.buffers
        return keys[:count, :, :length], values[:count, :, :length]

    def resize(self, slots: int, room: int) -> None:
        """Keep what fits. Where memory is too short for a larger buffer, the smaller one stays as it is."""
        for place, buffer in enumerate(self.buffers):
            if (buffer.shape[0], buffer.shape[2]) != (slots, room):
                self.buffers[place] = _resize_buffer(buffer, slots, room)

    def put(self, slot: int, states: States) -> None:
        """Zeros behind the row: what an earlier one left could be infinite, and hidden it would still count as NaN."""
        for buffer, part in zip(self.buffers, states, strict=True):
            buffer[slot, :, : part.shape[2]] = part[0]
            buffer[slot, :, part.shape[2] :] = 0


def _resize_buffer(buffer: torch.Tensor, slots: int, room: int) -> torch.Tensor:
    new = buffer.new_zeros((slots, buffer.shape[1], room, buffer.shape[3]))
    kept, length = min(slots, buffer.shape[0]), min(room, buffer.shape[2])
    new[:kept, :, :length] = buffer[:kept, :, :length]
    return new


class Batch:
    """Rows of up to `limit` tokens. Belongs to the engine's thread."""

    def __init__(self, network: Any, limit: int) -> None:
        self.limit = limit
        self.rows: list[TorchRun] = []
        self._lengths: list[int] = []
        self._network = network
        self._layers: list[_Slots] = []

    def join(self, run: TorchRun, states: Sequence[States]) -> None:
        """Copy these states in. Where that fails the batch is as it was."""
        if not self._layers:
            self._layers = [_Slots(layer) for layer in states]
        length = states[0][0].shape[2]
        self._fit(len(self.rows) + 1, max([length, *self._lengths]) + 1)
        for layer, part in zip(self._layers, states, strict=True):
            layer.put(len(self.rows), part)
        self.rows.append(run)
        self._lengths.append(length)

    def leave(self, run: TorchRun) -> None:
        """The last row takes its slot. Nothing happens where it is not among the rows."""
        if run not in self.rows:
            return
        slot, last = self.rows.index(run), len(self.rows) - 1
        if slot != last:
            states = self.states(self.rows[last])
            for layer, part in zip(self._layers, states, strict=True):
                layer.put(slot, part)
            self.rows[slot], self._lengths[slot] = self.rows[last], self._lengths[last]
        self.rows.pop()
        self._lengths.pop()
        if not self.rows:
            self._layers = []

    def states(self, run: TorchRun) -> list[States]:
        """Views into the buffers, layer by layer."""
        slot = self.rows.index(run)
        part = (slice(slot, slot + 1), slice(None), slice(self._lengths[slot]))
        return [(keys[part], values[part]) for keys, values in (layer.buffers for layer in self._layers)]

    def cache(self, run: TorchRun) -> DynamicCache:
        """A copy, for a row that goes on alone."""
        return DynamicCache([(keys.clone(), values.clone()) for keys, values in self.states(run)])

    def full_rows(self) -> list[TorchRun]:
        """The rows with no room for another token."""
        return [run for run, length in zip(self.rows, self._lengths, strict=True) if length >= self.limit]

    def longest(self) -> TorchRun:
        return self.rows[int(np.argmax(self._lengths))]

    def step(self, ready: Collection[TorchRun]) -> list[tuple[TorchRun, NDArray[np.float32]]]:
        """One pass; the ready rows with the logits, shape (vocabulary,), of what follows their unread token.

        The other rows are computed too, since moving them out of the way would cost more, but nothing is kept of it.
        """
        longest = max(self._lengths)
        self._fit(len(self.rows), longest + 1)
        logits = self._forward(longest)
        given = []
        for slot, run in enumerate(self.rows):
            if run in ready:
                self._lengths[slot] += 1
                given.append((run, logits[slot]))
        return given

    def _forward(self, longest: int) -> NDArray[np.float32]:
        device = self._network.device
        places = torch.tensor(self._lengths, device=device)
        now = _Pass(torch.arange(len(self.rows), device=device), places, longest)
        for layer in self._layers:
            layer.now = now
        mask = None
        if min(self._lengths) < longest:
            mask = (torch.arange(longest + 1, device=device) <= places[:, None]).long()
        out = self._network(
            input_ids=torch.tensor([run.unread for run in self.rows], device=device),
            attention_mask=mask,
            position_ids=places[:, None],
            past_key_values=Cache(layers=list(self._layers)),
            use_cache=True,
            logits_to_keep=1,
        )
        logits: NDArray[np.float32] = out.logits[:, -1].float().cpu().numpy()
        return logits

    def _fit(self, rows: int, tokens: int) -> None:
        """Buffers for so much, with little to spare: what others left is given back."""
        slots, _, room, _ = self._layers[0].buffers[0].shape
        if not rows <= slots <= 2 * rows + 4:
            slots = rows + rows // 4
        if not tokens <= room <= 2 * tokens + _GRAIN:
            room = -(-tokens // _GRAIN) * _GRAIN
        for layer in self._layers:
            layer.resize(slots, room)


def states_of(cache: Any) -> list[States]:
    """Of a cache that is `joinable`."""
    return [(layer.keys, layer.values) for layer in cache.layers]
