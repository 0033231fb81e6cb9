"""The secret that signs the visitors' cookies."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

_LENGTH = 32


def kept_secret(home: Path) -> bytes:
    """The same random bytes for every process with that home; for this process only where it cannot be kept."""
    path = home / "visitors" / ".secret"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists() or len(path.read_bytes()) != _LENGTH:
            _place(path)
        return path.read_bytes()
    except OSError:
        return secrets.token_bytes(_LENGTH)


def _place(path: Path) -> None:
    """Write it under another name and link it into place: of two processes one wins, whole."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_LENGTH))
        if path.exists():  # damaged: a file of another length
            Path(name).replace(path)
        else:
            path.hardlink_to(name)
    except FileExistsError:
        return
    finally:
        Path(name).unlink(missing_ok=True)
