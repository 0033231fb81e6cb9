"""What is wrong with what is to be measured: task sets, their tables, runs."""

from __future__ import annotations

from typing import ClassVar

from providers.errors import InputError, LimitExceeded


class MeasuringError(InputError, code="input_error"):
    """There is no such task set, metric or run. Values: name."""

    reasons = ("task_set", "metric", "run")


class UnusableReferences(InputError, code="input_error"):
    """What a reference metric is to compare cannot be compared.

    Values: of "unequal" said and right, how many there are of each; of "references" and "probability" item, from 1.
    """

    reasons = ("unequal", "references", "items", "probability", "happened", "one_class", "needs")


class DocumentError(InputError):
    """A file that cannot be used, here a table of tasks or of questions.

    Values: file; of a row of a table also line, from 1; of a length limit.
    """

    reasons: ClassVar[tuple[str, ...]] = (
        "line",
        "table",
        "columns",
        "no_rows",
        "layout",
        "row",
        "row_question",
        "row_answer",
        "row_number",
        "row_choice",
        "row_choices",
        "row_tests",
        "row_either",
        "row_place",
        "row_quotes",
        "row_twice",
        "row_length",
    )


class MeasuringLimit(LimitExceeded, code="limit_exceeded"):
    """Values: limit."""

    reasons = ("rows", "cells", "runs", "answers", "text")
