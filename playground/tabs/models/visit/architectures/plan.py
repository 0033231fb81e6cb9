"""A sentence that a visitor puts to models of several architectures: what is wanted, and what has come of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

from playground.languages import FALLBACK
from playground.tabs.models.lab.architectures import ArchitectureColumn
from playground.tabs.models.lab.ngram import NgramModel, ScoredWord, Smoothed, split_words, train
from providers.catalog import ASSETS
from providers.errors import Failure
from providers.sampling import Sampling

SECTION = "architectures"
SCORED = 100
"""Words of the sentence that the n-gram model scores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchitecturesPlan:
    """Who is shown the sentence. Without a name of its own, no model fills a blank, or rewrites."""

    text: str
    length: int = 60
    """Tokens that each writes, at most."""
    order: int = 3
    smoothed: Smoothed = field(default_factory=Smoothed)
    training: str = ""
    """What the n-gram model learns from; the sample text where it is empty."""
    fill_mask: str = ""
    seq2seq: str = ""
    instruction: str = ""
    asked: str = ""
    """What a model that converses is asked."""
    models: tuple[str, ...] = ()
    """Those that write go on from the sentence, and are asked; those that make vectors are tried at the blank."""
    fetch: bool = False
    sampling: Sampling = field(default_factory=Sampling)
    language: str = "en"
    judge: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """All columns, as far as they have come, and who judges them."""

    columns: tuple[ArchitectureColumn, ...] = ()
    judge: str = ""
    unjudged: Failure | None = None
    """Why nobody could judge."""
    trained: tuple[int, ...] = ()
    """Words that the n-gram model was trained on, and different n-grams of each length."""
    scored: tuple[ScoredWord, ...] = ()
    """What it makes of the sentence itself, up to a blank: of its first words, a hundred at most."""

    def stop_unfinished(self) -> Compared:
        """What had not come to its end was stopped."""
        columns = (one if one.state == "done" else replace(one, state="stopped", progress=None) for one in self.columns)
        return replace(self, columns=tuple(columns))


def sample_text(text: str, language: str, folder: Path = ASSETS / "samples" / "texts") -> str:
    """What the n-gram model learns from where the visitor gives nothing: the sample that knows most words of the text;
    of those that know as many, that in the page's language. Blocks."""
    words = set(split_words(text))
    samples = {file.stem: file.read_text("utf-8") for file in sorted(folder.glob("*.txt"))}

    def order(name: str) -> tuple[int, bool, bool]:
        return len(words & set(split_words(samples[name]))), name == language, name == FALLBACK

    return samples[max(samples, key=order)]


async def train_for(plan: ArchitecturesPlan) -> NgramModel:
    """Raises `NgramError`."""

    def train_model() -> NgramModel:
        return train(plan.training if plan.training.strip() else sample_text(plan.text, plan.language), plan.order)

    return await asyncio.to_thread(train_model)


def after_prompt(prompt: str, said: str) -> str:
    """With a space, where it goes on with a word."""
    return said if not prompt or said[:1] in ".,;:!?)]}»”’…" else f" {said}"
