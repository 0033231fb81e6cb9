"""Whether an engine computes the same model: its likelihood of a fixed text, against that of transformers in float32.

The measure is the mean negative log-likelihood in nats a token: taken once a model and variant, kept in its record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from providers.importing import importing

REFERENCE = "reference"
TOLERANCE = 0.01
"""Share of the reference by which a variant may stray."""
TEXTS = (
    "The old lighthouse on the cape had not been lit for thirty years. When the new keeper climbed its stairs, she "
    "counted 112 steps, two broken windows and one nest of swallows. She opened the log book, dipped her pen and "
    "wrote: wind from the north, sea calm, three ships in sight. Then she cleaned the lens until it shone. In the "
    "evening people of the village saw the light turn, and nobody could say who had asked for it. Water boils at "
    "100 degrees at sea level, she told the children who came to visit, but a little earlier up here.",
    "La biblioteca del barrio abre los martes y los jueves por la tarde. Hay una mesa larga junto a la ventana, donde "
    "los niños hacen los deberes y los mayores leen el periódico. Ayer llegó una caja con 48 libros: novelas, mapas "
    "y un diccionario enorme que nadie levanta con una sola mano. La bibliotecaria los ordenó por temas y, antes "
    "de cerrar, escribió en la pizarra una pregunta: ¿qué libro te llevarías a una isla? Por la mañana había más de "
    "veinte respuestas, y ninguna era igual a otra.",
)
"""Written for this purpose: no model has seen them."""
BY_LANGUAGE = dict(zip(("en", "es"), TEXTS, strict=True))
"""The same, by their language."""
FILE = "fidelity.json"


@dataclass(slots=True)
class Fidelity:
    """The texts in the model's tokens, and what was measured by variant; passed on from program to program."""

    prompts: list[list[int]]
    nll: dict[str, float] = field(default_factory=dict)
    speeds: dict[str, dict[str, float]] = field(default_factory=dict)
    """Tokens a second by variant; see `engines.speed`."""

    def add(self, variant: str, logprobs: Sequence[Sequence[float]]) -> None:
        """Of the log-probabilities of every token but the first of each text: their mean, negated."""
        self.nll[variant] = float(-np.mean(np.concatenate([np.asarray(text, np.float64) for text in logprobs])))

    def write(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(asdict(self)), "utf-8")

    @classmethod
    def read(cls, folder: Path) -> Fidelity:
        return cls(**json.loads((folder / FILE).read_text("utf-8")))


def deviation(measured: float, reference: float) -> float:
    """By what share of the reference a measurement differs from it."""
    return abs(measured - reference) / reference


def passes(variant: str, nll: Mapping[str, float]) -> bool:
    """Within the tolerance. Nothing that nobody measured passes, but transformers itself."""
    if is_measured(variant, nll):
        return deviation(nll[variant], nll[REFERENCE]) <= TOLERANCE
    return variant.startswith("torch")


def is_measured(variant: str, nll: Mapping[str, float]) -> bool:
    """It was compared with the reference."""
    return variant in nll and REFERENCE in nll


def take_fidelity(folder: Path) -> Fidelity:
    """What was measured of a folder just made, for its record; the file goes."""
    if not (folder / FILE).is_file():
        return Fidelity([])
    measured = Fidelity.read(folder)
    (folder / FILE).unlink()
    return measured


def score_network(network: Any, prompts: Sequence[Sequence[int]]) -> list[list[float]]:
    """The log-probability of every token but the first of each prompt, by a model of transformers."""
    with importing():
        import torch

    scores = []
    with torch.inference_mode():
        for prompt in prompts:
            ids = torch.tensor([list(prompt)], device=network.device)
            logs = torch.log_softmax(network(input_ids=ids).logits[0, :-1].float(), dim=-1)
            chosen: list[float] = logs.gather(1, ids[0, 1:, None])[:, 0].tolist()
            scores.append(chosen)
    return scores
