"""A visitor's own questions, from a file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from playground.page.parts.own_questions import show_columns, use_table
from playground.page.parts.task_sets import task_set_choices
from playground.tabs.prompting.page.events.results import load_run
from playground.tabs.prompting.page.fields import TaskSetFields
from tests.playground.tabs.prompting.measuring import run_of, shown_text, ways
from tests.playground.tabs.sampling.test_page import HOSTILE, Seen


class TestUploads:
    CSV = "Pregunta,Respuesta,Nivel\n¿Cuánto es 2 + 2?,4,1\n¿Y 3 + 4?,siete,1\n,5,1\n¿Y 10 + 5?,15,2\n"

    def file(self, tmp_path: Path, content: str, name: str = "questions.csv") -> str:
        path = tmp_path / name
        path.write_text(content, "utf-8")
        return str(path)

    def test_columns_are_guessed_and_mistakes_told_by_row(self, app, who, tmp_path):
        path = self.file(tmp_path, self.CSV)
        drawn = show_columns(app, who, path)
        found = chosen(drawn)
        assert (found["question"], found["answer"]) == ("Pregunta", "Respuesta") and '<button type="submit"' in drawn
        assert "4 rows" in drawn and "¿Cuánto es 2 + 2?" in drawn and "kind" in found
        said, used = use_table(app, who, path, "es", {**found, "kind": "number"})
        assert used is not None and len(used.items) == 2 and app.visits.own_tasks(who.visitor) == used
        assert task_set_choices(app, who)[-1] == ("Your file: questions.csv", "own")
        assert "2 questions" in said and "Row 3:" in said and "Row 4:" in said

    async def test_own_questions_are_measured(self, app, who, tmp_path):
        path = self.file(tmp_path, self.CSV)
        use_table(app, who, path, "es", {"kind": "number", "question": "Pregunta", "answer": "Respuesta"})
        run = await run_of(app, who, TaskSetFields(tasks="own", count=10, language="es"), ways("zero_shot"))
        description, outcomes = load_run(app, who, run)
        assert description.tasks == "questions.csv" and [one.answer for one in description.items] == ["4", "15"]
        answers = {cell.item: one.extraction.value for cell, one in outcomes.items()}
        assert [answers[one.id] in (one.answer, str(int(one.answer) + 1)) for one in description.items] == [True, True]

    @pytest.mark.parametrize(
        ("content", "guessed"),
        [
            ("question,answer\nq1,1\nq2,2\n", "number"),
            ("text,label\n" + "".join(f"t{n},{'yes' if n % 2 else 'no'}\n" for n in range(12)), "label"),
            ('{"question": "q", "answer": "B", "choices": ["a", "b"]}\n', "choice"),
            ("question,answer\nq1,the Nile\nq2,Rome\n", "text"),
            ('{"question": "q", "answer": false}\n{"question": "r", "answer": true}\n', "label"),
            ('{"question": "q", "answer": "def f(): pass", "tests": ["assert f"]}\n', "code"),
        ],
    )
    def test_the_kind_is_guessed(self, app, who, tmp_path, content, guessed):
        assert chosen(show_columns(app, who, self.file(tmp_path, content)))["kind"] == guessed

    def test_a_file_as_the_hub_has_it_is_recognised(self, app, who, tmp_path):
        row = {"question": "Ann has 8 pens and sells half.", "answer": "8/2 = <<8/2=4>>4\n#### 4"}
        path = self.file(tmp_path, json.dumps(row) + "\n", "train.jsonl")
        drawn = show_columns(app, who, path)
        assert "GSM8K" in drawn and '<button type="submit"' in drawn and chosen(drawn) == {"kind": "number"}
        assert drawn.count("<option") == 1
        said, used = use_table(app, who, path, "en", {"kind": "text"})
        assert used is not None and len(used.items) == 1 and "train" in said
        assert show_columns(app, who, self.file(tmp_path, self.CSV)).partition("</select>")[0].count("<option") > 1

    def test_a_line_that_cannot_be_read_is_told(self, app, who, tmp_path):
        path = self.file(tmp_path, 'question,answer\n"Who "said" it?",Ana\nWho sang?,Eva\n')
        said, _ = use_table(app, who, path, "en", {"kind": "text", "question": "question", "answer": "answer"})
        assert "1 question" in said and "Row 2:" in said

    @pytest.mark.parametrize("content", ["", "one column\nalone\n", "\x00\x01\x02", "a,a\n1,2\n"])
    def test_files_that_cannot_be_read(self, app, who, tmp_path, content):
        drawn = show_columns(app, who, self.file(tmp_path, content))
        assert 'role="alert"' in drawn and "<button" not in drawn

    def test_the_same_column_twice_and_no_file(self, app, who, tmp_path):
        path = self.file(tmp_path, self.CSV)
        for file, given in ((path, {}), (None, {}), (path, {"question": "Pregunta", "answer": "Pregunta"})):
            said, used = use_table(app, who, file, "en", {"kind": "text", **given})
            assert 'role="alert"' in said and used is None
        assert show_columns(app, who, None) == ""

    def test_a_hostile_table_is_text(self, app, who, tmp_path):
        path = self.file(tmp_path, json.dumps({HOSTILE: "q", "answer": HOSTILE}) + "\n", "x.jsonl")
        drawn = show_columns(app, who, path)
        assert "img" not in Seen(drawn).tags and HOSTILE in shown_text(drawn)
        nonsense = {"kind": "text", "question": ["x"], "answer": {"y": 1}, "choices": 7}
        assert 'role="alert"' in use_table(app, who, path, "en", nonsense)[0]


def chosen(drawn: str) -> dict[str, object]:
    """What the fields hold that were drawn."""
    lists = re.findall(r'<select name="(\w+)">(.*?)</select>', drawn, re.DOTALL)
    values: dict[str, object] = {
        name: "".join(re.findall(r'value="([^"]*)" selected', inside)) for name, inside in lists
    }
    boxes = re.findall(r'value="([^"]*)" checked', drawn)
    return {**values, "choices": boxes} if "<fieldset" in drawn else values
