"""What is wrong with what is asked of a model that is taken apart."""

from __future__ import annotations

from providers.errors import InputError, LimitExceeded


class LayersError(InputError, code="input_error"):
    """There is no such token in the text, no such head or layer in the model; a text too short to be guessed."""

    reasons = ("layer_place", "short_text")


class LayersLimit(LimitExceeded, code="limit_exceeded"):
    """Values: limit, and tokens, how many there are."""

    reasons = ("layer_tokens", "text_tokens")


class NgramError(InputError, code="input_error"):
    """An n-gram model that cannot be trained: "order", values: highest; "short_training", values: words, least."""

    reasons = ("order", "short_training")
