"""What the tab's sections share."""

from __future__ import annotations

import pytest

from playground.tabs.models.page.room import recall, remember


def test_what_is_shown_is_remembered_while_the_page_is_read_again() -> None:
    assert recall(remember("A text", ("one", "two"))) == ("A text", ("one", "two"))


@pytest.mark.parametrize("held", [None, "", "7", "[", "[]", "[1, 2]", '{"a": 1}', 7, '["x", "a", 5, ["b"]]'])
def test_whatever_else_the_browser_says_is_nothing_or_only_names(held: object) -> None:
    assert recall(held) in (("", ()), ("x", ("a",)))
