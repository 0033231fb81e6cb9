"""Files as they arrive: read, and taken off the disk again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gradio.utils import get_upload_folder

from playground.asking.upload import Upload
from playground.page.parts.errors import UploadError

KEPT = 60.0
"""Seconds after which an uploaded file is deleted.

Not at once: Gradio names it after its content, so the same file uploaded by a second visitor at this moment is the same
file on the disk, and would be gone before it was read.
"""
_MOST = 100
"""Files that one upload may bring; more of them come in a ZIP."""


@dataclass(slots=True)
class Once:
    """Uploaded files that may be taken more than once, although they are read and deleted but once."""

    paths: object
    taken: tuple[Upload, ...] | None = None


async def take(paths: object, kept: float = KEPT) -> tuple[Upload, ...]:
    """The uploaded files, deleted a little later even where one of them is refused.

    Raises `InputError`: "document" for what was not uploaded here, "files" for too many at once.
    """
    if isinstance(paths, Once):
        paths.taken = await take(paths.paths or [], kept) if paths.taken is None else paths.taken
        return paths.taken
    listed = [paths] if isinstance(paths, str) else paths
    if not isinstance(listed, Sequence) or not all(isinstance(path, str) for path in listed):
        raise UploadError("document")
    for path in listed:
        asyncio.get_running_loop().call_later(kept, _forget, Path(path), _modification_time(Path(path)))
    if len(listed) > _MOST:
        raise UploadError("files", limit=_MOST)
    return tuple([await asyncio.to_thread(_read, Path(path)) for path in listed])


def paths_of(files: object) -> list[str]:
    """From what an endpoint is sent: a list of Gradio's file values. Raises `UploadError("document")` for others.

    Only the key `path` counts: it is there that the middleware looks whose file it is.
    """
    listed = [files] if isinstance(files, dict) else files
    if not isinstance(listed, list):
        raise UploadError("document")
    found = [one.get("path") if isinstance(one, dict) else None for one in listed]
    if not all(isinstance(path, str) for path in found):
        raise UploadError("document")
    return [str(path) for path in found]


def text_upload(name: str, text: str) -> Upload:
    """A text typed or pasted, as a file."""
    stem = " ".join(name.split()) or "text"
    return Upload(name=stem if "." in stem else f"{stem}.txt", content=text.encode("utf-8", "replace"))


def _modification_time(path: Path) -> int:
    """When an uploaded file was written."""
    real, folder = Path(os.path.realpath(path)), Path(os.path.realpath(get_upload_folder()))
    if not real.is_relative_to(folder) or not real.is_file():
        raise UploadError("document")
    return real.stat().st_mtime_ns


def _read(path: Path) -> Upload:
    return Upload(name=path.name, content=path.read_bytes())


def _forget(path: Path, written: int) -> None:
    """Unless somebody uploaded it once more meanwhile."""
    try:
        if path.stat().st_mtime_ns == written:
            path.unlink()
    except OSError:  # it is gone already
        return
