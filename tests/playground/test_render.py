"""HTML in a message is seen, not obeyed, and comes back as it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.labs.chat import Reply
from playground.text import texts
from playground.ui.render import Renderer, tags_shown, tags_typed
from providers.types import Change


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


def test_what_is_cut_is_said_while_the_model_has_not_answered_yet() -> None:
    cut = Change(what="history", reason="cut", values={"messages": 4, "context": 128})
    shown = Renderer(texts(), "en").reply(Reply(model="scripted/echo", changes=(cut,)))
    assert "4" in shown[0]["metadata"]["title"] and "128" in shown[0]["metadata"]["title"]
    assert shown[-1]["metadata"]["status"] == "pending"
