"""Page numbers that an answer names are compared with where the passages stand."""

from __future__ import annotations

import pytest

from playground.tabs.rag.lab.answering.pages import page_claims


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is 41 m high (page 3) [1].", [("page 3", True)]),
        ("It is 41 m high (page 4) [1].", [("page 4", False)]),
        ("Mide 41 m [2], como dice la página 7.", [("página 7", True)]),
        ("Mide 41 m [2], véase pág. 3. Abre a las cinco, p. 3 [1].", [("pág. 3", False), ("p. 3", True)]),
        ("See pp. 2-5 [1] and pages 8–9 [1].", [("pp. 2-5", True), ("pages 8–9", False)]),
        ("Nothing is cited, page 7.", [("page 7", True)]),
        ("Nothing is cited, page 9.", [("page 9", False)]),
        ("The homepage 3 and step 4 name no page.", []),
    ],
)
def test_a_claimed_page_is_that_of_the_cited_passage(text: str, found: list[tuple[str, bool]]) -> None:
    claims = page_claims(text, [3, 7])
    assert [(text[one.start : one.end], one.right) for one in claims] == found


def test_what_would_be_right_is_told() -> None:
    assert page_claims("On page 1 [1] [2].", [3, 7])[0].pages == (3, 7)
    assert page_claims("On page 1.", []) == ()
