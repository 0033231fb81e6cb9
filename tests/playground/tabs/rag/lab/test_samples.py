"""The sample documents and the questions about them fit together, as the loaders read them."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path

import pytest

from playground.asking.upload import Rejected, Upload
from playground.tabs.rag.lab.documents import Document
from playground.tabs.rag.lab.parsing import Parsers

SAMPLES = Path(__file__).parents[5] / "assets" / "samples"
FILES = sorted((SAMPLES / "documents").iterdir())
FIELDS = {"id", "language", "question", "answer", "document", "quotes"}
FORMATS = {"pdf", "docx", "pptx", "xlsx", "csv", "text", "markdown", "html", "epub", "json"}
Rows = list[dict[str, object]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    return [json.loads(line) for line in (SAMPLES / "questions.jsonl").read_text("utf-8").splitlines()]


async def read() -> dict[str, Document]:
    parsers = Parsers()
    found = {}
    try:
        for path in FILES:
            (document,) = await parsers.parse(Upload(path.name, path.read_bytes()))
            assert not isinstance(document, Rejected), f"{path.name}: {document}"
            found[path.name] = document
    finally:
        await parsers.aclose()
    return found


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    """Each file as its loader reads it, once for all tests."""
    return asyncio.run(read())


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_the_questions_are_well_formed_and_different(rows: Rows) -> None:
    assert all(row.keys() == FIELDS for row in rows)
    assert len({row["id"] for row in rows}) == len(rows) >= 60
    assert len({str(row["question"]).casefold() for row in rows}) == len(rows)
    assert all(row["answer"] and row["quotes"] and all(row["quotes"]) for row in rows)


def test_both_languages_are_asked_in_earnest(rows: Rows) -> None:
    counts = Counter(row["language"] for row in rows)
    assert counts.keys() == {"en", "es"}
    assert min(counts.values()) >= 30


def test_every_document_is_asked_about_and_small(rows: Rows) -> None:
    assert {row["document"] for row in rows} == {path.name for path in FILES}
    assert {path.name: path.stat().st_size for path in FILES if path.stat().st_size > 100 * 1024} == {}


def test_the_note_names_every_file() -> None:
    note = (SAMPLES / "README.md").read_text("utf-8")
    assert [path.name for path in FILES if f"`{path.name}`" not in note] == []


def test_every_format_is_there_in_the_language_of_its_questions(rows: Rows, documents: dict[str, Document]) -> None:
    assert {document.format for document in documents.values()} == FORMATS
    languages = {name: {row["language"] for row in rows if row["document"] == name} for name in documents}
    assert {name: {document.language} for name, document in documents.items()} == languages


def test_every_quote_stands_on_one_page_of_its_document_and_in_no_other(
    rows: Rows, documents: dict[str, Document]
) -> None:
    pages = {name: [squeezed(page.text) for page in document.pages] for name, document in documents.items()}
    for row in rows:
        for quote in row["quotes"]:
            holders = [name for name, texts in pages.items() for text in texts if squeezed(quote) in text]
            assert holders == [row["document"]], f"{row['id']}: {quote!r} is in {holders}"
            occurrences = sum(text.count(squeezed(quote)) for text in pages[row["document"]])
            assert occurrences == 1, f"{row['id']}: {quote!r} occurs {occurrences} times"
