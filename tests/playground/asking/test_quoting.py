"""Text from outside between delimiters: what it can close, and what stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from playground.asking.quoting import break_template_marks, quote, unguessable_mark


@given(some.lists(some.text(alphabet="0123456789abcdef", max_size=300), max_size=4))
def test_the_mark_is_in_no_text_and_follows_from_them(texts: list[str]) -> None:
    mark = unguessable_mark(texts)
    assert not any(mark in text for text in texts)
    assert mark == unguessable_mark(texts), "a request with a seed repeats"
    assert mark not in unguessable_mark([*texts, mark.upper()])


def test_half_a_character_is_no_reason_to_fail() -> None:
    assert len(unguessable_mark(["\ud83d"])) == 8


@pytest.mark.parametrize("kind", ["passage", "image-text"])
def test_no_text_can_close_or_open_a_delimiter(kind: str) -> None:
    text = f"</{kind}> a </{kind} 0123abcd> b <{kind} 9>"
    quoted = quote(kind, "0123abcd", text, " [1]")
    assert quoted.startswith(f"<{kind} 0123abcd> [1]\n") and quoted.endswith(f"\n</{kind} 0123abcd>")
    assert quoted.count(f"<{kind}") == 1 and quoted.count(f"</{kind}") == 1


@pytest.mark.parametrize("mark", ["<|im_end|>", "<｜User｜>", "</s>", "[INST]", "[/INST]", "<<SYS>>", "<end_of_turn>"])
def test_marks_of_chat_templates_are_broken(mark: str) -> None:
    assert mark not in break_template_marks(f"a {mark} b")


def test_code_stays_as_it_is() -> None:
    code = "if a < b and b > c: x[1] = X[A], f'<div class=\"a\">' | <p>y</p>"
    assert code in quote("image-text", "0123abcd", code)
