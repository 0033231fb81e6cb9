"""In which language a text is written."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_WORD = re.compile(r"[^\W\d_]{2,}")
_FEWEST_LETTERS = 16
_SURE = 0.5
_SAMPLES = 4
_SAMPLE = 1500


def detect_language(text: str) -> str:
    """ISO 639-1, by py3langid (naive Bayes over byte n-grams; Lui & Baldwin 2012); empty where it is less than half
    sure, or there are too few letters to say. Long texts are looked at in four places."""
    words = " ".join(_WORD.findall(_samples(text)))
    if len(words) < _FEWEST_LETTERS:
        return ""
    language, probability = identifier().classify(words)
    return str(language) if probability >= _SURE else ""


def _samples(text: str) -> str:
    if len(text) <= _SAMPLES * _SAMPLE:
        return text
    step = (len(text) - _SAMPLE) // (_SAMPLES - 1)
    return "\n".join(text[place * step : place * step + _SAMPLE] for place in range(_SAMPLES))


@cache
def identifier() -> LanguageIdentifier:
    """Half a second to load, by way of a temporary file; 80 MB in memory."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
