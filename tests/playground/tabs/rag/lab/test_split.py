"""Chunks: exact offsets, nothing lost, nothing too long, cut at sentences and headings."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.tabs.rag.lab.chunking.sentences import sentences
from playground.tabs.rag.lab.chunking.split import ChunkSize, split
from playground.tabs.rag.lab.documents import Chunk, Document, DocumentPage, Heading
from providers.adapters.scripted import ScriptedEmbedder
from tests.playground.tabs.rag.lab.stores import document, headed, long_document

count = ScriptedEmbedder().count


def by_pieces(text: str) -> int:
    """A tokenizer of another kind: two marks, a prefix of three, and a token for every four letters, blanks too."""
    return 5 + -(-len(text) // 4)


def by_bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


TEXTS = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from(" \n\n.?!;, aeosnrtl¿ñé0")), max_size=600
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> Document:
    pages = list[DocumentPage]()
    for number in range(1, draw(st.integers(1, 3)) + 1):
        text = draw(TEXTS)
        starts = draw(st.lists(st.integers(0, max(0, len(text) - 1)), max_size=4, unique=True))
        headings = tuple(Heading(start=start, text=text[start : start + 20], level=1 + start % 3) for start in starts)
        pages.append(
            DocumentPage(number=number, text=text, label=draw(st.sampled_from(["", "Sheet"])), headings=headings)
        )
    return Document(name="a", format="text", digest="0" * 64, size=1, pages=tuple(pages), language="en")


@settings(max_examples=300, deadline=None)
@given(documents(), st.sampled_from([count, by_pieces, by_bytes]), st.integers(12, 60), st.integers(0, 20))
def test_chunks_are_exact_whole_and_short_enough(document: Document, count, tokens: int, overlap: int) -> None:  # type: ignore[no-untyped-def]
    chunks = split(document, count, ChunkSize(tokens=tokens, overlap=overlap))
    assert len({chunk.id for chunk in chunks}) == len(chunks)
    for chunk in chunks:
        page = document.pages[chunk.page - 1]
        assert chunk.text == page.text[chunk.start : chunk.end] and chunk.text == chunk.text.strip() != ""
        assert chunk.tokens == count(chunk.embedded_text) <= tokens
    for page in document.pages:
        mine = [chunk for chunk in chunks if chunk.page == page.number]
        held = {place for chunk in mine for place in range(chunk.start, chunk.end)}
        assert all(page.text[place].isspace() for place in range(len(page.text)) if place not in held)
        assert [chunk.start for chunk in mine] == sorted({chunk.start for chunk in mine})
        assert [chunk.end for chunk in mine] == sorted({chunk.end for chunk in mine})


def test_cut_at_sentences_with_overlap() -> None:
    text = " ".join(f"Sentence number {number} has exactly nine of these words." for number in range(30))
    chunks = split(document("a", text), count, ChunkSize(tokens=60, overlap=12))
    assert len(chunks) > 5
    for chunk in chunks:
        assert chunk.text.startswith("Sentence") and chunk.text.endswith("words.")
    for one, after in pairwise(chunks):
        assert text[after.start : one.end].count("words.") == 1, "one sentence is repeated"
    apart = split(document("a", text), count, ChunkSize(tokens=60, overlap=0))
    assert all(after.start > one.end for one, after in pairwise(apart))


def test_headings_are_kept_and_cut_at() -> None:
    body = "Fish swim in the river all day. " * 4
    chunks = split(
        headed("a", {"Rivers": body, "Lakes": body * 4, "Empty": "", "Seas": body}), count, ChunkSize(tokens=60)
    )
    assert chunks[0].text.startswith("Rivers") and chunks[0].headings == ()
    lakes = [chunk for chunk in chunks if "Lakes" in (chunk.text[:5], *chunk.headings)]
    assert len(lakes) > 1 and all(chunk.headings == ("Lakes",) for chunk in lakes[1:])
    assert lakes[1].embedded_text.startswith("Lakes\nFish")
    assert [bool(re.match(r"Empty\s+Seas\s+Fish", chunk.text)) for chunk in chunks].count(True) == 1, (
        "a heading alone is no chunk"
    )
    for chunk in chunks:
        assert not re.search("(Rivers|Lakes|Seas)", chunk.text.removeprefix("Empty").strip()[1:]), (
            "no chunk goes on past one"
        )


def test_headings_last_from_page_to_page_but_not_into_a_page_with_a_name() -> None:
    pages = (
        DocumentPage(
            number=1,
            text="Birds\nOwls\nThey hunt.",
            headings=(Heading(start=0, text="Birds"), Heading(start=6, text="Owls", level=2)),
        ),
        DocumentPage(number=2, text="Owls hear well."),
        DocumentPage(number=3, text="Bones are hollow.", label="Sheet 3"),
    )
    chunks = split(Document(name="a", format="pdf", digest="1", size=1, pages=pages), count, ChunkSize())
    assert [chunk.headings for chunk in chunks] == [(), ("Birds", "Owls"), ("Sheet 3",)]


def test_headings_never_crowd_out_the_text() -> None:
    page = DocumentPage(
        number=1,
        text="Title\n" + "Fish swim. " * 200,
        headings=(Heading(start=0, text="many words " * 50), Heading(start=1, text="short", level=2)),
    )
    chunks = split(Document(name="a", format="text", digest="1", size=1, pages=(page,)), count, ChunkSize(tokens=40))
    assert {chunk.headings for chunk in chunks[1:]} == {()} or {chunk.headings for chunk in chunks[1:]} == {("short",)}
    assert all(chunk.tokens <= 40 for chunk in chunks)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rains. Dr. Smith stays in. Why?", ["It rains.", "Dr. Smith stays in.", "Why?"]),
        ("Llueve. ¿Por qué? ¡Porque sí! El Sr. Gil.", ["Llueve.", "¿Por qué?", "¡Porque sí!", "El Sr. Gil."]),
        ("It costs 3.50, i.e. little. “Good.” He went.", ["It costs 3.50, i.e. little.", "“Good.”", "He went."]),
        ("A title\n\nand its text\nover two lines", ["A title", "and its text\nover two lines"]),
        ("Bring:\n- boots\n- a hat", ["Bring:", "- boots", "- a hat"]),
        ("これは文です。次の文。", ["これは文です。", "次の文。"]),
    ],
)  # fmt: skip
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text, 0, len(text))] == expected


def test_a_cut_stays_within_the_window() -> None:
    assert ChunkSize(tokens=200, overlap=30).within(256) == ChunkSize(tokens=200, overlap=30)
    assert ChunkSize(tokens=400, overlap=90).within(128) == ChunkSize(tokens=128, overlap=64)


def test_a_book_is_cut_with_few_counts() -> None:
    """150,000 words, and a line of a million letters; each sentence is counted a few times at most."""
    asked = list[int]()

    def counted(text: str) -> int:
        asked.append(len(text))
        return count(text)

    book = long_document("book", 1200)
    chunks: tuple[Chunk, ...] = split(book, counted, ChunkSize())
    assert sum(asked) < 12 * book.characters and len(chunks) >= 1200
    line = document("line", "x" * 1_000_000)
    asked.clear()
    assert all(len(chunk.text) <= 4000 for chunk in split(line, counted, ChunkSize()))
    assert sum(asked) < 12 * line.characters
