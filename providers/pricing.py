"""What a call costs, from the offline price list of `genai-prices`: an estimate, for vendors change prices."""

from __future__ import annotations

from providers.types import ModelInfo, Usage

_PRICE_LIST_NAMES = {"gemini": "google", "huggingface-router": "huggingface"}
"""Where the list's name of a vendor differs from ours."""


def load_prices() -> None:
    """Import the price list, which `cost` else does when it is first asked."""
    import genai_prices.data  # noqa: F401


def cost(model: ModelInfo, usage: Usage) -> float | None:
    """US dollars; 0 for a model on this computer, `None` for one that the list does not know."""
    if model.local:
        return 0.0
    from genai_prices import Usage as Tokens
    from genai_prices import calc_price

    tokens = Tokens(
        input_tokens=usage.input_tokens, output_tokens=usage.output_tokens, cache_read_tokens=usage.cached_tokens
    )
    try:
        price = calc_price(tokens, model.id, provider_id=_PRICE_LIST_NAMES.get(model.provider, model.provider))
    except LookupError:
        return None
    return float(price.total_price)
