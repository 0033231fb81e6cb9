"""What the thread of an event loop must not do: wait for a disk, a pipe, a process or a thread, or work without bound.

`watched` looks at every call that this thread makes, of Python's functions and of C's, as a profiler does.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parent.parent
OURS = (str(ROOT / "playground"), str(ROOT / "providers"))
BOUND = 16_384
"""Characters or bytes: what a template makes or JSON is read or written on the loop's thread may be so long."""

_FILES = ("_io.FileIO", "_io.BufferedReader", "_io.BufferedWriter", "_io.BufferedRandom", "_io.TextIOWrapper")
_FILE_CALLS = frozenset(
    {"read", "read1", "readinto", "readline", "readlines", "readall", "write", "writelines", "flush"}
)
_C_CALLS = frozenset(
    {
        ("_io", "open"), ("io", "open"), ("_io", "open_code"),
        ("posix", "open"), ("posix", "read"), ("posix", "write"), ("posix", "fsync"), ("posix", "waitpid"),
        ("_posixsubprocess", "fork_exec"), ("time", "sleep"),
        ("_pickle", "dump"), ("_pickle", "dumps"), ("_pickle", "load"), ("_pickle", "loads"),
    }
)  # fmt: skip
_SQL = frozenset({"execute", "executemany", "executescript", "commit", "fetchall", "fetchone", "connect"})
_JSON = {
    ("json/encoder.py", "encode"), ("json/encoder.py", "iterencode"), ("json/decoder.py", "decode"),
    ("pydantic/type_adapter.py", "dump_json"), ("pydantic/type_adapter.py", "validate_json"),
    ("pydantic/main.py", "model_dump_json"), ("pydantic/main.py", "model_validate_json"),
    ("jinja2/environment.py", "render"),
}  # fmt: skip
_BOUNDED = frozenset(
    {
        ("playground/visitors/conversations.py", "folder"),  # hashes a visitor's name
        ("playground/web/visitor.py", "cookie"),  # and signs it
        ("playground/measuring/outcomes.py", "seed_for"),  # a question's name
        ("playground/tabs/rag/lab/index/collection.py", "_space"),  # a model's name
        ("playground/tabs/rag/lab/index/vectors.py", "name"),
        ("playground/tabs/rag/lab/index/vectors.py", "owner_prefix"),
    }
)
"""Who may hash: what is hashed there has a few bytes."""


@dataclass(slots=True)
class Watch:
    """`found` has a line for each call that should have been made elsewhere: what, and which of our lines made it."""

    raising: bool
    folders: tuple[str, ...] = OURS
    found: list[str] = field(default_factory=list)

    def profile(self, frame: FrameType, event: str, arg: Any) -> None:
        what = None
        if event == "c_call":
            what = _c_call(arg)
        elif event in {"call", "return"}:
            what = _python_call(frame, event, arg)
        if what is None:
            return
        ours = _frame_within(frame, self.folders)
        if ours is None or (what.startswith("hash") and _place(ours)[:2] in _BOUNDED):
            return
        file, function, line = _place(ours)
        self.found.append(f"{what} at {file}:{line} in {function}")
        if self.raising:
            raise AssertionError(self.found[-1])


@contextmanager
def watched(*, raising: bool = True, folders: tuple[str, ...] = OURS) -> Iterator[Watch]:
    """Of this thread. `raising`: such a call fails instead of being made, so that nothing waits for ever.

    Only what our own code asks for counts: what the event loop and libraries do by themselves is theirs. What is read
    once and kept, such as the page's texts, is to be read before.
    """
    watch = Watch(raising, folders)
    sys.setprofile(watch.profile)
    try:
        yield watch
    finally:
        sys.setprofile(None)


def _c_call(function: Any) -> str | None:
    name, owner = function.__name__, getattr(function, "__self__", None)
    kind = type(owner)
    if (getattr(function, "__module__", None), name) in _C_CALLS:
        return f"{function.__module__}.{name}"
    if name in _FILE_CALLS and f"{kind.__module__}.{kind.__qualname__}" in _FILES:
        return f"{kind.__qualname__}.{name}"
    if kind.__module__ == "sqlite3" and name in _SQL:
        return f"sqlite3 {name}"
    if name.startswith("openssl_") or kind.__module__ in {"_hashlib", "_blake2"} or name in {"hmac_digest"}:
        return f"hash {name}"
    return None


def _python_call(frame: FrameType, event: str, arg: Any) -> str | None:
    code = frame.f_code
    if event == "call" and code is threading.Thread.join.__code__:
        return "Thread.join"
    if (_short(code.co_filename), code.co_name) not in _JSON:
        return None
    if event == "call":
        given = [value for value in frame.f_locals.values() if isinstance(value, str | bytes)]
        size = max(map(len, given), default=0)
    else:
        size = len(arg) if isinstance(arg, str | bytes) else 0
    return f"{code.co_name} of {size}" if size > BOUND else None


def _short(file: str) -> str:
    return "/".join(Path(file).parts[-2:])


def _frame_within(frame: FrameType | None, folders: tuple[str, ...]) -> FrameType | None:
    """The innermost function of ours that is at work; none where a library does it by itself."""
    while frame is not None:
        if frame.f_code.co_filename.startswith(folders):
            return frame
        frame = frame.f_back
    return None


def _place(frame: FrameType) -> tuple[str, str, int]:
    file = Path(frame.f_code.co_filename).relative_to(ROOT).as_posix()
    return file, frame.f_code.co_name, frame.f_lineno
