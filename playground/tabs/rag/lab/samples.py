"""Documents of the project's own, to try a search at once."""

from __future__ import annotations

from pathlib import Path

from playground.asking.upload import Upload
from providers.catalog import ASSETS


def sample_documents(assets: Path = ASSETS) -> tuple[Upload, ...]:
    """The files of `samples/documents`, by name."""
    files = sorted(path for path in (assets / "samples" / "documents").iterdir() if path.is_file())
    return tuple(Upload(path.name, path.read_bytes()) for path in files)
