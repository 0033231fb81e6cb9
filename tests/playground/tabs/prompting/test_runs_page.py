"""The runs that a visitor keeps, on the page."""

from __future__ import annotations

import ast
import csv
import io
import json
from dataclasses import replace
from typing import Any

import gradio as gr
import nbformat

from playground.page.parts.held import hold_values
from playground.page.parts.run_files import FILE_TYPES
from playground.page.program import Who
from playground.tabs.prompting.page.events.measure import (
    reopen,
    reopen_as_it_was,
)
from playground.tabs.prompting.page.events.results import list_items, load_run, open_item
from playground.tabs.prompting.page.events.runs import (
    choose_run,
    compare_runs,
    delete_run,
    export_run,
    list_runs,
    rename_run,
)
from playground.tabs.prompting.page.fields import TaskSetFields
from tests.playground.tabs.prompting.measuring import run_of, shown_text, ways
from tests.playground.tabs.sampling.test_page import HOSTILE, Seen


class TestRuns:
    async def test_listed_named_compared_and_deleted(self, app, who):
        assert "There is none yet" in str(list_runs(app, who)[0])
        one = await run_of(app, who)
        other = await run_of(app, who, TaskSetFields(tasks="arithmetic", count=8), ways("zero_shot", "react"))
        listing = list_runs(app, who, one)
        assert str(listing[0]).count("data-run") == 2
        assert [value for _, value in listing[1]["choices"]] == [other, one] and listing[1]["value"] == one
        assert listing[2]["value"] == other
        assert listing[7] == gr.update(visible=False)  # nothing is left to finish
        assert choose_run(app, who, other, one) == [list_runs(app, who, other)[place] for place in (3, 4, 7, 8)]
        assert choose_run(app, who, one, one) == [gr.skip()] * 4, "the list was left: the name that is written stays"
        rename_run(app, who, one, f"  {HOSTILE} ")
        renamed = list_runs(app, who, one)
        assert renamed[3] == HOSTILE and "img" not in Seen(str(renamed[0])).tags
        said = compare_runs(app, who, one, other)
        assert "img" not in Seen(said).tags and shown_text(said).count("Zero-shot") == 1
        assert "Few-shot" not in said and "+0 / −0, p = 1.000" in said
        after = delete_run(app, who, other)
        assert [value for _, value in after[1]["choices"]] == [one]
        for refused in (delete_run(app, who, other)[5], compare_runs(app, who, one, None)):
            assert 'role="alert"' in str(refused)

    async def test_reopened_as_it_ended(self, app, who):
        run = await run_of(app, who)
        screen = reopen(app, who, run)
        assert "8 of 8" in shown_text(screen.progress) and screen.open_run == run
        assert len(screen.accuracy["value"].data) == 2
        assert len(screen.costs["value"].data) == 2  # tokens and seconds: nothing was paid
        assert screen.items.count("data-item") == 4 and screen.differ["visible"]
        assert 'role="alert"' in str(reopen(app, who, "none").progress)
        assert "Arithmetic word problems" in shown_text(screen.table) and "Settings of this run" in screen.table

    async def test_read_again_the_filter_and_the_opened_question_are_as_they_were(self, app, who):
        run = await run_of(app, who)
        item, spanish = load_run(app, who, run)[0].items[1], Who(who.visitor, "es", app.texts)
        screen = reopen_as_it_was(app, spanish, run, differ=True, picked=hold_values(run, item.id))
        assert screen.differ["value"] and screen.items == list_items(app, spanish, run, differ=True)
        assert screen.item == open_item(app, spanish, run, item.id) and item.question in shown_text(screen.item)
        for elsewhere in (hold_values("another", item.id), "", "[", "[[], {}]", None):
            assert reopen_as_it_was(app, spanish, run, differ=False, picked=elsewhere).item == ""
        gone = reopen_as_it_was(app, spanish, "none", differ=True, picked="")
        assert 'role="alert"' in str(gone.progress) and gone.items == ""

    async def test_nothing_to_compare_is_said(self, app, who):
        one = await run_of(app, who)
        for chosen in ((one, None), (None, one), (None, None)):
            assert "choose two runs" in compare_runs(app, who, *chosen)

    async def test_exports(self, app, who):
        run = await run_of(app, who)
        files = {kind: export_run(app, who, run, kind) for kind in FILE_TYPES}
        rows = list(csv.DictReader(io.StringIO(files["csv"]["content"].removeprefix("\ufeff"))))
        assert len(rows) == 8 and rows[0]["strategy"] == "zero_shot"
        assert len([json.loads(line) for line in files["jsonl"]["content"].splitlines()]) == 9
        assert "| Zero-shot |" in files["markdown"]["content"]
        book = nbformat.reads(files["notebook"]["content"], 4)
        assert "pip install -r requirements.txt" in book.cells[1].source, "what is missing is said, not found out"
        spanish = nbformat.reads(export_run(app, replace(who, language="es"), run, "notebook")["content"], 4)
        assert "Este cuaderno" in spanish.cells[0].source
        assert export_run(app, who, "none", "csv") is None
        assert {file["name"].partition(".")[2] for file in files.values()} == {"csv", "jsonl", "md", "ipynb"}

    async def test_the_notebook_repeats_the_run(self, app, who, tmp_path, monkeypatch, capsys):
        run = await run_of(app, who, None, ways("zero_shot", "self_consistency"))
        _, outcomes = load_run(app, who, run)
        book = nbformat.reads(export_run(app, who, run, "notebook")["content"], 4)
        monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "elsewhere"))
        names: dict[str, Any] = {}
        for cell in book.cells:
            if cell.cell_type == "code":
                code = compile(cell.source, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
                if (waiting := eval(code, names)) is not None:
                    await waiting
        await names["STACK"].aclose()
        repeated = names["snapshot"].outcomes
        assert {cell: (one.text, one.score) for cell, one in repeated.items()} == {
            cell: (one.text, one.score) for cell, one in outcomes.items()
        }
        assert "zero_shot@scripted/adder" in capsys.readouterr().out


async def test_a_run_that_has_ended_is_the_chosen_one_once(created, app, who, monkeypatch):
    """By the page's own event: the choice of the visitor stands until another run has ended."""
    blocks = created.blocks
    (chosen,) = [one for one in blocks.blocks.values() if getattr(one, "elem_id", None) == "runs-chosen"]
    (opening,) = [one for one in blocks.fns.values() if one.inputs[:1] == [chosen] and len(one.inputs) == 3]
    monkeypatch.setattr(type(app), "who", lambda *_: who)
    one, other = await run_of(app, who), await run_of(app, who)
    for run, opened, seen, expected in (
        (None, other, "", other),
        (one, other, other, one),
        (one, "", other, one),
        (other, one, other, one),
    ):
        *listed, now_seen = opening.fn(None, run, opened, seen)
        assert (listed[1]["value"], now_seen) == (expected, opened or seen)
