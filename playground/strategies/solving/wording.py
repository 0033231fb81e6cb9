"""The words around a question: `assets/prompts/strategies.toml`, and what is put into their gaps."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from playground.languages import in_language
from playground.measuring.tasks import LETTERS, Item
from playground.strategies.solving.question import Question
from providers.catalog import ASSETS
from providers.types import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class DemonstrationTurn:
    """A message of a demonstration."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactWording:
    """The words of ReAct. `thought`, `action` and `observation` are read back from replies."""

    thought: str
    action: str
    observation: str
    instruction: str
    calculator: str
    search: str
    finish: str
    nothing: str
    unread: str
    unknown: str
    uncomputed: str
    failed: str
    demonstration: tuple[DemonstrationTurn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeWording:
    """The words of Tree-of-Thoughts."""

    path: str
    propose: str
    rate: str
    conclude: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyWording:
    """One language's. A text's gaps are filled by `str.format`; what fills them is never read as a template."""

    context: str
    choice: str
    answer_is: str
    asked: str
    shown: str
    think: str
    think_first: str
    therefore: str
    template: str
    form: Mapping[str, str]
    """By kind of answer."""
    react: ReactWording
    tree: TreeWording


@cache
def wordings(folder: Path = ASSETS / "prompts") -> Mapping[str, StrategyWording]:
    """By language. A missing or unknown text is a `ValueError`: a slip must show."""
    return _WORDINGS.validate_python(tomllib.loads((folder / "strategies.toml").read_text("utf-8")))


def wording(language: str) -> StrategyWording:
    """That language's, or English."""
    return in_language(wordings(), language)


def answer_format(question: Question) -> str:
    """How the question wants its answer."""
    own = wording(question.language).form[question.kind].format(choices=", ".join(question.choices))
    return question.form or own


def lettered_text(text: str, choices: tuple[str, ...], question: Question) -> str:
    """The text of a question or of an example, its choices lettered below where they have letters."""
    if question.kind != "choice" or not choices:
        return text
    line = wording(question.language).choice
    lettered = [line.format(letter=letter, text=one) for letter, one in zip(LETTERS, choices, strict=False)]
    return "\n".join([text, *lettered])


def question_text(question: Question) -> str:
    """The question itself as a message: the context before it, its choices below."""
    text = lettered_text(question.text, question.choices, question)
    return (
        wording(question.language).context.format(context=question.context, question=text) if question.context else text
    )


def example_text(example: Item, question: Question) -> str:
    """An example's question, as `question` itself would be asked."""
    return lettered_text(example.question, example.choices or question.choices, question)


def system_message(*texts: str) -> tuple[Message, ...]:
    """A system message of these sentences; none where there is nothing to say."""
    said = " ".join(text.strip() for text in texts if text.strip())
    return (Message.of("system", said),) if said else ()


_WORDINGS: TypeAdapter[dict[str, StrategyWording]] = TypeAdapter(dict[str, StrategyWording], config={"extra": "forbid"})
