"""What is wrong with what is asked of a tree of tokens or of a grid of settings."""

from __future__ import annotations

from providers.errors import InputError, LimitExceeded


class NodeError(InputError, code="input_error"):
    """There is no such node in the tree."""

    reasons = ("node",)


class SamplingLimit(LimitExceeded, code="limit_exceeded"):
    """Values: limit."""

    reasons = ("cells", "nodes")
