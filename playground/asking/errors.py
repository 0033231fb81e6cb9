"""What is wrong with what a model is to be asked, whoever asks."""

from __future__ import annotations

from providers.errors import InputError, LimitExceeded


class ArgumentError(InputError, code="input_error"):
    """A value of another kind than is asked for. Values: name; of a number low and high, of a choice choices."""

    reasons = ("not_text", "role", "number", "choice")


class AssistantError(InputError, code="input_error"):
    """There is no such assistant. Values: name."""

    reasons = ("assistant",)


class RequestLimit(LimitExceeded, code="limit_exceeded"):
    """More than is sent to a model at once. Values: limit; of stop sequences also length, of each."""

    reasons = ("message_length", "stop_sequences", "history", "tokens", "columns", "images", "conversations")
