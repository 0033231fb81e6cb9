"""Numbers in brackets, as models write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from playground.tabs.rag.lab.answering.citations import citations, without_citations


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It opens at nine [1].", [(1,)]),
        ("Both [1, 2] say so.", [(1, 2)]),
        ("Both [1][3] say so.", [(1,), (3,)]),
        ("All [1-3].", [(1, 2, 3)]),
        ("All [1–3].", [(1, 2, 3)]),
        ("Ambos [1 y 3].", [(1, 3)]),
        ("See [Passage 2] and [pasaje 3].", [(2,), (3,)]),
        ("Thick 【3】.", [(3,)]),
        ("Twice [2, 2].", [(2,)]),
        ("No [x], [ ], [1.5], (1), [1, [^1], [] or [one].", []),
        ("Code `a[1]` and\n```\nb[2]\n```\nand [3].", [(3,)]),
        ("```\nunclosed [1]", []),
        ("A picture ![1](http://a.example/x.png).", []),
    ],
)
def test_what_is_a_citation(text: str, numbers: list[tuple[int, ...]]) -> None:
    assert [one.numbers for one in citations(text, 3)] == numbers


def test_the_span_is_the_citation() -> None:
    text = "Nine [1, 2], ten [3](https://a.example/)."
    assert [text[one.start : one.end] for one in citations(text, 3)] == ["[1, 2]", "[3](https://a.example/)"]


@pytest.mark.parametrize(
    ("text", "numbers", "unknown"),
    [("[4]", (), (4,)), ("[0]", (), (0,)), ("[2, 9]", (2,), (9,)), ("[2-5]", (2, 3), (4, 5)), ("[3-1]", (3, 1), ())],
)
def test_numbers_without_a_passage_are_reported_and_never_linked(
    text: str, numbers: tuple[int, ...], unknown: tuple[int, ...]
) -> None:
    (one,) = citations(text, 3)
    assert (one.numbers, one.unknown) == (numbers, unknown)


def test_a_text_without_its_citations() -> None:
    assert without_citations("It opens [1][2] at nine 【3】 .") == "It opens at nine ."


@given(some.text(alphabet="[]()123, -–y`!【】\n", max_size=60), some.integers(0, 3))
def test_spans_lie_in_the_text_and_numbers_exist(text: str, passages: int) -> None:
    end = 0
    for one in citations(text, passages):
        assert end <= one.start < one.end <= len(text)
        assert all(1 <= number <= passages for number in one.numbers)
        assert not any(1 <= number <= passages for number in one.unknown)
        end = one.end
