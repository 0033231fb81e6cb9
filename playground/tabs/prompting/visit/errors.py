"""What is wrong with a question of the visitor's own."""

from __future__ import annotations

from providers.errors import InputError


class QuestionError(InputError, code="input_error"):
    """Its right answer, or the choices among which it is."""

    reasons = ("truth", "choices")
