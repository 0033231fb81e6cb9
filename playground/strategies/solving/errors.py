"""What is wrong with what a strategy was given."""

from __future__ import annotations

from providers.errors import InputError


class StrategyError(InputError, code="input_error"):
    """A formula of the calculator, a template, the examples before a question, the number of options."""

    reasons = ("expression", "placeholder", "no_question", "no_examples", "options")
