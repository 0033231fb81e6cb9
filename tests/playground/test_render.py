"""HTML in a message is seen, not obeyed, and comes back as it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.ui.render import tags_shown, tags_typed


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("What does <b> do?", r"What does \<b> do?"),
        ("</div><!-- x -->", r"\</div>\<!-- x -->"),
        ("1 < 2 and 3 <4", "1 < 2 and 3 <4"),
        ("one<br>two H<sub>2</sub>O", "one<br>two H<sub>2</sub>O"),
        ("`<b>` and $a<b$", "`<b>` and $a<b$"),
        ("```html\n<b>\n```\n<i>", "```html\n<b>\n```\n\\<i>"),
        ("```html\n<b> unfinished", "```html\n<b> unfinished"),
    ],
)
def test_tags_are_shown(typed: str, shown: str) -> None:
    assert tags_shown(typed) == shown
    assert tags_typed(shown) == typed


@given(st.text(alphabet="<>b/ $`a1\n", max_size=40))
def test_nothing_is_lost(typed: str) -> None:
    assert tags_typed(tags_shown(typed)) == typed
