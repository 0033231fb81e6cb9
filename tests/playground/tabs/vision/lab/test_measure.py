"""Measuring over the sample images: what is seen, what is guessed, what is read."""

from __future__ import annotations

import json
from contextlib import aclosing
from pathlib import Path

import pytest

from playground.measuring import Cell, Control, Outcome, Plan, Snapshot, run
from playground.measuring.errors import DocumentError
from playground.measuring.extract import Extraction
from playground.measuring.items import Item
from playground.tabs.vision.lab import measure as measured
from playground.tabs.vision.lab.measure import WAYS, Pictures, VisionContestant, by_type, column, type_floors
from playground.tabs.vision.lab.questions import PictureQuestion, load, types
from providers.adapters.huggingface import connect
from providers.base import Connection, Options
from providers.errors import UnsupportedRequest
from providers.image import size
from providers.types import Request, Sampling
from tests.playground.asking import hostile_images as hostile
from tests.playground.tabs.vision.lab.faking import READING, SEEING, Fake
from tests.providers.adapters.huggingface import tiny_vision


def written(folder: Path, *rows: dict[str, object]) -> Path:
    (folder / "shapes.png").write_bytes(hostile.saved(hostile.drawn((400, 300)), "PNG"))
    (folder / "questions.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return folder


def row(name: str, question: str, answer: str, kind: str = "number", **more: object) -> dict[str, object]:
    return {
        "id": name, "image": "shapes.png", "language": "en", "type": "counting", "kind": kind, "question": question,
        "answer": answer, **more,
    }  # fmt: skip


ROWS = (
    row("one", "How many colours?", "3"),
    row("two", "How many circles?", "0"),
    row("three", "What is on the left?", "red", "text", type="colour", accept=["a red half"]),
    row("four", "Which side is blue?", "B", "choice", type="position", choices=["left", "right"]),
    row("cinco", "¿Cuántos colores?", "3", language="es"),
)


@pytest.fixture
def questions(tmp_path: Path) -> tuple[PictureQuestion, ...]:
    return load("en", written(tmp_path, *ROWS))


async def finished(plan: Plan) -> Snapshot:
    async with aclosing(run(plan, Control())) as snapshots:
        return [snapshot async for snapshot in snapshots][-1]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_sample_questions(language: str) -> None:
    found = load(language)
    assert len(found) >= 20
    assert len(types(found)) >= 3
    assert all(question.image.is_file() and question.item.answer for question in found)
    assert {question.language for question in found} == {language}
    assert all(question.prompt.startswith(question.item.question) for question in found)


def test_rows(questions: tuple[PictureQuestion, ...], tmp_path: Path) -> None:
    assert [question.item.id for question in questions] == ["one", "two", "three", "four"]
    assert types(questions) == ("counting", "colour", "position")
    assert "B) right" in questions[3].prompt
    for wrong in (
        row("x", "?", "1", image="nothing.png"),
        row("x", "?", "1", image="../../secret.png"),
        row("x", "?", "1", kind="poem"),
        row("x", "?", "many"),
        row("one", "Again?", "1"),
    ):
        with pytest.raises(DocumentError):
            load("en", written(tmp_path, *ROWS, wrong))


async def test_three_ways_side_by_side(questions: tuple[PictureQuestion, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """With the image all is right, without it the model guesses, and what was read helps nobody here."""
    right = {question.item.question: question.item.answer for question in questions}

    def says(request: Request) -> str:
        asked = request.messages[-1].text
        known = next(answer for question, answer in right.items() if question in asked)
        return f"The answer is {known}." if request.messages[-1].images else "The answer is 0."

    provider, pictures, cleaned = Fake(says), Pictures(), []
    original = measured.clean_file

    async def counted(file: Path) -> object:
        cleaned.append(file)
        return await original(file)

    monkeypatch.setattr(measured, "clean_file", counted)
    models = {"sees": SEEING, "guesses": READING, "reads": READING}
    contestants = [VisionContestant(way=way, provider=provider, model=models[way]) for way in WAYS]
    columns = tuple(column(contestant, questions, pictures) for contestant in contestants)
    items = tuple(question.item for question in questions)
    last = await finished(Plan(columns=columns, items=items, seed=1))
    assert (last.state, last.failed, len(last.outcomes)) == ("done", 0, 12)
    keys = [contestant.key for contestant in contestants]
    scores = {(score.column, score.type): score for score in by_type(last.outcomes, keys, questions)}
    assert scores["sees@fake/eye", ""].mean == 1
    assert scores["sees@fake/eye", ""].items == 4
    assert scores["sees@fake/eye", "colour"].items == 1
    assert scores["sees@fake/eye", ""].low > 0.5 > scores["guesses@fake/mouth", "colour"].low
    assert scores["guesses@fake/mouth", "counting"].mean == 0.5, "one of them is 0"
    assert scores["reads@fake/mouth", "position"].mean == 0
    assert len(cleaned) == 1, "each file is cleaned once"
    for request in provider.requests:
        if request.model is SEEING:
            assert size(request.messages[-1].images[0]) == (200, 150), "as large as the model reads"
        else:
            assert not request.messages[-1].images
    told = next(iter(last.outcomes.values())).trace
    unkept = [{"what": "seed", "reason": "not_promised"}]
    assert told == {"prompt": questions[0].prompt, "image": "shapes.png", "type": "counting", "changes": unkept}


def test_who_cannot_see_cannot_be_asked_to(questions: tuple[PictureQuestion, ...]) -> None:
    blind = VisionContestant(way="sees", provider=Fake(lambda request: ""), model=READING)
    with pytest.raises(UnsupportedRequest):
        column(blind, questions, Pictures())


def test_scores_of_an_unfinished_run(questions: tuple[PictureQuestion, ...]) -> None:
    outcomes = {
        Cell("a", "one", 0): Outcome(score=1.0, done=True),
        Cell("a", "one", 1): Outcome(score=0.0, done=True),
        Cell("a", "two", 0): Outcome(score=1.0, done=True),
    }
    found = {score.type: score for score in by_type(outcomes, ["a"], questions)}
    assert found["counting"].mean == 0.75
    assert found["counting"].items == 2
    assert found["colour"].mean is None
    assert (found["colour"].low, found["colour"].high) == (0, 1)


def test_what_could_not_be_read_is_counted_apart_from_what_is_wrong(questions: tuple[PictureQuestion, ...]) -> None:
    nothing, seven = Extraction(None, None, None, "none"), Extraction("7", 0, 1, "line")
    outcomes = {
        Cell("a", "one", 0): Outcome(score=0.0, extraction=nothing, done=True),
        Cell("a", "one", 1): Outcome(score=0.0, extraction=seven, done=True),
        Cell("a", "two", 0): Outcome(score=1.0, extraction=seven, done=True),
        Cell("b", "two", 0): Outcome(score=0.0, extraction=nothing, done=True),
    }
    found = {score.type: score for score in by_type(outcomes, ["a"], questions)}
    assert (found["counting"].wrong, found["counting"].unread, found["counting"].scored) == (1, 1, 3)
    assert (found[""].wrong, found[""].unread, found["colour"].unread) == (1, 1, 0)


def test_a_question_may_hold_a_line_separator(tmp_path: Path) -> None:
    written(tmp_path)
    rows = [row("one", "How many\u2028colours?\x85", "3"), row("two", "How many circles?", "0")]
    lines = "\n".join(json.dumps(one, ensure_ascii=False) for one in rows)
    (tmp_path / "questions.jsonl").write_bytes(f"{lines}\r\n".encode())
    assert [question.item.id for question in load("en", tmp_path)] == ["one", "two"]
    assert "\u2028" in load("en", tmp_path)[0].item.question


async def test_a_real_model_that_sees(questions: tuple[PictureQuestion, ...], tmp_path: Path) -> None:
    """Random weights answer nothing right; every answer comes through image, processor and engine."""
    folder = tiny_vision.save_idefics(tmp_path / "idefics")
    provider = connect(Connection(provider="huggingface", models=(), options=Options(home=tmp_path / "home")))
    try:
        model = await provider.resolve(str(folder))
        sees = VisionContestant(
            way="sees", provider=provider, model=model, sampling=Sampling(temperature=0, max_tokens=6)
        )
        plan = Plan(columns=(column(sees, questions, Pictures()),), items=(questions[0].item, questions[2].item))
        last = await finished(plan)
        assert last.failed == 0
        assert all(outcome.usage.output_tokens and outcome.calls == 1 for outcome in last.outcomes.values())
        assert last.cost == 0
    finally:
        await provider.aclose()


def test_chance_and_the_most_frequent_letter_are_of_the_same_questions() -> None:
    letters = {"b1": "B", "b2": "B", "a": "A", "open": ""}
    questions = tuple(
        PictureQuestion(
            item=Item(id=name, question=name, answer=letter or "7", choices=tuple("wxyz") if letter else ()),
            image=Path("x.png"),
            type="colour" if letter else "counting",
            kind="choice" if letter else "number",
            language="en",
        )
        for name, letter in letters.items()
    )
    colour, every = type_floors(questions, "colour"), type_floors(questions, "")
    assert colour is not None and (colour.answer, colour.majority, colour.chance) == ("B", 2 / 3, 0.25)
    assert every is not None and (every.majority, every.chance) == (0.5, pytest.approx(3 / 16))
    assert type_floors(questions, "counting") is None and type_floors((), "") is None
