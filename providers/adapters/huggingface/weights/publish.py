"""How a model takes its place in the cache: made in a hidden folder beside it, and moved there when it is whole.

What lies there is moved aside first and removed last, so that at every moment one of the two can be had. Only for
whoever holds the model's lock.
"""

from __future__ import annotations

import secrets
import shutil
from contextlib import suppress
from pathlib import Path

_DOWNLOADS = ("hub", "parts")
"""What an interrupted download leaves to go on from: a repository's files, a file's parts."""
_KEPT = (*_DOWNLOADS, "hf")


def begin(target: Path) -> Path:
    """A folder to make the model in. It may hold what an interrupted download left, and nothing else.

    A new name each time, so that a child that outlived its parent writes into nothing.
    """
    scratch = target.parent / f".making-{target.name}-{secrets.token_hex(6)}"
    left = _left("making", target)
    if begun := next((folder for folder in reversed(left) if is_begun(folder)), None):
        left.remove(begun)
        begun.rename(scratch)
        _clear(scratch)
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    scratch.mkdir(exist_ok=True)
    return scratch


def is_begun(scratch: Path) -> bool:
    """It holds a part of a download."""
    return any((scratch / name).is_dir() for name in _DOWNLOADS)


def _clear(scratch: Path) -> None:
    """Leave what a download goes on from: beside it may lie half a wheel, and what its unpacking needed."""
    for left in scratch.iterdir():
        if left.name in _KEPT:
            continue
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def publish(fresh: Path, target: Path) -> None:
    """Raises `OSError`; then what lay there lies there again."""
    old = target.parent / f".old-{target.name}-{secrets.token_hex(6)}"
    if target.exists():
        target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        put_back(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def add(fresh: Path, target: Path, last: str) -> None:
    """Move files into a model's folder. Whoever looks meanwhile sees it as it was until `last` is there.

    Raises `OSError`; whoever comes next does it again.
    """
    for name in sorted((file.name for file in fresh.iterdir()), key=lambda name: name == last):
        if (target / name).is_dir():  # of a time before that came to nothing
            shutil.rmtree(target / name)
        (fresh / name).replace(target / name)


def put_back(target: Path) -> None:
    """What was moved aside by a process that ended before another stood in its place."""
    for old in _left("old", target):
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(target)


def _left(kind: str, target: Path) -> list[Path]:
    """Of this model alone: another's name may begin as its own does."""
    wanted = f".{kind}-{target.name}"
    return sorted(path for path in target.parent.iterdir() if path.name.rpartition("-")[0] == wanted)


def link(source: Path, target: Path) -> None:
    """The same file under another name where the file system can do that, else a copy. Raises `OSError`."""
    with suppress(OSError):  # another file system, or one without links
        target.hardlink_to(source)
    if not target.exists():
        shutil.copyfile(source, target)
