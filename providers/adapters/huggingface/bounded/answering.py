"""Programs that answer, by lines of JSON, about one thing that came with a model. Their processes can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[4]
"""Where `python -m providers…` finds this package."""
PATIENCE = 60.0
"""Seconds for one answer, whatever the machine has to do besides. Of computing the program itself may have few."""
AT_ONCE = 8
"""Processes that wait for the next question; the one not used for the longest time ends."""
BOUNDS = "bounds"
"""What a program answers as its error where something went beyond its bounds."""
Question = Mapping[str, object]


class Unbounded(Exception):
    """It does not come to an end, or wants too much memory. `proven`: the program, or the system by its bounds, said
    so; else the process ended over it for a reason that nobody knows."""

    def __init__(self, *, proven: bool) -> None:
        super().__init__()
        self.proven = proven


def bare_environment() -> dict[str, str]:
    """For a process that reads what somebody else wrote: no key of whoever runs the page is its to know."""
    kept = ("PATH", "PYTHONPATH", "SYSTEMROOT", "LANG", "LC_ALL", "TZ", "HOME", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in kept if name in os.environ}


class AnsweringProcess:
    """One thing's. For several threads, one after the other."""

    def __init__(self, program: str) -> None:
        self.closed = False
        """Its place was needed: whoever still has it in hand asks for another."""
        self._lock = threading.Lock()
        self._child = subprocess.Popen(  # noqa: S603 - a fixed program
            [sys.executable, "-m", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={**bare_environment(), "TOKENIZERS_PARALLELISM": "false"},
            text=True,
            encoding="utf-8",
        )

    def ask(self, question: Question) -> dict[str, Any]:
        """Raises `Unbounded`."""
        assert self._child.stdin is not None and self._child.stdout is not None
        with self._lock:
            clock = threading.Timer(PATIENCE, self._child.kill)
            clock.daemon = True
            clock.start()
            try:
                self._child.stdin.write(json.dumps(question) + "\n")
                self._child.stdin.flush()
                line = self._child.stdout.readline()
            except (OSError, ValueError):  # it has ended, or was closed meanwhile
                line = ""
            finally:
                clock.cancel()
            if not line:
                raise Unbounded(proven=self._outlasted)
        answer: dict[str, Any] = json.loads(line)
        if answer.get("error") == BOUNDS:
            raise Unbounded(proven=True)
        return answer

    @property
    def _outlasted(self) -> bool:
        """It was ended by the system for computing too long, and not by anything that passes."""
        return not self.closed and self._child.wait() == -getattr(signal, "SIGXCPU", 0)

    def close_if_idle(self) -> bool:
        """Whether it was: one that answers is not ended for another's sake."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            self.closed = True
            self.close()
        finally:
            self._lock.release()
        return True

    def close(self) -> None:
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


@dataclass(slots=True)
class AnsweringProcesses:
    """Of one program, by the names of the things that they are for. One that went beyond its bounds ends."""

    program: str
    _running: OrderedDict[str, AnsweringProcess] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def ask(self, name: str, first: Callable[[], Question], question: Question) -> dict[str, Any]:
        """The answer to `question`. A process of that name that is new is asked `first` before; an error that it
        answers that with is the answer. Raises `Unbounded`.
        """
        while True:
            process = self._take(name)
            try:
                if process is None:
                    begins = first()
                    process = AnsweringProcess(self.program)
                    answer = process.ask(begins)
                    if "error" in answer:
                        process.close()
                        return answer
                    process = self._keep(name, process)
                return process.ask(question)
            except Unbounded:
                assert process is not None
                if process.closed:
                    continue
                self._end(name, process)
                raise

    def close(self) -> None:
        """End them all."""
        with self._lock:
            running, self._running = list(self._running.values()), OrderedDict()
        for process in running:
            process.close()

    def __len__(self) -> int:
        return len(self._running)

    def _take(self, name: str) -> AnsweringProcess | None:
        with self._lock:
            if name in self._running:
                self._running.move_to_end(name)
            return self._running.get(name)

    def _keep(self, name: str, made: AnsweringProcess) -> AnsweringProcess:
        """The one that is kept: another thread's may have come first."""
        with self._lock:
            kept = self._running.setdefault(name, made)
            if kept is not made:
                made.close()
            for other, one in list(self._running.items())[: max(0, len(self._running) - AT_ONCE)]:
                if one.close_if_idle():
                    del self._running[other]
        return kept

    def _end(self, name: str, process: AnsweringProcess) -> None:
        process.close()
        with self._lock:
            if self._running.get(name) is process:
                del self._running[name]
