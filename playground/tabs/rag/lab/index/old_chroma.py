"""The vectors that version 0.1.0 kept in a database of Chroma's own, read once, to be kept otherwise from then on.

Chroma 1.5.9 trusts the files of its graph: what a kill leaves half written ends whoever opens it with a segmentation
fault. So a process of its own opens them, and where it dies, there is nothing to take over.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import numpy as np

from playground.tabs.rag.lab.index.store import PREFIX, Vectors

_PROGRAM = Path(__file__).with_name("old_chroma_program.py")
_FILE = "chroma.sqlite3"
_SECONDS = 60.0
"""For one collection: a half-written graph can also make Chroma wait for itself for ever."""
_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP")
"""What the process needs of the environment. Keys never go along."""
_LENGTH = 0.01
"""How far from 1 the length of a vector may be."""


class OldChroma:
    """The newest database in numbered folders below `folder`, where there is one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._names: frozenset[str] | None = None

    def names(self) -> frozenset[str]:
        """Of this program's collections in it: none where it does not open. Nothing of Chroma's is asked for them."""
        with self._lock:
            if self._names is None:
                self._names = self._list_names()
            return self._names

    def read(self, name: str) -> tuple[list[str], Vectors, list[str]]:
        """Ids, vectors and digests of documents, as far as they can be read; nothing where the process died."""
        nothing = list[str](), np.zeros((0, 0), np.float32), list[str]()
        with tempfile.TemporaryDirectory() as folder:
            written = Path(folder) / "read.npz"
            command = [sys.executable, "-P", "-B", str(_PROGRAM), str(self._list_folders()[-1]), name, str(written)]
            environment = {one: os.environ[one] for one in _KEPT if one in os.environ}
            environment["PYTHONPATH"] = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
            try:
                ended = subprocess.run(  # noqa: S603 - our own program
                    command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS
                )
            except subprocess.TimeoutExpired:
                return nothing
            if ended.returncode or not written.exists():
                return nothing
            with np.load(written, allow_pickle=False) as arrays:
                ids, vectors, documents = arrays["ids"], arrays["vectors"], arrays["documents"]
        # A damaged graph gives noise for vectors.
        sound = np.abs(np.linalg.norm(vectors.astype(np.float64), axis=1) - 1) < _LENGTH
        return ids[sound].tolist(), vectors[sound].astype(np.float32), documents[sound].tolist()

    def remove(self) -> None:
        """All of it, once it is of no use. One that did not open stays: another program may be at work in it."""
        if self.names():
            with self._lock:
                for folder in self._list_folders():
                    shutil.rmtree(folder)
                self._names = frozenset()

    def _list_folders(self) -> list[Path]:
        folders = self._folder.iterdir() if self._folder.is_dir() else ()
        return sorted((one for one in folders if one.name.isdecimal() and one.is_dir()), key=lambda one: int(one.name))

    def _list_names(self) -> frozenset[str]:
        folders = self._list_folders()
        if not folders or not (folders[-1] / _FILE).exists():
            return frozenset()
        try:
            with closing(sqlite3.connect(folders[-1] / _FILE)) as connection:
                return frozenset(
                    name for (name,) in connection.execute("select name from collections") if name.startswith(PREFIX)
                )
        except sqlite3.Error:  # no database: there is nothing to take over
            return frozenset()
