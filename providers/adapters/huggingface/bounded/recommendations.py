"""What transformers recommends and nothing here needs."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def ignore_recommendations() -> Generator[None]:
    """Wherever a tokenizer may be opened: Marian's misses sacremoses, for a `normalize` that it calls nowhere. The
    pieces are the same."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Recommended: pip install sacremoses", UserWarning)
        yield
