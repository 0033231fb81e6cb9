"""The sample images with their questions and known answers: rows of `assets/samples/images/questions.jsonl`.

A row is a task set's row (see `evaluation.rows`) and besides: `image`, a file of that folder; `type`, what is asked for
(counting, reading …); `kind` of answer; `language`, "en" or "es".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from playground.measuring.errors import DocumentError
from playground.measuring.extract import Sought
from playground.measuring.items import KINDS, LETTERS, Item, Kind
from playground.measuring.rows import RowReader, json_object
from playground.measuring.tasks import own_wording
from providers.catalog import ASSETS

_OWN = ("image", "type", "kind", "language")


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureQuestion:
    """A question about one of the sample images."""

    item: Item
    image: Path
    type: str
    kind: Kind
    language: str

    @property
    def sought(self) -> Sought:
        return Sought(kind=self.kind, choices=self.item.choices, language=self.language)

    @property
    def prompt(self) -> str:
        """Question, options where it has some, and how to answer: the same for every column."""
        _, form = own_wording(self.kind, self.language)
        options = [
            f"{letter}) {choice}" for letter, choice in zip(LETTERS, self.item.choices, strict=False)
        ] if self.kind == "choice" else []  # fmt: skip
        return "\n".join((self.item.question, *options, form.format(labels=", ".join(self.item.choices))))


def load(language: str, folder: Path = ASSETS / "samples" / "images") -> tuple[PictureQuestion, ...]:
    """The questions in a language. Raises `DocumentError` with the line of a row that is wrong."""
    file = folder / "questions.jsonl"
    readers: dict[str, RowReader] = {}
    found: list[PictureQuestion] = []
    for line, text in enumerate(file.read_text("utf-8").split("\n"), start=1):
        row = json_object(text, file.name, line) if text.strip() else None
        if row is None or row.get("language", language) != language:
            continue
        own = {name: str(row.pop(name, "")) for name in _OWN}
        kind = cast(Kind, own["kind"] or "text")
        image = folder / Path(own["image"]).name
        if kind not in KINDS or not own["image"] or not image.is_file():
            raise DocumentError("row", file=file.name, line=line)
        reader = readers.setdefault(kind, RowReader(file.name, kind, "en"))
        item = reader.item(row, line)
        found.append(PictureQuestion(item=item, image=image, type=own["type"] or kind, kind=kind, language=language))
    _each_once(found, file.name)
    return tuple(found)


def types(questions: Iterable[PictureQuestion]) -> tuple[str, ...]:
    """What is asked for, each once, in the order of the file."""
    return tuple(dict.fromkeys(question.type for question in questions))


def _each_once(questions: Sequence[PictureQuestion], file: str) -> None:
    names = [question.item.id for question in questions]
    if len(set(names)) != len(names):
        twice = next(place for place, name in enumerate(names, start=1) if name in names[: place - 1])
        raise DocumentError("row_twice", file=file, line=twice)
