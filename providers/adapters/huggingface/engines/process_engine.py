"""The page's end of an engine's process: orders out, tokens in."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence

from providers.adapters.huggingface.engines.base import GenerationStep, Job
from providers.adapters.huggingface.engines.engine_process import EngineProcess, NotOpened
from providers.adapters.huggingface.engines.orders import UNTOLD, Begin, Cancel, End, StepResult
from providers.adapters.huggingface.engines.run import Ended, EngineRun, Item, allowed_silence, deliver, stall_timeout
from providers.adapters.huggingface.tokens import Codec
from providers.base import Deadlines
from providers.errors import Unavailable

__all__ = ["NotOpened", "ProcessEngine"]
_END: dict[End, Callable[[], Ended | Unavailable]] = {
    "finished": lambda: Ended("stop"),
    "length": lambda: Ended("length"),
    "no_memory": lambda: Unavailable("out_of_memory", provider="huggingface"),
    "refused": lambda: Unavailable(provider="huggingface"),
}
OPENING = Deadlines().first_token
"""Seconds for a process to open its file."""


class ProcessEngine:
    """See `engines.base.Engine`. `command` starts its process; where that has ended, the next request starts one."""

    def __init__(self, command: Sequence[str]) -> None:
        self.computed = 0
        self.codec: Codec | None = None
        self._command = command
        self._runs: dict[int, tuple[EngineRun, EngineProcess]] = {}  # with the process that serves it
        self._count = 0
        self._closed = False
        self._lock = threading.Lock()  # held for moments: never while something is read, written or waited for
        self._process = self._start()

    def wait_until_open(self, seconds: float = OPENING) -> None:
        """Blocks. Raises `NotOpened`, `OSError` where there can be no process; `Timeout("stalled")`, having closed it,
        where it does not answer.
        """
        try:
            self._process.opened.result(seconds)
        except TimeoutError as error:
            self._process.kill()
            self.close()
            raise stall_timeout(seconds) from error

    async def submit(self, job: Job) -> AsyncGenerator[GenerationStep]:
        assert self.codec is not None
        run = EngineRun(job, self.codec)
        number = self._begin(run, tuple(sorted(self.codec.ends)))
        try:
            while True:
                step = await run.next_step(self)
                yield step
                if step.finish is not None:
                    return
        finally:
            with self._lock:
                _, process = self._runs.pop(number, (run, None))
            if process is not None:
                process.outbox.put(Cancel(number))

    def silence(self, deadlines: Deadlines) -> float:
        with self._lock:
            return allowed_silence((run for run, _ in self._runs.values()), deadlines)

    def restart(self, run: EngineRun, seconds: float) -> None:
        with self._lock:
            silent = next((process for served, process in self._runs.values() if served is run), None)
            if silent is self._process and not self._closed:
                self._process = self._start()
        if silent is not None:
            silent.kill()
            deliver([(run, stall_timeout(seconds)) for run in self._dismiss(silent)])

    def close(self) -> None:
        with self._lock:
            self._closed = True
            process = self._process
        process.close()

    def _start(self) -> EngineProcess:
        return EngineProcess(self._command, self._hear, self._lose)

    def _begin(self, run: EngineRun, ends: tuple[int, ...]) -> int:
        with self._lock:
            if self._closed:
                raise Unavailable(provider="huggingface")
            if self._process.ended:
                self._process = self._start()
            self._count += 1
            self._runs[self._count] = run, self._process
            self._process.outbox.put(Begin(self._count, run.job, ends))
            return self._count

    def _hear(self, process: EngineProcess, result: StepResult) -> None:
        """Hand over what a step has brought, and to all others that it has ended."""
        with self._lock:
            items = self._items(result)
            told = {run for run, _ in items}
            items += [(run, None) for run, by in self._runs.values() if by is process and run not in told]
        deliver(items)

    def _items(self, result: StepResult) -> list[tuple[EngineRun, Item]]:
        items: list[tuple[EngineRun, Item]] = []
        best = {number: iter(found) for number, found in result.best.items()}
        spelled = {number: iter(found) for number, found in result.spelled.items()}
        for number, tokens, logprobs in result.drawn:
            self.computed += len(tokens)
            if number in self._runs:
                run, others = self._runs[number][0], best.get(number)
                tokens = self._name_tokens(tokens, spelled.get(number, iter(())))
                pairs = zip(tokens, logprobs, strict=True)
                items += [(run, (*pair, next(others)) if others is not None else pair) for pair in pairs]
        for number, end in result.ended:
            # After its last step a reader reads no more: only one that has not come to an end gets to see this.
            if number in self._runs:
                items.append((self._runs.pop(number)[0], _END[end]()))
        return items

    def _name_tokens(self, tokens: list[int], spelled: Iterator[bytes]) -> list[int]:
        """The tokens, with a name for each that the engine did not tell."""
        if UNTOLD not in tokens or self.codec is None:
            return tokens
        named, untold = list[int](), 0
        for token in tokens:
            if token == UNTOLD:
                untold += 1
            else:
                named += self.codec.spell(next(spelled, b""), untold, token) if untold else []
                named.append(token)
                untold = 0
        return named + [self.codec.silent] * untold  # within a character the reply has come to its end

    def _lose(self, process: EngineProcess) -> None:
        """A process has ended: closed, or brought down, most likely for lack of memory. Another may run already."""
        reason = None if self._closed else "out_of_memory"
        deliver([(run, Unavailable(reason, provider="huggingface")) for run in self._dismiss(process)])

    def _dismiss(self, process: EngineProcess) -> list[EngineRun]:
        """Those whom it served."""
        with self._lock:
            numbers = [number for number, (_, served_by) in self._runs.items() if served_by is process]
            return [self._runs.pop(number)[0] for number in numbers]
