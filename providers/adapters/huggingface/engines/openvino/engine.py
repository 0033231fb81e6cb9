"""The page's end of the engine's process: orders out, tokens in."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

from providers.adapters.huggingface.engines.base import GenerationStep, Job
from providers.adapters.huggingface.engines.openvino.stepper import Begin, Cancel, Order, StepResult
from providers.adapters.huggingface.engines.run import EngineRun, Item, deliver
from providers.adapters.huggingface.tokens import Codec
from providers.adapters.huggingface.weights.child_process import ROOT
from providers.errors import Unavailable

_PROGRAM = "providers.adapters.huggingface.engines.openvino.program"


class NotOpened(Exception):
    """OpenVINO does not read the file."""


class OpenVinoEngine:
    """See `engines.base.Engine`. Where its process has ended, the next request starts another."""

    def __init__(self, file: Path, *, exact: bool) -> None:
        self.computed = 0
        self.codec: Codec | None = None
        self._command = [sys.executable, "-m", _PROGRAM, str(file), *(["--exact"] if exact else [])]
        self._runs: dict[int, tuple[EngineRun, Any]] = {}  # with the process that serves it
        self._count = 0
        self._closed = False
        self._lock = threading.Lock()
        self._process = self._start()

    def wait_until_open(self) -> None:
        """Raises `NotOpened`. To be called once, before anything else."""
        self._open(self._process)

    async def submit(self, job: Job) -> AsyncGenerator[GenerationStep]:
        assert self.codec is not None
        run = EngineRun(job, self.codec)
        number = self._begin(run)
        try:
            async with aclosing(run.steps()) as steps:
                async for step in steps:
                    yield step
        finally:
            with self._lock:
                if self._runs.pop(number, None) is not None:
                    self._order(Cancel(number))

    def close(self) -> None:
        with self._lock:
            self._closed = True
            process = self._process
        with suppress(OSError):
            process.stdin.close()  # the process ends by itself when nobody can speak to it any more
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def _start(self) -> Any:
        return subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)  # noqa: S603 - our own program

    def _open(self, process: Any) -> None:
        try:
            pickle.load(process.stdout)  # noqa: S301 - our own process
        except EOFError as error:
            raise NotOpened from error
        threading.Thread(target=self._listen, args=(process,), name="openvino-engine", daemon=True).start()

    def _begin(self, run: EngineRun) -> int:
        with self._lock:
            if self._closed:
                raise Unavailable(provider="huggingface")
            if self._process.poll() is not None:
                self._process = self._start()
                threading.Thread(target=self._reopen, args=(self._process,), daemon=True).start()
            self._count += 1
            self._runs[self._count] = run, self._process
            assert self.codec is not None
            self._order(Begin(self._count, run.job, tuple(sorted(self.codec.ends))))
            return self._count

    def _reopen(self, process: Any) -> None:
        try:
            self._open(process)
        except NotOpened:
            self._lose(process)

    def _order(self, order: Order) -> None:
        """A process that has ended cannot be result; whoever listens to it notices."""
        with suppress(OSError, ValueError):
            pickle.dump(order, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()

    def _listen(self, process: Any) -> None:
        """Hand over what every step has brought, until the process ends."""
        with suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):
            while True:
                result: StepResult = pickle.load(process.stdout)  # noqa: S301 - our own process
                with self._lock:
                    items = self._items(result)
                deliver(items)
        self._lose(process)

    def _items(self, result: StepResult) -> list[tuple[EngineRun, Item]]:
        items: list[tuple[EngineRun, Item]] = []
        for number, tokens, logprobs in result.drawn:
            self.computed += len(tokens)
            if number in self._runs:
                items += [(self._runs[number][0], drawn) for drawn in zip(tokens, logprobs, strict=True)]
        for number, end in result.ended:
            # After its last step a reader reads no more: only one that has not come to an end gets to see the error.
            if number in self._runs:
                reason = "out_of_memory" if end == "no_memory" else None
                items.append((self._runs.pop(number)[0], Unavailable(reason, provider="huggingface")))
        return items

    def _lose(self, process: Any) -> None:
        """A process has ended: closed, or brought down, most likely for lack of memory. Another may run already."""
        with self._lock:
            numbers = [number for number, (_, served_by) in self._runs.items() if served_by is process]
            runs = [self._runs.pop(number)[0] for number in numbers]
            reason = None if self._closed else "out_of_memory"
        deliver([(run, Unavailable(reason, provider="huggingface")) for run in runs])
