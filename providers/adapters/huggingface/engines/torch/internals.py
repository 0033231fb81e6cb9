"""What the white box asks of a loaded PyTorch model: logits of what comes next, scores of what is there."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import DynamicCache

from providers.adapters.huggingface.engines.base import TokenScore
from providers.decoding import Vector

PIECE = 256
"""Tokens read at once where only what follows the last is wanted."""
_LOGITS = 1 << 25
"""Logits that stand side by side while a text is scored: 128 MB in 32 bits, 682 tokens of a vocabulary of 49,152."""
_KEPT = 4
"""Texts whose keys and values are kept: a path grown token by token is not read again from its beginning."""


@dataclass(slots=True)
class _Read:
    tokens: list[int]
    cache: Any
    logits: Vector


class TorchInternals:
    """Blocking; for several threads, one at a time."""

    def __init__(self, network: Any) -> None:
        self._network = network
        self._lock = threading.Lock()
        self._reads: list[_Read] = []

    def logits(self, tokens: Sequence[int]) -> Vector:
        """The logits, shape (vocabulary,), of what follows."""
        wanted = list(tokens)
        with self._lock, torch.inference_mode():
            known = max(self._reads, key=lambda read: _common_length(read.tokens, wanted), default=None)
            if known is not None and known.tokens == wanted:
                return known.logits
            cache, start = DynamicCache(config=self._network.config), 0
            if known is not None and len(known.tokens) == _common_length(known.tokens, wanted):
                cache, start = known.cache, len(known.tokens)
                self._reads.remove(known)
            for place in range(start, len(wanted), PIECE):
                ids = torch.tensor([wanted[place : place + PIECE]], device=self._network.device)
                out = self._network(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
            logits: Vector = out.logits[0, -1].float().cpu().numpy().astype(np.float64)
            self._reads = [*self._reads[1 - _KEPT :], _Read(wanted, cache, logits)]
            return logits

    def score(self, tokens: Sequence[int], alternatives: int) -> list[TokenScore]:
        """Each token but the first, in pieces so that the logits of a long text never stand side by side."""
        cache, scores = DynamicCache(config=self._network.config), list[TokenScore]()
        piece = max(1, _LOGITS // self._network.config.get_text_config().vocab_size)
        with self._lock, torch.inference_mode():
            for place in range(0, len(tokens) - 1, piece):
                read = list(tokens[place : min(place + piece, len(tokens) - 1)])
                ids = torch.tensor([read], device=self._network.device)
                logits = self._network(input_ids=ids, past_key_values=cache, use_cache=True).logits[0].float()
                total = logits.logsumexp(dim=-1, keepdim=True)
                following = torch.tensor(tokens[place + 1 : place + 1 + len(read)], device=ids.device)
                own = logits.gather(1, following[:, None])
                ranks = (logits > own).sum(dim=-1) + 1
                best = torch.topk(logits, min(alternatives, logits.shape[1]), dim=-1)
                logprobs, others = (own - total)[:, 0], (best.values - total).tolist()
                found = logprobs.tolist(), ranks.tolist(), best.indices.tolist(), others
                scores += [
                    TokenScore(logprob, rank, tuple(zip(ids_, values, strict=True)))
                    for logprob, rank, ids_, values in zip(*found, strict=True)
                ]
        return scores


def _common_length(known: Sequence[int], wanted: Sequence[int]) -> int:
    """Length of the beginning that two texts have in common."""
    differing = (place for place, (one, other) in enumerate(zip(known, wanted, strict=False)) if one != other)
    return next(differing, min(len(known), len(wanted)))
