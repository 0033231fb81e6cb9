"""Whether vectors computed in fewer bits are those computed in 32."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEAST_COSINE = 0.9999
"""Between the two vectors of a text."""
_SENTENCES = (
    "The river rose for three days before the bridge was closed.",
    "Los alumnos midieron la temperatura del agua cada diez minutos y anotaron el resultado.",
    "In 1928 Alexander Fleming noticed that a mould had killed the bacteria around it.",
    "def area(width, height): return width * height",
    "La fotosíntesis transforma la luz del sol en energía química, agua y oxígeno.",
    "Invoice no. 2041: 3 boxes at 12.50 € each, payable within 30 days.",
    "¿Dónde nace el río Ebro y en qué mar desemboca?",
    "She laughed, closed the old book and asked whether anybody had understood a single word.",
)
TEXTS = (*_SENTENCES, "Paris", " ".join(_SENTENCES[:4]), " ".join(_SENTENCES[4:]), " ".join(_SENTENCES))
"""From one word to more than half of what the default model reads; English, Spanish, numbers and code."""


def vectors_agree(exact: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    """Rows are unit vectors. False where a number is none."""
    return bool(np.min(np.sum(exact * other, axis=1, dtype=np.float64)) >= LEAST_COSINE)
