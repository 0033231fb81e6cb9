"""Files of SQuAD: the authors' articles, and the Hub's rows."""

from __future__ import annotations

import json

import pytest

from playground.measuring import readers

ASKED = {"id": "q1", "question": "Who sat?", "answers": [{"text": "the cat", "answer_start": 0}, {"text": "cat"}]}
NOWHERE = {"id": "q2", "question": "Who flew?", "answers": [], "is_impossible": True}
ARTICLES = {"data": [{"title": "Cats", "paragraphs": [{"context": "the cat sat", "qas": [ASKED, NOWHERE]}]}]}
ROWS = [
    {"id": "q1", "title": "Cats", "context": "the cat sat", "question": "Who sat?", "answers": {"text": ["the cat"]}},
]


@pytest.mark.parametrize(
    ("name", "content", "count"),
    [("dev-v2.0.json", json.dumps(ARTICLES), 2), ("squad.jsonl", "\n".join(map(json.dumps, ROWS)), 1)],
)
def test_both_layouts_are_recognised(tmp_path, name, content, count):
    file = tmp_path / name
    file.write_text(content, "utf-8")
    found = readers.recognise(file)
    assert found is not None
    assert (found.source, found.kind, len(found.items)) == ("SQuAD", "text", count)
    first = found.items[0]
    assert (first.id, first.answer) == ("q1", "the cat")
    assert first.question == "the cat sat\n\nWho sat?"
    if count == 2:
        assert first.accept == ("cat",)
        assert found.items[1].answer == "unanswerable"
        assert "unanswerable" in found.instruction


def test_a_file_of_another_layout_is_none(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"question": "Who?", "answers": "x"}\n', "utf-8")
    found = readers.recognise(file)
    assert found is None or found.source != "SQuAD"
