"""SQuAD (Rajpurkar et al. 2016, 2018): the authors' JSON (articles, paragraphs, questions), or JSON Lines as the Hub's
`rajpurkar/squad` has them (`context`, `question`, `answers` with a list `text`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from playground.measuring import readers
from playground.measuring.errors import DocumentError
from playground.measuring.items import TaskSet
from playground.measuring.rows import RowReader

TITLE = "SQuAD"
_NONE = "unanswerable"
_Row = tuple[int, dict[str, object]]


def read(path: Path) -> TaskSet:
    """Short texts: each question with the paragraph that holds its answer. Of the questions of SQuAD 2.0 that have
    none, the right answer is "unanswerable", and the instruction says so."""
    rows, reader = list(_rows(path)), RowReader(path.name, "text", "en")
    items = tuple(reader.item(row, line) for line, row in rows)
    some = any(item.answer == _NONE for item in items)
    return TaskSet(
        name=path.stem,
        language="en",
        kind="text",
        items=items,
        source=TITLE,
        title=TITLE,
        instruction="Answer the question with words of the text."
        + (f' If the text does not say, answer "{_NONE}".' if some else ""),
        answer_format="Answer with the words of the text only.",
        metrics=("exact", "token_f1", "contains"),
    )


def _rows(path: Path) -> Iterator[_Row]:
    text = readers.read_text(path, TITLE)
    if text.lstrip().startswith("{") and '"paragraphs"' in text:
        yield from _articles(path, readers.parse_json(text, path, TITLE))
        return
    for line, row in readers.records(path, TITLE):
        answers = row.get("answers")
        if not isinstance(answers, dict) or "context" not in row:
            raise DocumentError("layout", file=path.name, layout=TITLE)
        yield line, _row(row.get("context"), row.get("question"), answers.get("text"), row.get("id"))


def _articles(path: Path, whole: object) -> Iterator[_Row]:
    place = 0
    for article in _list(whole, "data"):
        for paragraph in _list(article, "paragraphs"):
            for asked in _list(paragraph, "qas"):
                place += 1
                answers = [one.get("text") for one in _list(asked, "answers") if isinstance(one, dict)]
                if not isinstance(paragraph, dict) or not isinstance(asked, dict):
                    raise DocumentError("layout", file=path.name, layout=TITLE)
                yield place, _row(paragraph.get("context"), asked.get("question"), answers, asked.get("id"))


def _list(value: object, name: str) -> list[object]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _row(context: object, question: object, answers: object, name: object) -> dict[str, object]:
    listed = list(dict.fromkeys(str(one) for one in answers)) if isinstance(answers, list) else []
    first, *others = listed or [_NONE]
    row: dict[str, object] = {"question": f"{context}\n\n{question}", "answer": first, "accept": others}
    return {**row, "id": name} if isinstance(name, str) else row
