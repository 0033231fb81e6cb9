"""The runs that are kept, and what they can be exported as."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from playground.measuring import Cell, Control, Extraction, Item, Outcome, Plan, run
from playground.measuring.export import WORDS, neutralise_formula, to_csv, to_jsonl, to_markdown
from playground.measuring.extract import NOTHING
from playground.measuring.notebook import Recipe, to_notebook
from playground.measuring.outcomes import outcome_from_json, verdict
from playground.measuring.store import ColumnDescription, RunDescription, Runs, run_from_json
from playground.measuring.summary import summarise, tries
from playground.sqlite import StorageFailed
from playground.text import languages, text
from providers.errors import Failure, InputError
from tests.playground.measuring.columns import ITEMS, Watch, column

ROOT = Path(__file__).parents[3]
COLUMNS = tuple(
    ColumnDescription(
        key=key,
        label=f"Zero-shot · {key}",
        model="scripted/echo",
        strategy="zero_shot",
        options={"n": 3},
        sampling={"temperature": 0.7, "seed": 1},
        prompts={"user": "Solve: {question}"},
    )
    for key in ("a", "b")
)


def described(**changes: object) -> RunDescription:
    values: dict[str, object] = {
        "tasks": "sums",
        "language": "en",
        "kind": "number",
        "metric": "exact",
        "items": ITEMS,
        "columns": COLUMNS,
        "baseline": "a",
        "versions": {"aula": "0.1.0"},
    }
    return RunDescription(**{**values, **changes})  # type: ignore[arg-type]


def outcome(score: float | None = 1.0, answer: str = "4", **more: object) -> Outcome:
    found = Extraction(answer, 0, len(answer), "stated")
    return Outcome(text=answer, extraction=found, score=score, calls=1, done=True, **more)  # type: ignore[arg-type]


@pytest.fixture
def runs(tmp_path):
    return Runs(tmp_path / "deep" / "runs.db")


def test_a_run_is_kept_whole(runs, tmp_path):
    name = runs.create("My run", described())
    one, other = Cell("a", "item-00", 0), Cell("b", "item-00", 1)
    failed = Outcome(failure=Failure("rate_limited", {"provider": "x", "retry_after": 1.5}), done=True)
    runs.keep(name, one, outcome(trace={"steps": [1, None, "ñ"]}, cost=None))
    runs.keep(name, other, failed)
    again = Runs(tmp_path / "deep" / "runs.db")
    (found,) = again.list()
    assert found == again.load(name)
    assert (found.name, found.done, found.failed, found.whole) == ("My run", 2, 1, False)
    assert found.description == described()
    assert again.outcomes(name) == {one: outcome(trace={"steps": [1, None, "ñ"]}, cost=None), other: failed}
    assert set(again.to_resume(name)) == {one}
    assert run_from_json(found.to_json()) == found


def test_rename_mark_delete(runs):
    name, other = runs.create("a", described()), runs.create("b", described())
    cell = Cell("a", "item-00")
    runs.keep(name, cell, outcome(score=None))
    runs.keep(other, cell, outcome())
    runs.rename(name, "x" * 300)
    assert runs.load(name).name == "x" * 200
    runs.mark(name, cell, 0.5)
    assert runs.outcomes(name)[cell] == outcome(score=0.5)
    assert [found.id for found in runs.list()] == [other, name]
    runs.delete(name)
    assert [found.id for found in runs.list()] == [other]
    assert runs.outcomes(other) == {cell: outcome()}
    for unknown in (
        lambda: runs.load(name),
        lambda: runs.outcomes(name),
        lambda: runs.rename(name, "n"),
        lambda: runs.delete(name),
        lambda: runs.keep(name, cell, outcome()),
        lambda: runs.mark(other, Cell("a", "item-01"), 1.0),
    ):
        with pytest.raises(InputError) as raised:
            unknown()
        assert raised.value.reason == "run"


def test_two_runs_compared(runs):
    one, other = runs.create("a", described()), runs.create("b", described())
    for number, item in enumerate(ITEMS):
        runs.keep(one, Cell("a", item.id), outcome(score=1.0))
        if number < 10:
            runs.keep(other, Cell("a", item.id), outcome(score=float(number < 4)))
        runs.keep(other, Cell("b", item.id), outcome())
    compared = runs.compare(one, other)
    assert set(compared) == {"a"}
    found = compared["a"]
    assert (found.items, found.better, found.worse) == (10, 6, 0)
    assert found.p == pytest.approx(2 / 2**6)
    assert found.difference == pytest.approx(0.6)


def test_two_windows_write_to_one_file(tmp_path):
    first, second = Runs(tmp_path / "runs.db"), Runs(tmp_path / "runs.db")
    name = first.create("shared", described())
    for number, item in enumerate(ITEMS):
        (first if number % 2 else second).keep(name, Cell("a", item.id), outcome())
    assert len(first.outcomes(name)) == len(second.outcomes(name)) == 12


def test_nobody_writes_between_reading_a_detail_and_writing_it(tmp_path):
    """A judge writes each verdict down while a person votes: neither undoes what the other has written."""
    path, held = tmp_path / "runs.db", []
    judge, person = Runs(path), Runs(path)
    name = judge.create("shared", described())

    def add(before):
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as another, suppress(sqlite3.Error):
            another.execute("begin immediate")
            held.append("nothing")
        return [*(before or []), len(before or [])]

    assert judge.revise(name, "votes", add) == [0]
    person.note(name, "judged", "first")
    assert judge.revise(name, "votes", add) == [0, 1]
    assert judge.load(name).description.details == {"votes": [0, 1], "judged": "first"} and held == []
    with pytest.raises(InputError):
        judge.revise("nowhere", "votes", add)


def test_many_open_a_new_file_at_once(tmp_path):
    """SQLite makes nobody wait for one who has just turned to the log, or from a reader into a writer."""
    for number in range(10):
        path = tmp_path / f"{number}.db"

        def use(turn: int, path: Path = path) -> None:
            runs = Runs(path)
            runs.create(f"{turn}", described())
            runs.close()

        with ThreadPoolExecutor(8) as windows:
            list(windows.map(use, range(24)))
        assert len(Runs(path).list()) == 24


def test_what_is_wrong_with_the_file_is_said(tmp_path, monkeypatch):
    (tmp_path / "damaged.db").write_bytes(b"not a database" * 200)
    with pytest.raises(StorageFailed) as raised:
        Runs(tmp_path / "damaged.db")
    assert raised.value.reason == "damaged"
    monkeypatch.setattr("playground.sqlite.WAIT", 0.05)
    runs = Runs(tmp_path / "runs.db")
    holder = sqlite3.connect(tmp_path / "runs.db", isolation_level=None)
    holder.execute("begin immediate")
    with pytest.raises(StorageFailed) as raised:
        runs.create("late", described())
    assert raised.value.reason == "busy"
    holder.execute("rollback")
    name = runs.create("in time", described())
    holder.execute("update run set description = '{}'")
    with pytest.raises(StorageFailed) as raised:
        runs.load(name)
    assert raised.value.reason == "damaged"


# ---- exports


@pytest.mark.parametrize(
    "hostile",
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "=cmd|'/C calc'!A0", "＝1+1", "-", "+"],
)
def test_formulas_are_neutralised(hostile):
    assert neutralise_formula(hostile) == f"'{hostile}"


@pytest.mark.parametrize("harmless", ["", "a=b", "-4", "+3.5", "Nile", -4, 0.5, None])
def test_other_cells_stay(harmless):
    assert neutralise_formula(harmless) == harmless


def kept(runs: Runs) -> tuple[str, dict[Cell, Outcome]]:
    hostile = Item(id="=HYPERLINK(0)", question="=1+1", answer="-4", accept=("@x",))
    name = runs.create("A | run\n# with <b>signs</b>", described(items=(*ITEMS, hostile)))
    runs.keep(name, Cell("b", "=HYPERLINK(0)"), outcome(answer="=cmd|' /C calc'!A0"))
    for number, item in enumerate(ITEMS):
        runs.keep(name, Cell("a", item.id), outcome(score=float(number % 2)))
        runs.keep(name, Cell("b", item.id), outcome(score=1.0))
    return name, runs.outcomes(name)


def test_csv(runs):
    name, outcomes = kept(runs)
    rows = list(csv.DictReader(io.StringIO(to_csv(runs.load(name), outcomes), newline="")))
    assert len(rows) == 25
    assert [row["column"] for row in rows] == ["a"] * 12 + ["b"] * 13
    last = rows[-1]
    assert (last["item"], last["question"]) == ("'=HYPERLINK(0)", "'=1+1")
    assert last["output"].startswith("'=cmd") and last["answer"].startswith("'=cmd")
    assert last["expected"] == "'-4 | @x"
    assert all(not cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())


NONE = Outcome(text="I cannot say.", extraction=NOTHING, score=0.0, calls=1, done=True)


def unread(runs: Runs) -> tuple[str, dict[Cell, Outcome]]:
    """Of one column: right, wrong, twice nothing that can be read, judged right by hand, failed, for a person."""
    name = runs.create("Unread", described())
    found = [outcome(), outcome(score=0.0, answer="5"), NONE, NONE, replace(NONE, score=1.0)]
    found += [Outcome(failure=Failure("rate_limited", {}), done=True), outcome(score=None)]
    for item, one in zip(ITEMS, found, strict=False):
        runs.keep(name, Cell("a", item.id), one)
    return name, runs.outcomes(name)


def test_no_readable_answer_is_counted_apart_from_wrong(runs):
    name, outcomes = unread(runs)
    summary = summarise(outcomes, ["a"])[0]
    assert (summary.wrong, summary.unread, summary.failed, summary.unscored) == (1, 2, 1, 1)
    assert summary.mean == pytest.approx(2 / 5), "what cannot be read is not right"
    assert [one.unread for one in tries(outcomes, "a")] == [0, 0, 1, 1, 0, 0]
    said = ["right", "wrong", "no_readable_answer", "no_readable_answer", "right", "failed", "unscored"]
    rows = list(csv.DictReader(io.StringIO(to_csv(runs.load(name), outcomes), newline="")))
    assert [row["verdict"] for row in rows] == said
    _, *lines = to_jsonl(runs.load(name), outcomes).splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == said


@pytest.mark.parametrize(("language", "word"), [("en", "No readable answer"), ("es", "Sin respuesta legible")])
def test_the_report_counts_what_cannot_be_read(runs, language, word):
    name, outcomes = unread(runs)
    words = {word: text(language, f"report.{word}") for word in WORDS}
    head, _, row, *_ = [line for line in to_markdown(runs.load(name), outcomes, words).splitlines() if line[:1] == "|"]
    heads, cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in (head, row))
    assert cells[heads.index(word)] == "2"
    assert cells[heads.index(words["wrong"])] == cells[heads.index(words["failed"])] == "1"


def test_a_cell_that_an_older_version_kept_has_a_verdict():
    kept = '{"text": "?", "extraction": {"value": null, "start": null, "end": null, "rule": "none"}, "score": 0.0}'
    assert verdict(outcome_from_json(kept)) == "no_readable_answer"
    assert verdict(outcome_from_json('{"text": "4", "score": 0.0}')) == "wrong"


def test_json_lines(runs):
    name, outcomes = kept(runs)
    head, *lines = to_jsonl(runs.load(name), outcomes).splitlines()
    assert run_from_json(head) == runs.load(name)
    read = {}
    for line in lines:
        values = json.loads(line)
        cell = Cell(values.pop("column"), values.pop("item"), values.pop("repeat"))
        read[cell] = outcome_from_json(json.dumps(values))
    assert read == outcomes


@pytest.mark.parametrize("language", languages())
def test_markdown(runs, language):
    name, outcomes = kept(runs)
    words = {word: text(language, f"report.{word}") for word in WORDS}
    report = to_markdown(runs.load(name), outcomes, words)
    assert report.startswith("# A \\| run \\# with \\<b\\>signs\\</b\\>\n")
    (row,) = [line for line in report.splitlines() if line.startswith("| Zero-shot · a |")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[:4] == ["Zero-shot · a", "0.500", "0.254 – 0.746", "12"]
    assert "0.0312" in report, "6 better, none worse: p = 2 / 2**6"


NOTEBOOK_RUNNER = """
import ast, asyncio, inspect, json, sys
names = {}
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        code = compile(cell["source"], "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        done = eval(code, names)
        if inspect.iscoroutine(done):
            asyncio.run(done)
"""
SETUP = """from collections.abc import AsyncGenerator

from playground.notebook import Attempt, Column, Outcome, Scoring, Sought, extract, scored
from providers.base import Options, complete
from providers.catalog import load
from providers.registry import connect
from providers.types import Message, Request, Sampling
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

PROVIDER = connect("scripted", load(), Options(home=Path("unused")))


def direct(model_id: str, seed: int):
    async def answer(attempt: Attempt) -> AsyncGenerator[Outcome]:
        model = next(one for one in await PROVIDER.models() if one.id == model_id)
        messages = (Message.of("user", f"{TASKS.instruction} {attempt.item.question}"),)
        async with attempt.slots.at(PROVIDER.name):
            done = await complete(PROVIDER, Request(model=model, messages=messages, sampling=Sampling(seed=seed)))
        found = extract(done.text, Sought(kind=TASKS.kind, language=TASKS.language))
        score = await scored(TASKS.metrics[0], attempt.item, found, Scoring())
        yield Outcome(text=done.text, extraction=found, score=score, calls=1, usage=done.done.usage, done=True)

    return answer
"""


def test_the_notebook_is_valid_and_runs(runs, tmp_path):
    """Echo repeats the question "2 + 2?": the number it says last is right where n = 2 n, so in one case of 12."""
    name = runs.create("Quotes: ' \" ''' \\ and ñ", described(instruction="Add {these}."))
    recipe = Recipe(
        setup=SETUP,
        columns={
            "a": "Column(key='a', label='A', provider='scripted', run=direct('echo', 1))",
            "b": "Column(key='b', label='B', provider='scripted', run=direct('variant', 2))",
        },
    )
    written = to_notebook(runs.load(name), recipe)
    nbformat.validate(nbformat.reads(written, as_version=4))
    assert to_notebook(runs.load(name), recipe) == written
    book = tmp_path / "run.ipynb"
    book.write_text(written, "utf-8")
    command = [sys.executable, "-W", "error::DeprecationWarning", "-c", NOTEBOOK_RUNNER, str(book)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "24 / 24" in done.stdout
    assert "a: 0.083 [0.015, 0.354]" in done.stdout
    assert "against a" in done.stdout


def test_a_recipe_has_to_know_every_column(runs):
    name = runs.create("r", described())
    with pytest.raises(KeyError):
        to_notebook(runs.load(name), Recipe(setup="", columns={"a": "None"}))


async def test_a_run_kept_as_it_goes(runs):
    name = runs.create("live", described())
    seen = []

    def keep(cell: Cell, found: Outcome) -> None:
        runs.keep(name, cell, found)
        seen.append(runs.load(name).done)

    watch = Watch()
    plan = Plan(columns=(column("a", watch), column("b", watch)), items=ITEMS, per_provider=1)
    async for snapshot in run(plan, Control(), keep):
        assert len(snapshot.outcomes) <= runs.load(name).done
    assert seen == list(range(1, 25))
    assert runs.load(name).whole
