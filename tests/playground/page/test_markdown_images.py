"""No image of a reply's Markdown becomes an `<img>`, by whatever way it is written; code stays code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from playground.page.parts.verbatim import tags_shown, tags_typed

IMAGE = "![a](https://evil.example/x.png)"


def pictures(markdown: str) -> bool:
    """Whether Markdown, with HTML allowed, makes an image of it."""
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown).lower()
    return "<img" in html or "<image" in html


@pytest.mark.parametrize(
    "text",
    [
        IMAGE,
        rf"\{IMAGE}",
        rf"\\{IMAGE}",
        f"hello ``` {IMAGE}",
        f"\\`{IMAGE}`",
        f"`\n- `a` {IMAGE} `b`",
        f"1. x\n   ```\n{IMAGE}",
        f"   ```\n\n```\n{IMAGE}",
        f"> ```\n{IMAGE}",
        f"~~~\n```\n~~~\n{IMAGE}",
        f"<br>\n```\n\n{IMAGE}",
        f"```\r```\n{IMAGE}",
        "![a][b]\n\n[b]: https://evil.example/x.png",
        '<img src="https://evil.example/x.png">',
        r'\<img src="https://evil.example/x.png">',
        'a ``` <img src="https://evil.example/x.png">',
        f"$x {IMAGE} y$",
    ],
)
def test_nothing_makes_an_image(text: str) -> None:
    assert not pictures(tags_shown(text))


@pytest.mark.parametrize(
    "text", [f"```md\n{IMAGE}\n```\n", f"Write `{IMAGE}` for one.", "```rust\n#![allow(unused)]\n```", "a ![ b"]
)
def test_code_stays_code(text: str) -> None:
    assert tags_shown(text) == text or "a ![" in text
    assert tags_typed(tags_shown(text)) == text


PIECES = [
    *("`", "```", "~~~", "\n", "\n\n", "- ", "> ", "1. ", "   ", "    ", "\\", "<br>", "<sub>", "a", " ", "$"),
    *("\\(", "\\)", IMAGE, IMAGE, "<img src=x>", "*", "|", "#", "\t", "``", "~~~~", "+ ", "2) "),
]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_no_combination_makes_one(text: str) -> None:
    assert not pictures(tags_shown(text))


@pytest.mark.long
def test_no_combination_makes_one_long() -> None:
    import random

    draw = random.Random(0)
    for _ in range(100_000):
        text = "".join(draw.choices(PIECES, k=draw.randrange(1, 16)))
        assert not pictures(tags_shown(text)), text
