"""In which language a worked example is asked."""

from __future__ import annotations

from collections.abc import Iterable

from providers.types import ModelInfo


def example_language(models: Iterable[ModelInfo], language: str) -> str:
    """The page's language where every model says that it speaks it, or says nothing; else English."""
    told = [model.languages for model in models]
    return language if all(language in one for one in told if one) else "en"
