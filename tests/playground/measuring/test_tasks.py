"""Our task sets: their schema, their size, and that no example is an item. Visitors' files, and the Hub's layouts."""

from __future__ import annotations

import ast
import json
import operator
import shutil
import tomllib

import pytest

from playground.measuring import metrics, readers, tasks
from playground.measuring.errors import DocumentError
from playground.measuring.extract import Sought, extract
from playground.measuring.items import KINDS, LETTERS
from playground.measuring.metrics import Scoring
from playground.measuring.table import MAX_ROWS, Assignment, from_table, guess, read_table
from playground.measuring.words import tokenize
from providers.catalog import ASSETS
from providers.errors import InputError, LimitExceeded

SETS = [(name, language) for name in tasks.names() for language in tasks.languages()]
NAMES = {
    *("arithmetic", "sentiment", "topic", "spam", "facts", "deduction", "code", "translation", "summary", "passages"),
}
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.USub: operator.neg,
}


def value(node: ast.expr) -> float:
    """An arithmetic expression's value."""
    match node:
        case ast.Constant(value=number):
            return number
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](value(left), value(right))
        case ast.UnaryOp(op=op, operand=operand):
            return OPERATORS[type(op)](value(operand))
    raise ValueError(ast.dump(node))


def test_the_sets_of_the_issue_are_there():
    assert set(tasks.names()) == NAMES
    files = {path.name.split(".")[0] for path in (ASSETS / "tasks").glob("*.jsonl")}
    assert files == NAMES


@pytest.mark.parametrize(("name", "language"), SETS)
def test_schema(name, language):
    found = tasks.load(name, language)
    assert len(found.items) >= 40
    assert len(found.examples) >= 5
    assert len({item.id for item in (*found.items, *found.examples)}) == len(found.items) + len(found.examples)
    assert found.title and found.instruction and found.answer_format
    assert all(example.reasoning for example in found.examples)
    assert all(found.kind in metrics.metric(metric).KINDS for metric in found.metrics)
    assert found.metrics
    if found.kind == "label":
        assert len({item.choices for item in (*found.items, *found.examples)}) == 1
        assert {item.answer for item in found.items} == set(found.items[0].choices)
        assert set(found.aliases or {}) == set(found.items[0].choices)
    if found.kind == "choice":
        assert {len(item.choices) for item in found.items} <= set(range(2, 8))


@pytest.mark.parametrize(("name", "language"), SETS)
def test_no_example_is_an_item_nor_nearly_one(name, language):
    found = tasks.load(name, language)
    items = [set(tokenize(item.question)) for item in found.items]
    assert len({" ".join(tokenize(item.question)) for item in found.items}) == len(found.items)
    for example in found.examples:
        words = set(tokenize(example.question))
        nearest = max(len(words & other) / len(words | other) for other in items)
        assert nearest < 0.8, example.id


@pytest.mark.parametrize("language", tasks.languages())
def test_the_arithmetic_is_right_and_graded(language):
    found = tasks.load("arithmetic", language)
    for item in (*found.items, *found.examples):
        assert value(ast.parse(item.working or "", mode="eval").body) == pytest.approx(float(item.answer)), item.id
    assert len({item.level for item in found.items}) >= 3


@pytest.mark.parametrize(("name", "language"), SETS)
async def test_the_right_answer_scores_one_and_worked_examples_lead_to_their_answers(name, language):
    found = tasks.load(name, language)
    scoring = Scoring(language=language, code_allowed=False)

    async def score(item, text):
        sought = Sought(kind=found.kind, choices=item.choices, language=language, aliases=found.aliases)
        return await metrics.scored(found.metrics[0], item, extract(text, sought), scoring)

    for item in (*found.items, *found.examples):
        expected = None if found.kind == "code" else pytest.approx(1)
        assert await score(item, item.answer) == expected, item.id
    if found.kind in {"number", "label", "choice", "text"}:
        for example in found.examples:
            assert await score(example, example.reasoning) == 1, example.id


def test_a_bad_line_is_named(tmp_path):
    (tmp_path / "tasks").mkdir()
    shutil.copy(ASSETS / "tasks" / "sets.toml", tmp_path / "tasks")
    file = tmp_path / "tasks" / "arithmetic.en.jsonl"
    good = '{"id": "a", "question": "1 + 1?", "answer": "2"}\n'
    (tmp_path / "tasks" / "arithmetic.en.examples.jsonl").write_text(good)
    for line, reason in [
        ("{", "line"),
        ("[1]", "line"),
        ('{"id": "b", "question": "?", "answer": "two"}', "row_number"),
        ('{"id": "b", "question": " ", "answer": "2"}', "row_question"),
        ('{"id": "b", "question": "?"}', "row_answer"),
        ('{"id": "a", "question": "?", "answer": "2"}', "row_twice"),
        ('{"id": "b", "question": "?", "answer": "2", "levle": 1}', "row"),
        ('{"id": "b", "question": "?", "answer": "2", "level": 0}', "row"),
        (f'{{"id": "b", "question": "?", "answer": "2", "level": "{"9" * 5000}"}}', "row"),
    ]:
        file.write_text(good + "\n" + line + "\n")
        with pytest.raises(DocumentError) as raised:
            tasks.load("arithmetic", "en", tmp_path)
        assert (raised.value.reason, raised.value.values["line"]) == (reason, 3)


@pytest.mark.parametrize(("name", "language"), [("poems", "en"), ("facts", "fr"), ("../facts", "en")])
def test_unknown_sets(name, language):
    with pytest.raises(InputError) as raised:
        tasks.load(name, language)
    assert raised.value.reason == "task_set"


def test_visitors_sets_have_wording_for_every_kind():
    table = tomllib.loads((ASSETS / "tasks" / "own.toml").read_text("utf-8"))
    assert set(table) == set(KINDS)
    assert all(set(of) == set(tasks.languages()) for of in table.values())


# ---- a visitor's own file


CSV = (
    "Pregunta;Respuesta;Opción A;Opción B;Nivel\n¿Qué sigue?;b;uno;dos;1\n;a;x;y;1\n¿Y ahora?;z;x;y;1\n¿Fin?;y;x;y;2\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_as_spreadsheets_write_it(encoding):
    table = read_table(CSV.encode(encoding), "quiz.csv")
    assignment = guess(table.columns)
    assert assignment == Assignment(
        question="Pregunta", answer="Respuesta", choices=("Opción A", "Opción B"), level="Nivel"
    )
    found, errors = from_table(table, assignment, "choice", "es")
    assert [(item.question, item.answer, item.level) for item in found.items] == [
        ("¿Qué sigue?", "B", 1),
        ("¿Fin?", "B", 2),
    ]
    assert [(error.line, error.failure.key) for error in errors] == [
        (3, "document_error.row_question"),
        (4, "document_error.row_choice"),
    ]
    assert found.instruction and found.answer_format and found.metrics == ("exact",)


def test_lines_are_counted_through_quoted_line_breaks():
    table = read_table(b'question,answer\n"one\ntwo",1\nthree,no number\n', "a.csv")
    _, errors = from_table(table, guess(table.columns), "number", "en")
    assert [error.line for error in errors] == [4]


def test_json_lines_and_a_json_list():
    rows = [{"input": "good", "label": "yes"}, {"input": "bad", "label": "no"}]
    for text in ("\n".join(map(json.dumps, rows)), json.dumps(rows)):
        table = read_table(text.encode(), "a.jsonl")
        found, errors = from_table(table, guess(table.columns), "label", "en")
        assert [(item.question, item.answer, item.choices) for item in found.items] == [
            ("good", "yes", ("no", "yes")),
            ("bad", "no", ("no", "yes")),
        ]
        assert errors == () and "no, yes" in found.answer_format


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_only_a_line_break_ends_a_line_of_json(separator, tmp_path):
    rows = [{"question": f"One{separator}two?", "answer": "It is.\n#### 2"}, {"question": "Three?", "answer": "#### 3"}]
    written = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / "test.jsonl").write_text(written, "utf-8", newline="")
    found = readers.reader("gsm8k").read(tmp_path / "test.jsonl")
    assert [item.answer for item in found.items] == ["2", "3"]
    assert len(read_table(written.replace("\n", "\r\n").encode(), "mine.jsonl").rows) == 2


def test_accepted_variants_and_tests_from_one_column():
    table = read_table(b'question,answer,accept\nWho?,Ada,"Ada Lovelace|Lovelace"\nWhat?,x,"[""y"", ""z""]"\n', "a.csv")
    found, _ = from_table(table, guess(table.columns), "text", "en")
    assert [item.accept for item in found.items] == [("Ada Lovelace", "Lovelace"), ("y", "z")]
    table = read_table(b'question,answer,tests\nDouble,def f(): ...,"assert f(1) == 2\nassert f(2) == 4"\n', "a.csv")
    found, _ = from_table(table, guess(table.columns), "code", "en")
    assert found.items[0].tests == ("assert f(1) == 2", "assert f(2) == 4")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "table"),
        (b"just a line", "table"),
        (b"a,a\n1,2\n", "table"),
        (b"a,\n1,2\n", "table"),
        (b'a,b\n"1,2\n', "table"),
        (b"question,answer\n", "no_rows"),
        (b"\x00\x01\x02\x03", "table"),
        (b'{"a": 1}\nnothing\n', "line"),
        (b"[1, 2]", "table"),
        (b"[" * 100_000, "table"),
    ],
)
def test_files_that_are_no_tables(content, reason):
    with pytest.raises(DocumentError) as raised:
        read_table(content, "a.csv")
    assert raised.value.reason == reason


def test_too_many_rows():
    with pytest.raises(LimitExceeded):
        read_table(b"question,answer\n" + b"a,b\n" * (MAX_ROWS + 1), "a.csv")


@pytest.mark.parametrize(
    "assignment",
    [
        Assignment(),
        Assignment(question="a", answer="a"),
        Assignment(question="a", answer="z"),
        Assignment(question="a"),
    ],
)
def test_columns_have_to_be_assigned(assignment):
    table = read_table(b"a,b\n1,2\n", "a.csv")
    with pytest.raises(DocumentError) as raised:
        from_table(table, assignment, "text", "en")
    assert raised.value.reason == "columns"


# ---- the Hub's layouts, on files of the same schema


def test_the_readers_there_are():
    assert set(readers.names()) == {"gsm8k", "mmlu", "truthfulqa_mc", "bigbench_json", "squad"}
    with pytest.raises(InputError):
        readers.reader("os")


def test_gsm8k(tmp_path):
    rows = [
        {"question": "Ann has 48 pens and sells half.", "answer": "She sells 48/2 = <<48/2=24>>24 pens.\n#### 24"},
        {"question": "How many?", "answer": "A lot.\n#### 1,234"},
    ]
    path = tmp_path / "test.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    found = readers.reader("gsm8k").read(path)
    assert [item.answer for item in found.items] == ["24", "1234"]
    assert found.items[0].reasoning == "She sells 48/2 = 24 pens.\nThe answer is 24."
    assert found.kind == "number"


def test_mmlu_of_the_authors_and_of_the_hub(tmp_path):
    csv = tmp_path / "physics_test.csv"
    csv.write_text('"What, then?",one,"two, too",three,four,C\nAnd,A,B,A,B,D\n')
    found = readers.reader("mmlu").read(csv)
    assert [(item.question, item.answer, len(item.choices)) for item in found.items] == [
        ("What, then?", "C", 4),
        ("And", "D", 4),
    ]
    hub = tmp_path / "test.jsonl"
    hub.write_text(
        json.dumps({"question": "What?", "subject": "physics", "choices": ["a", "b", "c", "d"], "answer": 2})
    )
    assert readers.reader("mmlu").read(hub).items[0].answer == "C"


def test_truthfulqa_of_the_hub_and_of_the_authors(tmp_path):
    path = tmp_path / "mc.jsonl"
    both = {"choices": ["true", "false", "wrong"], "labels": [1, 0, 0]}
    rows = [{"question": f"Question {n}?", "mc1_targets": both, "mc2_targets": both} for n in range(20)]
    path.write_text("\n".join(map(json.dumps, rows)))
    found = readers.reader("truthfulqa_mc").read(path)
    assert {item.choices[LETTERS.index(item.answer)] for item in found.items} == {"true"}
    assert len({item.answer for item in found.items}) == 3, "the true one must not always stand first"
    assert readers.reader("truthfulqa_mc").read(path) == found
    path.write_text(json.dumps([{"question": "Q?", "mc2_targets": {"yes": 1, "also": 1, "no": 0}}]))
    item = readers.reader("truthfulqa_mc").read(path).items[0]
    assert {item.choices[LETTERS.index(letter)] for letter in item.answers} == {"yes", "also"}


def test_bigbench(tmp_path):
    path = tmp_path / "task.json"
    task = {"name": "emoji", "description": "Guess.", "task_prefix": "Which film?", "examples": []}
    task["examples"] = [
        {"input": "a", "target_scores": {"x": 0, "y": 1}},
        {"input": "b", "target_scores": {"x": 1, "y": 0}},
    ]
    path.write_text(json.dumps(task))
    found = readers.reader("bigbench_json").read(path)
    assert (found.kind, found.instruction) == ("choice", "Which film?")
    assert [item.answer for item in found.items] == ["B", "A"]
    task["examples"] = [{"input": "a", "target": "x"}, {"input": "b", "target": ["y", "Y!"]}]
    path.write_text(json.dumps(task))
    assert [item.answers for item in readers.reader("bigbench_json").read(path).items] == [("x",), ("y", "Y!")]


@pytest.mark.parametrize("name", ["gsm8k", "mmlu", "truthfulqa_mc", "bigbench_json"])
@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"{}", b"[]", b'{"question": "?", "answer": "no mark"}', b"[1]", b"{"]
)
def test_files_of_another_layout(name, content, tmp_path):
    path = tmp_path / "file.jsonl"
    path.write_bytes(content)
    with pytest.raises(DocumentError):
        readers.reader(name).read(path)
