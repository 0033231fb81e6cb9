"""Errors as values: what a defect leaves behind, on the page and in the log."""

import logging

import pytest

from providers.errors import Failure, LimitExceeded

log = logging.getLogger(__name__)


def test_a_failure_keeps_the_key_and_the_values() -> None:
    assert Failure.of(LimitExceeded("labels", limit=5)) == Failure("limit_exceeded.labels", {"limit": 5})


def test_a_defect_is_logged_by_its_class_and_its_line_alone(caplog: pytest.LogCaptureFixture) -> None:
    try:
        int("a visitor's secret")
    except ValueError as error:
        failure = Failure.of_defect(error, "column openai/model", log)
    assert failure == Failure("internal")
    assert caplog.text.count("\n") == 1
    assert "column openai/model failed: ValueError at " in caplog.text
    assert "test_errors.py:" in caplog.text
    assert "secret" not in caplog.text


def test_a_defect_that_was_never_raised_is_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    assert Failure.of_defect(RuntimeError("secret"), "the page", log) == Failure("internal")
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


def test_a_part_of_the_playground_adds_reasons_and_keeps_the_key() -> None:
    class _TooMany(LimitExceeded, code="limit_exceeded"):
        reasons = ("chairs",)

    assert _TooMany("chairs", limit=3).key == "limit_exceeded.chairs"
    with pytest.raises(ValueError, match="labels"):
        _TooMany("labels")
