"""Questions with their answers, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["number", "label", "choice", "text", "code", "translation", "summary"]
"""What an answer is: a number, one of a few labels, the letter of a choice, a short text, a program, or a longer text
that no single wording is right for."""
KINDS: tuple[Kind, ...] = get_args(Kind)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The letters that stand before choices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question. `answer` is the number, the label, the letter of the choice, the program or the best text."""

    id: str
    question: str
    answer: str
    accept: tuple[str, ...] = ()
    """Other answers that are as good."""
    choices: tuple[str, ...] = ()
    """Labels to choose from, or the texts behind the letters A, B, C …"""
    level: int | None = None
    """From 1, easy, upwards."""
    tests: tuple[str, ...] = ()
    """`assert` statements that a right program passes."""
    working: str | None = None
    """The arithmetic behind the answer."""
    reasoning: str | None = None
    """A worked solution, for few-shot chains of thought."""

    @property
    def answers(self) -> tuple[str, ...]:
        return (self.answer, *self.accept)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSet:
    """Questions of one kind in one language, and worked examples that are none of them."""

    name: str
    language: str
    kind: Kind
    items: tuple[Item, ...]
    examples: tuple[Item, ...] = ()
    source: str = ""
    """Where it comes from, in words."""
    title: str = ""
    instruction: str = ""
    """What to do with a question, as a prompt says it."""
    answer_format: str = ""
    """How to give a bare answer, as a prompt says it where no reasoning is asked for."""
    metrics: tuple[str, ...] = ()
    """What it is scored by, the usual one first; the names are those of `metrics`."""
    aliases: Mapping[str, tuple[str, ...]] | None = None
    """Other words for a label, such as its feminine form or the other language's word."""
