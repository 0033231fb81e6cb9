"""Files of questions, and the chunks that hold their answers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from playground.measuring.errors import DocumentError
from playground.measuring.table import read_table
from playground.tabs.rag.lab.documents import Chunk
from playground.tabs.rag.lab.measuring.questions import (
    LabelledQuestion,
    QuestionColumns,
    from_table,
    guess_columns,
    read_questions,
    sample_questions,
    to_jsonl,
)
from playground.tabs.rag.lab.measuring.relevance import relevant_chunks, relevant_chunks_by_quote

ROW = {"id": "a", "language": "en", "question": "When?", "document": "d.pdf", "quotes": ["at nine", "by ten"]}


def jsonl(*rows: dict[str, object]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def test_json_lines_and_back() -> None:
    (one,) = asked = read_questions(jsonl(ROW), "q.jsonl")
    assert one == LabelledQuestion(
        id="a", language="en", question="When?", document="d.pdf", quotes=("at nine", "by ten")
    )
    assert read_questions(to_jsonl(asked).encode(), "q.jsonl") == asked


def test_csv_with_spanish_names_and_defaults() -> None:
    content = "pregunta;cita;archivo\n¿Dónde está la torre?;en la plaza | del norte;mapa.txt\n".encode("cp1252")
    (one,) = read_questions(content, "q.csv")
    assert one == LabelledQuestion(
        id="0002", language="es", question="¿Dónde está la torre?", document="mapa.txt",
        quotes=("en la plaza", "del norte"),
    )  # fmt: skip


def test_columns_can_be_named() -> None:
    table = read_table(b"what,proof,where\nWhen?,at nine,d.pdf\n", "q.csv")
    assert guess_columns(table.columns) == QuestionColumns()
    with pytest.raises(DocumentError) as raised:
        from_table(table)
    assert raised.value.reason == "columns"
    (one,), errors = from_table(table, QuestionColumns(question="what", quotes="proof", document="where"))
    assert (one.question, one.quotes, one.document, errors) == ("When?", ("at nine",), "d.pdf", ())
    with pytest.raises(DocumentError):
        from_table(table, QuestionColumns(question="what", quotes="what"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"question": ""}, "row_question"),
        ({"question": None}, "row_question"),
        ({"question": ["x"]}, "row"),
        ({"quotes": []}, "row_answer"),
        ({"quotes": None}, "row_answer"),
        ({"quotes": ["  "]}, "row_answer"),
        ({"quotes": [1]}, "row"),
        ({"quotes": {"a": 1}}, "row"),
        ({"quotes": ["x" * 20_001]}, "row_length"),
        ({"question": "x" * 20_001}, "row_length"),
        ({"language": True}, "row"),
    ],
)
def test_mistakes_are_told_by_row_and_spare_the_others(change: dict[str, object], reason: str) -> None:
    content = jsonl(ROW, {**ROW, "id": "b", **change}, {**ROW, "id": "c"})
    with pytest.raises(DocumentError) as raised:
        read_questions(content, "q.jsonl")
    assert (raised.value.reason, raised.value.values["line"], raised.value.values["file"]) == (reason, 2, "q.jsonl")
    asked, errors = from_table(read_table(content, "q.jsonl"))
    assert [one.id for one in asked] == ["a", "c"]
    assert [(one.line, one.failure.key) for one in errors] == [(2, f"document_error.{reason}")]


def test_identifiers_are_unique() -> None:
    with pytest.raises(DocumentError) as raised:
        read_questions(jsonl(ROW, ROW), "q.jsonl")
    assert raised.value.reason == "row_twice"


@given(some.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        read_questions(content, "q.jsonl")
    except DocumentError as error:
        assert error.values["file"] == "q.jsonl"


def test_our_own_questions() -> None:
    asked = sample_questions()
    assert len(asked) >= 60 and {one.language for one in asked} == {"en", "es"}
    assert all(one.document and one.quotes for one in asked)


def chunk(name: str, text: str, document: str = "d.pdf") -> Chunk:
    return Chunk(id=name, document="x", name=document, page=1, start=0, end=len(text), text=text)


def asked(*quotes: str, document: str = "d.pdf") -> LabelledQuestion:
    return LabelledQuestion(id="a", language="en", question="When?", document=document, quotes=quotes)


def test_chunks_that_hold_a_quote_whatever_its_white_space() -> None:
    chunks = [chunk("a", "It opens\n at   nine\u00ad o'clock."), chunk("b", "It opens At nine."), chunk("c", "at ten")]
    assert relevant_chunks(asked("opens at nine"), chunks) == {"a"}
    assert relevant_chunks(asked("opens at nine", "at ten"), chunks) == {"a", "c"}
    assert relevant_chunks_by_quote(asked("opens at nine", "at noon"), chunks) == (frozenset({"a"}), frozenset())


def test_only_in_its_document() -> None:
    chunks = [chunk("a", "at nine"), chunk("b", "at nine", document="other.pdf")]
    assert relevant_chunks(asked("at nine"), chunks) == {"a"}
    assert relevant_chunks(asked("at nine", document=""), chunks) == {"a", "b"}


QUOTE = "the museum opens its doors at nine in the morning"


@pytest.mark.parametrize("place", range(5, 45, 5))
def test_a_quote_cut_in_two_is_held_by_the_greater_part(place: int) -> None:
    first, second = QUOTE[:place], QUOTE[place:]
    chunks = [chunk("a", "In spring " + first), chunk("b", second + " and closes late."), chunk("c", "nine")]
    bare_half = len(QUOTE.replace(" ", "")) / 2
    held = {name for name, part in (("a", first), ("b", second)) if len(part.replace(" ", "")) >= bare_half}
    assert held and relevant_chunks(asked(QUOTE), chunks) == held


def test_a_quote_longer_than_chunks_is_held_by_its_parts() -> None:
    chunks = [chunk("a", QUOTE[:20]), chunk("b", QUOTE[20:35]), chunk("c", QUOTE[35:]), chunk("d", "elsewhere")]
    assert relevant_chunks(asked(QUOTE), chunks) == {"a", "b", "c"}


def test_overlapping_chunks_hold_it_both() -> None:
    assert relevant_chunks(asked(QUOTE), [chunk("a", "So " + QUOTE), chunk("b", QUOTE + ".")]) == {"a", "b"}


def test_the_same_beginning_elsewhere_is_not_it() -> None:
    assert relevant_chunks(asked(QUOTE), [chunk("a", QUOTE[:30] + " nobody knows when, or why at all.")]) == frozenset()
