"""The processes that build models without numbers: begun when needed, and let go of when none was for a while."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from providers.adapters.huggingface.bounded.answering import ROOT, bare_environment
from providers.adapters.huggingface.bounded.build_program import MODEL

PATIENCE = 300.0
"""Seconds for one folder, whatever the machine has to do besides. Of computing it may have twenty."""
IDLE = 120.0
"""Seconds for which a process is kept that nobody needs: it has PyTorch in memory."""
GRACE = 2.0
"""Seconds that those at work are waited for before another begins: a usual folder takes a tenth of that."""
_PROGRAM = "providers.adapters.huggingface.bounded.build_program"
_ALONE = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


class _Process:
    """One that looks at folders. For one thread at a time."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(  # noqa: S603 - a fixed program
            [sys.executable, "-m", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={**bare_environment(), **_ALONE},
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def wait(self) -> None:
        """Until it has imported the libraries. Raises as `ask`."""
        self._read()

    def ask(self, folder: Path, what: str) -> int:
        """The exit code for the folder. Raises `TimeoutError`, and `OSError` where the process came to an end."""
        return self._read(json.dumps([what, os.fspath(folder)]) + "\n")

    def _read(self, question: str = "") -> int:
        assert self._child.stdin is not None and self._child.stdout is not None
        late = threading.Event()

        def end() -> None:
            late.set()
            self._end()

        clock = threading.Timer(PATIENCE, end)
        clock.daemon = True
        clock.start()
        try:
            self._child.stdin.write(question)
            self._child.stdin.flush()
            return int(self._child.stdout.readline())
        except ValueError:  # it has ended
            if late.is_set():
                raise TimeoutError(errno.ETIMEDOUT, "the machine is too busy to look at the model") from None
            raise OSError(errno.ECHILD, "the process that looks at models has ended") from None
        finally:
            clock.cancel()

    def close(self) -> None:
        self._end()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _end(self) -> None:
        """With what it has forked off."""
        if hasattr(os, "killpg"):
            import signal

            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, signal.SIGKILL)
        self._child.kill()


@dataclass(slots=True)
class Builders:
    """As many processes as folders take their time at once, so that none of them holds another; one stays.

    Beginning one takes far longer than looking at a usual folder. So one is begun at a time, and while some are at
    work, only when none of them has come back for `GRACE`.
    """

    _idle: _Process | None = field(default=None, repr=False)
    _begins: bool = False
    _busy: int = 0
    _clock: threading.Timer | None = field(default=None, repr=False)
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)

    def build(self, folder: Path, what: str = MODEL) -> int:
        """The exit code of `build_program` for the folder. Raises `OSError`."""
        process = self._claim() or self._begin()
        try:
            code = process.ask(folder, what)
        except BaseException:  # whatever it was: nobody may be given that process again
            self._let_go(None)
            process.close()
            raise
        self._let_go(process)
        return code

    def close(self) -> None:
        """End the process that waits for the next one."""
        with self._changed:
            process = self._take()
        if process is not None:
            process.close()

    def _claim(self) -> _Process | None:
        """The one that waits, or comes back soon; nothing where the caller is to begin one."""
        with self._changed:
            while self._idle is None and (self._begins or self._busy):
                if not self._changed.wait(None if self._begins else GRACE):
                    break
            if (process := self._take()) is not None:
                self._busy += 1
            else:
                self._begins = True
            return process

    def _begin(self) -> _Process:
        made = None
        try:
            process = _Process()
            try:
                process.wait()
            except BaseException:  # whatever it was: it goes on, and leaves no process behind
                process.close()
                raise
            made = process
            return process
        finally:
            with self._changed:
                self._begins = False
                self._busy += made is not None
                self._changed.notify_all()

    def _take(self) -> _Process | None:
        found, self._idle = self._idle, None
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        return found

    def _let_go(self, process: _Process | None) -> None:
        """Keep it for the next one, where it may be: it, and not one that was kept before."""
        with self._changed:
            self._busy -= 1
            other = self._take() if process is not None else None
            if process is not None:
                self._idle = process
                self._clock = threading.Timer(IDLE, self.close)
                self._clock.daemon = True
                self._clock.start()
            self._changed.notify_all()
        if other is not None:
            other.close()


@cache
def builders() -> Builders:
    """Those of this program."""
    return Builders()
