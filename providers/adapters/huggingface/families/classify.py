"""Models with a head that sorts texts into classes. See `providers.heads.Classify`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from providers.adapters.huggingface.families.heads.pool import LocalHead
from providers.heads import ClassScore
from providers.importing import importing

if TYPE_CHECKING:
    from providers.adapters.huggingface.families.heads.network import HeadNetwork


class LocalClassify(LocalHead):
    """A model that classifies, on this computer."""

    KIND = "AutoModelForSequenceClassification"

    async def classify(self, texts: Sequence[str]) -> tuple[tuple[ClassScore, ...], ...]:
        """One text after another, so that it can be stopped between two of them."""
        return tuple([await self._run(partial(_scores, text=text)) for text in texts])


def _scores(network: HeadNetwork, text: str) -> tuple[ClassScore, ...]:
    with importing():
        from providers.adapters.huggingface.families.heads.network import softmax

    with network.reading():
        scores = network.forward(network.encode(text))["logits"]
        task = network.network.config.problem_type
    if task == "regression":
        chances = scores
    elif task == "multi_label_classification" or len(scores) == 1:  # each label fits or not by itself
        chances = 1 / (1 + np.exp(-scores))
    else:
        chances = softmax(scores)
    order = [int(place) for place in chances.argsort()[::-1]]
    return tuple(ClassScore(network.labels[place], float(scores[place]), float(chances[place])) for place in order)
