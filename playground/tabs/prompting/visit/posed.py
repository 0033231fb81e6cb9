"""A visitor's own question, checked: what it asks for, which of our examples fit it, and what would be right."""

from __future__ import annotations

from dataclasses import dataclass

from playground.measuring import Item, Kind, TaskSet
from playground.measuring.errors import DocumentError
from playground.measuring.rows import RowReader
from playground.measuring.tasks import LETTERS, load, names, own_wording, set_rows
from playground.strategies.solving.question import Question
from playground.tabs.prompting.visit.errors import QuestionError
from playground.visitors.checks import InputBounds, checked_kind, checked_language, checked_text

_MOST_CHOICES = len(LETTERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posed:
    """As it was typed. `choices` and `truth` have several separated by lines or `|`; `language` is the prompt's."""

    question: str
    kind: str = "text"
    choices: str = ""
    truth: str = ""
    context: str = ""
    language: str = "en"


def question_of(posed: Posed, bounds: InputBounds) -> Question:
    """Raises `InputError` for no text, an unknown kind or language, and a choice without choices."""
    kind, language = checked_kind(posed.kind), checked_language(posed.language)
    text = checked_text(posed.question, bounds)
    choices = _choices(posed, kind, bounds)
    like = _alike(kind, choices, language)
    instruction, form = own_wording(kind, language)
    if kind == "label":
        form = form.format(labels=", ".join(choices))
    if like is not None and kind == "label":
        instruction, form = like.instruction, like.answer_format
    return Question(
        text=text,
        kind=kind,
        choices=choices,
        language=language,
        instruction=instruction,
        form=form,
        examples=like.examples if like is not None else (),
        context=checked_text(posed.context, bounds, empty=True),
        aliases=like.aliases if like is not None else None,
    )


def truth_of(posed: Posed, question: Question) -> tuple[str, ...]:
    """The right answers as the metrics want them; none where none was given. Raises `QuestionError("truth")`."""
    given = _several(posed.truth)
    if not given or question.kind == "code":
        return ()
    row = {"question": question.text, "answer": given[0], "accept": given[1:], "choices": list(question.choices)}
    try:
        item: Item = RowReader("", question.kind, question.language).item(row, 1)
    except DocumentError:
        raise QuestionError("truth") from None
    return item.answers


def metric_of(kind: Kind) -> str:
    """What answers of that kind are usually scored by."""
    return next(row.metrics[0] for row in set_rows() if row.kind == kind)


def _choices(posed: Posed, kind: Kind, bounds: InputBounds) -> tuple[str, ...]:
    if kind not in ("label", "choice"):
        return ()
    found = tuple(dict.fromkeys(_several(checked_text(posed.choices, bounds, empty=True))))
    if not 2 <= len(found) <= _MOST_CHOICES:
        raise QuestionError("choices")
    return found


def _several(text: str) -> list[str]:
    return [part.strip() for line in str(text or "").splitlines() for part in line.split("|") if part.strip()]


def _alike(kind: Kind, choices: tuple[str, ...], language: str) -> TaskSet | None:
    """The first of our sets whose examples fit: of the same kind, for labels also with the same ones."""
    wanted = {choice.casefold() for choice in choices}
    for name, row in zip(names(), set_rows(), strict=True):
        if row.kind != kind:
            continue
        found = load(name, language)
        if kind != "label" or {choice.casefold() for choice in found.items[0].choices} == wanted:
            return found
    return None
