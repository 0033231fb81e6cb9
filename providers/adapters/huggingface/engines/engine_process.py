"""The engine's process, as the page sees it: nothing here blocks whoever gives orders, the event loop's thread too.

A process that does not read fills its pipe, and a write into a full pipe waits: so a thread writes. Another starts the
process, listens to it until it ends, and reaps it.
"""

from __future__ import annotations

import pickle
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import IO, Any

from providers.adapters.huggingface.engines.orders import Cancel, Order, StepResult
from providers.adapters.huggingface.weights.child_process import ROOT

_PATIENCE = 5.0
"""Seconds for a process that is closed to end by itself."""


class NotOpened(Exception):
    """The process ended before it had opened its file. With its exit code: below zero the number of a signal."""


class Outbox:
    """Orders that are not written yet. As short as the list of requests: what never left is taken back silently."""

    def __init__(self) -> None:
        self._orders: deque[Order] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        return len(self._orders)

    def put(self, order: Order) -> None:
        with self._changed:
            if isinstance(order, Cancel):
                kept = deque(one for one in self._orders if one.number != order.number)
                if len(kept) < len(self._orders):
                    self._orders = kept
                    return
            self._orders.append(order)
            self._changed.notify()

    def take(self) -> Order | None:
        """The next one; waits for it. `None` when it is closed and all has been taken."""
        with self._changed:
            while not self._orders:
                if self._closed:
                    return None
                self._changed.wait()
            return self._orders.popleft()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()


class EngineProcess:
    """`heard` is told what every step has brought, and `lost`, once, that the process has ended; both in its thread."""

    def __init__(
        self,
        command: Sequence[str],
        heard: Callable[[EngineProcess, StepResult], None],
        lost: Callable[[EngineProcess], None],
    ) -> None:
        self.opened: Future[None] = Future()
        """Done once the file is open. Fails with `NotOpened`, or with what kept the process from being started."""
        self.ended = False
        self.outbox = Outbox()
        self._heard, self._lost = heard, lost
        self._child: subprocess.Popen[bytes] | None = None
        self._killed = False
        self._thread = threading.Thread(target=self._run, args=(command,), name="engine", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """`None` while it is being started."""
        return self._child.pid if self._child is not None else None

    def kill(self) -> None:
        """At once, even where it is stopped."""
        self._killed = True
        if self._child is not None:
            self._child.kill()

    def close(self) -> None:
        """Let it end by itself, now that nobody speaks to it any more, or kill it. Blocks until it has ended."""
        self.outbox.close()
        self._thread.join(_PATIENCE)
        if self._thread.is_alive():
            self.kill()
            self._thread.join()

    def _run(self, command: Sequence[str]) -> None:
        try:
            child = subprocess.Popen(list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)  # noqa: S603 - our own program
        except OSError as error:
            self._end(error)
            return
        self._child = child
        if self._killed:  # before there was anything to kill
            child.kill()
        threading.Thread(target=self._write, args=(child.stdin,), name="engine-orders", daemon=True).start()
        assert child.stdout is not None
        with child.stdout:
            self._listen(child.stdout)
        if not self.opened.done():
            child.wait()
        else:  # it may have broken off in the middle of a word, and live
            child.kill()
        self._end(NotOpened(child.wait()))

    def _listen(self, pipe: IO[bytes]) -> None:
        with suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):
            while True:
                result: StepResult = pickle.load(pipe)  # noqa: S301 - our own process
                if not self.opened.done():
                    self.opened.set_result(None)
                self._heard(self, result)

    def _end(self, error: Exception) -> None:
        self.ended = True
        self.outbox.close()
        if not self.opened.done():
            self.opened.set_exception(error)
        self._lost(self)

    def _write(self, pipe: Any) -> None:
        """A process that has ended cannot be told; whoever listens to it notices."""
        with suppress(OSError, ValueError), pipe:
            while (order := self.outbox.take()) is not None:
                pickle.dump(order, pipe, pickle.HIGHEST_PROTOCOL)
                pipe.flush()
