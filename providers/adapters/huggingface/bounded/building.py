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

    def ask(self, folder: Path, what: str) -> int:
        """The exit code for the folder. Raises `TimeoutError`, and `OSError` where the process came to an end."""
        assert self._child.stdin is not None and self._child.stdout is not None
        late = threading.Event()

        def end() -> None:
            late.set()
            self._end()

        clock = threading.Timer(PATIENCE, end)
        clock.daemon = True
        clock.start()
        try:
            self._child.stdin.write(json.dumps([what, os.fspath(folder)]) + "\n")
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
    """As many processes as folders are looked at, so that one that takes its time holds no other; one stays."""

    _idle: _Process | None = field(default=None, repr=False)
    _clock: threading.Timer | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def build(self, folder: Path, what: str = MODEL) -> int:
        """The exit code of `build_program` for the folder. Raises `OSError`."""
        process = self._take() or _Process()
        try:
            code = process.ask(folder, what)
        except BaseException:  # whatever it was: nobody may be given that process again
            process.close()
            raise
        self._keep(process)
        return code

    def close(self) -> None:
        """End the process that waits for the next one."""
        if (process := self._take()) is not None:
            process.close()

    def _take(self) -> _Process | None:
        with self._lock:
            found, self._idle = self._idle, None
            if self._clock is not None:
                self._clock.cancel()
                self._clock = None
            return found

    def _keep(self, process: _Process) -> None:
        with self._lock:
            other, self._idle = self._idle, process
            if self._clock is not None:
                self._clock.cancel()
            self._clock = threading.Timer(IDLE, self.close)
            self._clock.daemon = True
            self._clock.start()
        if other is not None:
            other.close()


@cache
def builders() -> Builders:
    """Those of this program."""
    return Builders()
