"""The sample images and the questions about them: rows that the evaluation's reader takes, files that open."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from PIL import Image

from playground.measuring.items import LETTERS, Item
from playground.measuring.rows import RowReader

SAMPLES = Path(__file__).parents[4] / "assets" / "samples"
FILES = sorted(path for path in (SAMPLES / "images").iterdir() if path.suffix != ".jsonl")
OF_THE_IMAGE = {"image", "language", "type", "kind"}
TYPES = {"reading", "counting", "colour", "position", "reasoning"}
KINDS = {"number", "choice", "text"}
Row = dict[str, object]


def rows() -> list[Row]:
    return [json.loads(line) for line in (SAMPLES / "images" / "questions.jsonl").read_text("utf-8").splitlines()]


def item(row: Row) -> Item:
    rest = {name: value for name, value in row.items() if name not in OF_THE_IMAGE}
    return RowReader("questions.jsonl", row["kind"], "en").item(rest, 1)


def test_every_row_is_an_item_and_names_its_image() -> None:
    known = {path.name for path in FILES}
    for row in rows():
        assert row.keys() >= OF_THE_IMAGE
        assert row["image"] in known
        assert row["language"] in {"en", "es"}
        assert row["type"] in TYPES
        assert row["kind"] in KINDS
        assert item(row).id == row["id"]
        assert bool(row.get("choices")) == (row["kind"] == "choice")
    assert len({row["id"] for row in rows()}) == len(rows())
    assert len({(row["image"], row["question"]) for row in rows()}) == len(rows())


def test_every_image_is_asked_about_in_its_language() -> None:
    asked = Counter((row["image"], row["language"]) for row in rows())
    for path in FILES:
        stem, *language = path.name.split(".")[:-1]
        assert {tongue for name, tongue in asked if name == path.name} == set(language or ["en", "es"])
        assert all(count >= 5 for (name, _), count in asked.items() if name == path.name), stem


def test_there_are_eight_images_each_in_both_languages() -> None:
    languages = defaultdict(set)
    for row in rows():
        languages[str(row["image"]).split(".")[0]].add(row["language"])
    assert len(languages) == 8
    assert all(found == {"en", "es"} for found in languages.values())


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_type_is_asked_often_enough_to_count(language: str) -> None:
    types = Counter(row["type"] for row in rows() if row["language"] == language)
    assert types.keys() == TYPES
    assert min(types.values()) >= 6


def test_no_letter_is_the_answer_to_most_choices() -> None:
    """Always answering with one letter must not look like seeing."""
    letters = Counter(item(row).answer for row in rows() if row["kind"] == "choice")
    assert letters.keys() <= set(LETTERS[:4])
    assert max(letters.values()) <= 0.4 * letters.total()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_image_opens_and_is_small_enough(path: Path) -> None:
    assert path.stat().st_size <= 150 * 1024
    with Image.open(path) as image:
        image.load()
        assert image.format == {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP"}[path.suffix]
        assert 900 <= image.width <= 1200
        assert not image.getexif()


def test_all_three_formats_are_there() -> None:
    assert {path.suffix for path in FILES} == {".png", ".jpg", ".webp"}


def test_the_note_names_every_image() -> None:
    note = (SAMPLES / "README.md").read_text("utf-8")
    assert [path.name for path in FILES if f"`{path.name}`" not in note] == []
