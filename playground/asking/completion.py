"""What a model is asked that only continues text: one text, which ends where the answer begins.

A base model knows neither turns nor instructions. Questions with their answers below each other, and one without, are
what it goes on from: Brown et al. 2020, "Language Models are Few-Shot Learners", arXiv:2005.14165, section 2 and
appendix G.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from playground.languages import in_language
from providers.catalog import ASSETS
from providers.types import Change, Message, ModelInfo

AS_TEXT = Change(what="history", reason="as_text")
"""What is told where messages became one text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionWording:
    """What stands before a question and before an answer, in one language."""

    question: str
    answer: str


@cache
def _wordings(folder: Path = ASSETS / "prompts") -> Mapping[str, CompletionWording]:
    rows = tomllib.loads((folder / "completion.toml").read_text("utf-8"))
    return {language: CompletionWording(**row) for language, row in rows.items()}


def answer_mark(language: str) -> str:
    """What stands before an answer."""
    return in_language(_wordings(), language).answer


def stops(model: ModelInfo, language: str) -> tuple[str, ...]:
    """Where what such a model writes is cut: it goes on with a question of its own. None for a model that converses."""
    return () if model.chat else (f"\n{in_language(_wordings(), language).question}",)


def as_completion(model: ModelInfo, messages: Sequence[Message], language: str) -> tuple[Message, ...]:
    """The messages as they are for a model that converses; else one text of them all.

    Instructions come first, then each question with its answer. What ends with the answer's mark already is left as it
    stands; what the assistant has begun comes after the last mark.
    """
    if model.chat or not messages:
        return tuple(messages)
    words = in_language(_wordings(), language)
    texts: list[str] = []
    for message in messages:
        text = message.text.strip()
        if message.role == "system":
            texts.append(text)
        elif message.role == "user":
            marked = text.endswith(words.answer)
            texts.append(text if marked else f"{words.question} {text}\n{words.answer}")
        elif texts:
            texts[-1] += f" {text}"
        else:
            texts.append(text)
    return (Message.of("user", "\n\n".join(text for text in texts if text)),)
