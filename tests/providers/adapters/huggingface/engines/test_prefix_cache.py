"""Which requests may begin together."""

from __future__ import annotations

import pytest

from providers.adapters.huggingface.engines.openvino import prefix_cache
from providers.adapters.huggingface.engines.openvino.prefix_cache import PrefixCacheGuard, PromptStart, prefixes

ROOM = 100


def a_start(text: str) -> PromptStart:
    return PromptStart(prefixes(map(ord, text)))


def begun(own: PrefixCacheGuard, *texts: str) -> list[PromptStart]:
    """They begin one after the other, each when the one before has settled."""
    found = [a_start(text) for text in texts]
    assert all(own.begin(start, [], 0) for start in found)
    return found


def test_equal_beginnings_have_equal_numbers_and_no_others() -> None:
    one, other = prefixes([1, 2, 3]), prefixes([1, 2, 4, 5])
    assert one[:2] == other[:2]
    assert len({*one, *other}) == 5
    assert prefixes([]) == []


@pytest.mark.parametrize(
    ("earlier", "one", "other", "together"),
    [
        ([], "What is a token?", "What is a model?", True),
        (["What is"], "What is a token?", "What is a model?", False),
        (["What is a t"], "What is a token?", "What is a model?", True),
        (["first question", "second one"], "first question. And?", "second one. And?", True),
        ([], "The same", "The same", False),
        ([], "The same", "The same and more", False),
        ([], "The same and more", "The same", True),
        (["", "x"], "", "", True),
    ],
)
def test_two_that_continue_one_text_begin_one_after_the_other(
    earlier: list[str], one: str, other: str, together: bool
) -> None:
    own = PrefixCacheGuard(ROOM)
    begun(own, *earlier)
    (reading,) = begun(own, one)
    assert own.begin(a_start(other), [reading], 0) is together
    assert own.begin(a_start(other), [], 0), "when the first has settled"


def test_no_prompt_is_cut_while_another_is_read() -> None:
    own = PrefixCacheGuard(ROOM)
    assert own.begin(a_start("a" * 60), [], 40)
    (short,) = begun(own, "short")
    assert not own.begin(a_start("b" * 60), [short], 41)
    assert own.begin(a_start("b" * 60), [short], 40)
    (long,) = begun(own, "c" * 101)
    assert not own.begin(a_start("d"), [long], 0)
    assert own.begin(a_start("d"), [], 0)


def test_a_text_may_have_ended_wherever_a_long_prompt_was_cut() -> None:
    own = PrefixCacheGuard(ROOM)
    long = "".join(chr(200 + n) for n in range(150))
    begun(own, long)
    early, late = [PromptStart(prefixes(map(ord, long[:kept] + "a"))) for kept in (40, 90)]
    assert own.begin(early, [], 0)
    assert len(early.roots) == 1, "a step reads more of it than that"
    assert own.begin(late, [], 0)
    (reading,) = begun(own, long[:95] + "b")
    assert not own.begin(a_start(long[:95] + "c"), [reading], 0)


def test_an_empty_cache_holds_no_text() -> None:
    own = PrefixCacheGuard(ROOM)
    begun(own, "What is")
    own.forget()
    (reading,) = begun(own, "What is a token?")
    assert own.begin(a_start("What is a model?"), [reading], 0)


def test_the_texts_used_last_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefix_cache, "REMEMBERED", 3)
    own = PrefixCacheGuard(ROOM)
    begun(own, "one", "two", "three", "one and", "four")
    assert len(a_root(own, "one more")) == 2, "it was continued meanwhile"
    assert len(a_root(own, "two more")) == 1


def a_root(own: PrefixCacheGuard, text: str) -> frozenset[int]:
    start = a_start(text)
    assert own.begin(start, [], 0)
    return start.roots
