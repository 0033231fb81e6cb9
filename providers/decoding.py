"""From a model's logits to the next token: the sliders, defined once, as pure functions of one logits vector.

Every function takes and returns a vector of shape (vocabulary,); a token that is cut has logit −inf. They apply in this
order, which is that of transformers: penalties, temperature, top-k, top-p, min-p, typical-p. At temperature 0 the most
likely token after the penalties is taken, and the cuts change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from providers.sampling import PARAMETERS, Sampling

Vector = NDArray[np.float64]


def log_softmax(logits: Vector) -> Vector:
    """Natural logarithms of the probabilities."""
    shifted = logits - np.max(logits)
    result: Vector = shifted - np.log(np.sum(np.exp(shifted)))
    return result


def log_sum_exp(logits: Vector) -> float:
    """What `log_softmax` subtracts."""
    most = np.max(logits)
    return float(most + np.log(np.sum(np.exp(logits - most))))


def likeliest(logits: Vector, count: int) -> NDArray[np.intp]:
    """Up to `count` tokens, likeliest first; of equals the one that comes first in the vocabulary."""
    count = min(count, logits.size)
    if count <= 0:
        return np.empty(0, dtype=np.intp)
    among = np.flatnonzero(logits >= np.partition(logits, -count)[-count])
    return among[np.argsort(-logits[among], kind="stable")][:count]


def softmax(logits: Vector) -> Vector:
    weights = np.exp(logits - np.max(logits))
    result: Vector = weights / np.sum(weights)
    return result


def entropy(probabilities: Vector) -> float:
    """Shannon entropy in nats."""
    some = probabilities[probabilities > 0]
    return float(-np.sum(some * np.log(some)))


def repetition_penalty(logits: Vector, seen: Sequence[int], penalty: float) -> Vector:
    """Make every token of prompt and reply less likely: positive logits are divided, negative ones multiplied.

    Keskar et al. 2019, "CTRL", section 4.1.
    """
    tokens = np.unique(np.asarray(seen, dtype=np.int64))
    result = logits.copy()
    result[tokens] = np.where(logits[tokens] < 0, logits[tokens] * penalty, logits[tokens] / penalty)
    return result


def count_penalties(logits: Vector, generated: Sequence[int], frequency: float, presence: float) -> Vector:
    """Subtract `frequency` for each time a token is in the reply so far, and `presence` once. OpenAI's definition."""
    tokens, counts = np.unique(np.asarray(generated, dtype=np.int64), return_counts=True)
    result = logits.copy()
    result[tokens] -= frequency * counts + presence
    return result


def temperature(logits: Vector, value: float) -> Vector:
    """Divide by the temperature. Not for 0, which is the greedy choice: see `distribution`."""
    return logits / value


def top_k(logits: Vector, k: int) -> Vector:
    """Keep the k likeliest tokens, and whatever ties with the last of them. Fan et al. 2018."""
    if not 0 < k < logits.size:
        return logits
    smallest = np.partition(logits, -k)[-k]
    return np.where(logits < smallest, -np.inf, logits)


def top_p(logits: Vector, p: float) -> Vector:
    """Keep the likeliest tokens until their probabilities sum to p; at least one. Holtzman et al. 2019."""
    if p >= 1:
        return logits
    probabilities = softmax(logits)
    among, rest = _first(-logits, probabilities, p)
    order = among[np.argsort(logits[among], kind="stable")]
    keep = rest + np.cumsum(probabilities[order]) > 1 - p
    keep[-1] = True
    return _only(logits, order[keep])


def min_p(logits: Vector, p: float) -> Vector:
    """Keep tokens at least p times as likely as the likeliest. Nguyen et al. 2024."""
    probabilities = softmax(logits)
    return np.where(probabilities < p * np.max(probabilities), -np.inf, logits)


def typical_p(logits: Vector, mass: float) -> Vector:
    """Keep the tokens whose surprise is nearest to the entropy, until they hold that mass. Meister et al. 2022."""
    if not 0 < mass < 1:
        return logits
    logs = log_softmax(logits)
    probabilities = np.exp(logs)
    distance = np.abs(-logs - entropy(probabilities))
    among, _ = _first(distance, probabilities, mass)
    order = among[np.argsort(distance[among], kind="stable")]
    last = min(int(np.sum(np.cumsum(probabilities[order]) < mass)), order.size - 1)
    return np.where(distance > distance[order[last]], -np.inf, logits)


def _first(keys: Vector, probabilities: Vector, mass: float) -> tuple[NDArray[np.intp], float]:
    """Tokens with the smallest keys that hold at least `mass`, in no order, and the mass of all others.

    Spares the sorting of a whole vocabulary, which would take longer than a small model's pass for one token.
    """
    count = 512
    while count < keys.size:
        inside = keys <= np.partition(keys, count)[count]
        rest = float(np.sum(probabilities, where=~inside))
        if rest <= 1 - mass:
            return np.flatnonzero(inside), rest
        count *= 8
    return np.arange(keys.size), 0.0


def _only(logits: Vector, tokens: NDArray[np.intp]) -> Vector:
    result = np.full_like(logits, -np.inf)
    result[tokens] = logits[tokens]
    return result


def apply_penalties(logits: Vector, settings: Sampling, prompt: Sequence[int], generated: Sequence[int]) -> Vector:
    """Logits after the three penalties. The repetition penalty sees the prompt too, the other two the reply alone."""
    if settings.repetition_penalty not in (None, 1) and (prompt or generated):
        logits = repetition_penalty(logits, [*prompt, *generated], settings.repetition_penalty)
    if (settings.frequency_penalty or settings.presence_penalty) and generated:
        logits = count_penalties(logits, generated, settings.frequency_penalty or 0.0, settings.presence_penalty or 0.0)
    return logits


def distribution(
    logits: Vector, settings: Sampling, prompt: Sequence[int] = (), generated: Sequence[int] = ()
) -> Vector:
    """The probabilities, shape (vocabulary,), that the next token is drawn from."""
    logits = apply_penalties(np.asarray(logits, dtype=np.float64), settings, prompt, generated)
    if settings.temperature == 0:
        chosen = np.zeros_like(logits)
        chosen[np.argmax(logits)] = 1.0
        return chosen
    if settings.temperature is not None:
        logits = temperature(logits, settings.temperature)
    if settings.top_k:
        logits = top_k(logits, settings.top_k)
    return _of_the_left(logits, lambda left: _of_the_left(_cuts_by_mass(left, settings), softmax))


def _of_the_left(logits: Vector, work: Callable[[Vector], Vector]) -> Vector:
    """Probabilities that `work` gives the tokens which are left; few tokens, little work. Zero for what is cut."""
    left = logits != -np.inf
    if left.all():
        return work(logits)
    places = np.flatnonzero(left)
    result = np.zeros_like(logits)
    result[places] = work(logits[places])
    return result


CUTS: Mapping[str, Callable[[Vector, Any], Vector]] = {one.__name__: one for one in (top_k, top_p, min_p, typical_p)}
"""The parameters of `providers.sampling` that cut tokens off, each by the function of its name, in this order."""


def _cuts_by_mass(logits: Vector, settings: Sampling) -> Vector:
    """All cuts but the one by rank, which comes first."""
    for name, cut in CUTS.items():
        value = getattr(settings, name)
        if cut is not top_k and value is not None and value != PARAMETERS[name].neutral:
            logits = cut(logits, value)
    return logits


def draw(probabilities: Vector, uniform: float) -> int:
    """The token at which the cumulative probability passes `uniform`, a number in [0, 1)."""
    edges = np.cumsum(probabilities)
    place = int(np.searchsorted(edges, uniform * edges[-1], side="right"))
    return place if place < edges.size else int(np.flatnonzero(probabilities)[-1])  # a product that was rounded up
