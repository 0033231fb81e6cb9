"""Results that are found again by their mark."""

from __future__ import annotations

from playground.page.parts.redrawn import MARK, Redrawn, is_marked


def test_a_result_is_found_by_the_html_that_shows_it_and_by_its_visitor_alone() -> None:
    drawn: Redrawn[str] = Redrawn()
    first, second = (f"<p>{name}</p>{drawn.mark('vera', name)}" for name in ("one", "two"))
    assert (drawn.find("vera", first), drawn.find("vera", second)) == ("one", "two"), "two tabs of one visitor"
    assert drawn.find("ben", first) is None
    for other in (None, 5, "", "<p>one</p>", f"{first}<p>", f"<p>{MARK}"):
        assert drawn.find("vera", other) is None


def test_what_a_visitor_has_deleted_with_everything_else_is_forgotten() -> None:
    drawn: Redrawn[str] = Redrawn()
    hers, his = f"<p>{drawn.mark('vera', 'one')}", f"<p>{drawn.mark('ver', 'two')}"
    drawn.forget("vera")
    assert (drawn.find("vera", hers), drawn.find("ver", his)) == (None, "two")


def test_a_sentence_in_the_place_of_a_result_is_none() -> None:
    assert is_marked(f"<p>found</p>{MARK}")
    assert not any(map(is_marked, ("<p>nothing yet</p>", None, f"<p>{MARK}</p>", 5)))
