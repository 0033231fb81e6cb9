"""How well a model of this computer reads languages: bits per byte of fixed texts, one a language, measured once."""

from __future__ import annotations

from collections.abc import Mapping

from playground.measuring.perplexity import text_likelihood
from providers.types import ModelInfo
from providers.whitebox import KeepsLanguages


async def measure_languages(box: KeepsLanguages, model: ModelInfo) -> Mapping[str, float]:
    """`ModelCard.bits`, kept for the next time. Raises what `WhiteBox.score` raises."""
    known = (await box.describe(model)).bits
    if known:
        return known
    bits = {language: (await text_likelihood(box, model, text)).bits_per_byte for language, text in box.texts.items()}
    await box.keep_bits(model, bits)
    return bits
