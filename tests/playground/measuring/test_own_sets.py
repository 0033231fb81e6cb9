"""Task sets as people have them: exports of pandas and Excel, stray quotes, truth values, places, choices in a cell."""

from __future__ import annotations

import json
import unicodedata

import pytest

from playground.measuring import readers
from playground.measuring.errors import DocumentError
from playground.measuring.items import Item, Kind
from playground.measuring.rows import MAX_ROWS
from playground.measuring.table import RowError, from_table, guess, read_table
from providers.errors import LimitExceeded


def used(content: str | bytes, kind: Kind, name: str = "mine.csv") -> tuple[tuple[Item, ...], tuple[RowError, ...]]:
    table = read_table(content.encode() if isinstance(content, str) else content, name)
    found, errors = from_table(table, guess(table.columns), kind, "en")
    return found.items, errors


def told(errors: tuple[RowError, ...]) -> list[tuple[int, str]]:
    return [(one.line, one.failure.key.partition(".")[2]) for one in errors]


def right(items: tuple[Item, ...]) -> list[str]:
    """The texts of the right choices."""
    return [item.choices[ord(item.answer) - ord("A")] for item in items]


@pytest.mark.parametrize(
    "content",
    [
        ",pregunta,respuesta\n0,¿Dos y dos?,4\n1,¿Tres y uno?,4\n",
        "pregunta;respuesta;;\r\n¿Dos y dos?;4;;\r\n¿Tres y uno?;4;;\r\n;;;\r\n",
        ",pregunta,respuesta,,\n0,¿Dos y dos?,4,,nota\n1,¿Tres y uno?,4,,\n",
        "sep=;\r\npregunta;respuesta\r\n¿Dos y dos?;4\r\n¿Tres y uno?;4\r\n",
        '"sep=\t"\npregunta\trespuesta\n¿Dos y dos?\t4\n¿Tres y uno?\t4\n',
        "SEP=,\npregunta,respuesta\n¿Dos y dos?,4\n¿Tres y uno?,4\n",
    ],
)
def test_exports_of_pandas_and_of_excel(content: str) -> None:
    items, errors = used(content, "number")
    assert [(item.question, item.answer) for item in items] == [("¿Dos y dos?", "4"), ("¿Tres y uno?", "4")]
    assert errors == ()


def test_lines_are_counted_from_the_files_first() -> None:
    _, errors = used("sep=;\npregunta;respuesta\n¿Dos?;2\n;3\n", "number")
    assert told(errors) == [(4, "row_question")]


def test_a_row_with_stray_quotes_is_told_by_its_line() -> None:
    content = (
        'question,answer\nWho sang?,Eva\n"Who "really" sang?",Ana\n"Two\nlines?",Luis\nWho wept?,"Eva"x\nWho?,Noa\n'
    )
    items, errors = used(content, "text")
    assert [item.answer for item in items] == ["Eva", "Luis", "Noa"]
    assert told(errors) == [(3, "row_quotes"), (6, "row_quotes")]
    items, errors = used('question,answer\n"Never closed,1\nThree?,3\n', "number")
    assert [item.answer for item in items] == ["3"] and told(errors) == [(2, "row_quotes")]


def test_true_and_false_are_answers() -> None:
    rows = [{"question": f"Is {n} even?", "answer": n % 2 == 0} for n in range(4)]
    items, errors = used("\n".join(map(json.dumps, rows)), "label", "bool.jsonl")
    assert [(item.answer, item.choices) for item in items] == [
        (answer, ("false", "true")) for answer in ("true", "false", "true", "false")
    ]
    assert errors == ()


@pytest.mark.parametrize(
    ("answers", "places"),
    [
        ([0, 2, 1], [0, 2, 1]),
        ([3, 1, 2], [2, 0, 1]),
        (["0", "2", "2"], [0, 2, 2]),
        (["3", "1", "1"], [2, 0, 0]),
        ([1, 2, 1], [1, 2, 1]),
    ],
)
def test_answers_that_are_places(answers: list[object], places: list[int]) -> None:
    rows = [{"question": f"Q{n}?", "choices": ["one", "two", "three"], "answer": one} for n, one in enumerate(answers)]
    items, errors = used(json.dumps(rows), "choice", "places.json")
    assert right(items) == [("one", "two", "three")[place] for place in places] and errors == ()


def test_places_that_may_count_from_0_or_from_1_are_refused_as_that() -> None:
    with pytest.raises(DocumentError) as raised:
        used("question,choices,answer\nQ?,a1|b2|c3,1\nR?,a1|b2|c3,2\n", "choice")
    assert (raised.value.reason, raised.value.values["line"]) == ("row_place", 2)


def test_choices_that_are_letters_themselves() -> None:
    items, errors = used("question,A,B,C,answer\nSouth?,N,S,E,S\nFirst?,C,A,B,A\nLast?,B,C,A,C\n", "choice")
    assert right(items) == ["S", "A", "C"] and errors == ()
    items, errors = used("question,A,B,C,answer\nSouth?,N,S,E,B\nFirst?,C,A,B,A\nLast?,x,y,z,x\n", "choice")
    assert right(items) == ["S", "x"] and told(errors) == [(3, "row_either")]


@pytest.mark.parametrize(
    "cell",
    [
        "apple|stone|chair",
        "apple; stone; chair",
        "apple, stone, chair",
        '"apple\nstone\nchair"',
        '"(a) apple\n(b) stone\n(c) chair"',
        "A) apple B) stone C) chair",
        "A. apple; B. stone; C. chair",
        "\"['apple', 'stone', 'chair']\"",
        "['apple' 'stone' 'chair']",
        '"[""apple"", ""stone"", ""chair""]"',
    ],
)
@pytest.mark.parametrize("answer", ["A", "a)", "apple", "A) apple"])
def test_choices_in_one_cell(cell: str, answer: str) -> None:
    written = cell if cell.startswith('"') else f'"{cell}"'
    items, errors = used(f"question,options,answer\nFruit?,{written},{answer}\n", "choice")
    assert [(item.choices, item.answer) for item in items] == [(("apple", "stone", "chair"), "A")] and errors == ()


def test_choices_with_labels_of_their_own() -> None:
    choices = {"text": ["red", "green", "blue"], "label": ["1", "2", "3"]}
    rows = [{"question": "Leaf?", "choices": choices, "answerKey": "2"}]
    items, _ = used(json.dumps(rows), "choice", "arc.json")
    assert right(items) == ["green"]


def test_composed_and_decomposed_letters_are_the_same() -> None:
    content = unicodedata.normalize("NFD", "pregunta,opción a,opción b,respuesta\n¿Ave?,águila,león,") + "águila\n"
    items, errors = used(content, "choice")
    assert items[0].answer == "A" and items[0].choices == ("águila", "león") and errors == ()
    row = {"pregunta": "¿Ave?", "opciones": [unicodedata.normalize("NFD", "águila"), "león"], "respuesta": "águila"}
    assert used(json.dumps(row), "choice", "a.jsonl")[0][0].answer == "A"


def test_where_no_row_can_be_used_the_first_reason_is_told() -> None:
    with pytest.raises(DocumentError) as raised:
        used("question,options,answer\nFruit?,apple,A\n", "choice")
    assert (raised.value.reason, raised.value.values["line"]) == ("row_choices", 2)


# ---- the Hub's layouts, recognised


def test_layouts_are_recognised(tmp_path) -> None:
    files = {
        "gsm8k.jsonl": '{"question": "Two and two?", "answer": "2 + 2 = <<2+2=4>>4.\\n#### 4"}',
        "mmlu.csv": '"Which is even?",1,3,4,5,C\n',
        "mmlu.jsonl": '{"question": "Even?", "subject": "m", "choices": ["1", "3", "4", "5"], "answer": 2}',
        "mc.json": '[{"question": "True?", "mc1_targets": {"choices": ["yes", "no"], "labels": [1, 0]}}]',
        "task.json": '{"name": "t", "examples": [{"input": "Say a.", "target": "a"}]}',
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    found = {name: readers.recognise(tmp_path / name) for name in files}
    assert [one and one.source for one in found.values()] == ["GSM8K", "MMLU", "MMLU", "TruthfulQA", "BIG-bench"]
    (tmp_path / "own.csv").write_text("question,answer\nTwo?,2\n")
    assert readers.recognise(tmp_path / "own.csv") is None
    for content in ("", "x" * 200_000 + ",1,3,4,5,C\n"):
        (tmp_path / "own.csv").write_text(content)
        assert readers.recognise(tmp_path / "own.csv") is None
    (tmp_path / "mmlu.csv").write_text("Which\u2028is even?,1,3,4,5,C\n")
    assert len(readers.reader("mmlu").read(tmp_path / "mmlu.csv").items) == 1


def test_a_recognised_file_is_bounded_too(tmp_path) -> None:
    (tmp_path / "big.csv").write_text("Even?,1,3,4,5,C\n" * (MAX_ROWS + 1))
    with pytest.raises(LimitExceeded):
        readers.recognise(tmp_path / "big.csv")
