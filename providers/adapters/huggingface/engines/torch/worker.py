"""The thread that owns a model and gives every request its turn.

Prompts are read one by one and in pieces, so that a long one delays neither the others nor its own cancellation. Then
all replies share one pass for each token, but for those with a seed: each of these is computed alone, so that it does
not depend on what runs beside it. So are those of models whose cache holds more than keys and values of every token.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from providers.adapters.huggingface.engines.base import GenerationStep
from providers.adapters.huggingface.engines.run import Item, deliver
from providers.adapters.huggingface.engines.torch.batch import Batch, joinable, limit_for, states_of
from providers.adapters.huggingface.engines.torch.run import TorchRun
from providers.adapters.huggingface.families.vision import move_inputs
from providers.errors import Unavailable

PIECE = 256
"""Prompt tokens read at once, and about as many between two passes of the replies."""
PATIENCE = 0.5
"""How long a pass waits for the readers of the last one, as a part of the time which that one took. A pass without
them is soon made, but gives fewer tokens for nearly the same work."""


class TorchWorker:
    """A reply whose reader falls behind sits out until it has caught up. `computed` counts tokens."""

    def __init__(self, model: Any) -> None:
        self.computed = 0
        self._model = model
        self._runs: list[TorchRun] = []
        self._batches: dict[int, Batch] = {}
        self._together: list[TorchRun] = []
        """Who took part in the last passes of batches, and how long to wait for them."""
        self._until = 0.0
        self._changed = threading.Condition()  # held for moments: never during a pass, or while tensors are moved
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="torch-engine", daemon=True)
        self._thread.start()

    @property
    def runs(self) -> tuple[TorchRun, ...]:
        """Those whom it serves."""
        return tuple(self._runs)

    def take(self, run: TorchRun) -> None:
        with self._changed:
            self._runs.append(run)
            self._changed.notify()

    def note_read(self, run: TorchRun) -> None:
        """Its reader has taken a step."""
        with self._changed:
            run.waiting -= 1
            self._changed.notify()

    def cancel(self, run: TorchRun) -> None:
        with self._changed:
            run.cancelled = True
            self._changed.notify()

    def close(self) -> None:
        """Blocks until the step in progress has ended."""
        self._tell_to_end()
        self._thread.join()

    def abandon(self) -> tuple[TorchRun, ...]:
        """A thread cannot be ended from outside: it leaves once its step comes to an end, if ever, and is not waited
        for. Those whom it served, who are no longer its own.
        """
        self._tell_to_end()
        with self._changed:
            runs, self._runs = tuple(self._runs), []
        return runs

    def _tell_to_end(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _work(self) -> None:
        with torch.inference_mode():
            while ready := self._turn():
                self._read([run for run in ready if run.reading])
                for run in ready:
                    if run.cache is not None and self._due(run):
                        self._attempt(run, self._advance)
                self._advance_batches()
        self._batches = {}

    def _turn(self) -> list[TorchRun]:
        """The requests to give a step to now; waits for one. Empty when it is told to end."""
        while True:
            with self._changed:
                gone = self._part_with_ended()
                if self._closed:
                    deliver((run, Unavailable(provider="huggingface")) for run in self._runs)
                    self._runs = []
                    return []
                ready = [run for run in self._runs if run.ready]
                rest = self._patience(ready)
                if not gone and (rest or not ready):
                    self._changed.wait(rest)
            for run in gone:
                run.cache = None
                for batch in self._batches.values():
                    batch.leave(run)
            if ready and not rest:
                return ready

    def _part_with_ended(self) -> list[TorchRun]:
        """Who has ended or was cancelled, and is to give back its memory."""
        gone = [run for run in self._runs if run.cancelled or run.ended]
        self._runs = [run for run in self._runs if run not in gone]
        self._together = [run for run in self._together if run in self._runs]
        return gone

    def _patience(self, ready: Sequence[TorchRun]) -> float | None:
        """Seconds to wait for readers that the next pass would go without; `None` where there is nothing to wait for.

        Only where all that could be done now is such a pass.
        """
        late = not all(run.ready for run in self._together)
        if not late or any(run.cache is not None for run in ready):
            return None
        rest = self._until - time.monotonic()
        return rest if rest > 0 else None

    def _due(self, run: TorchRun) -> bool:
        """Its next token is to be computed. Asked anew before each pass: meanwhile it may have been cancelled."""
        return run.ready and not (run.reading or run.cancelled or run.ended or self._closed)

    def _read(self, runs: Sequence[TorchRun]) -> None:
        """Pieces of prompts, until enough is read for this turn. Who was read to goes to the end of the line."""
        read = 0
        for run in runs:
            if read >= PIECE or self._closed:
                break
            if not run.cancelled:
                read += len(run.unread[:PIECE])
                self._attempt(run, self._advance)
                with self._changed:
                    if run in self._runs:
                        self._runs.remove(run)
                        self._runs.append(run)

    def _attempt(self, run: TorchRun, work: Callable[[TorchRun], GenerationStep | None]) -> None:
        step: Item | None
        try:
            step = work(run)
        except Exception as error:  # noqa: BLE001 - it belongs to one request, and is raised where that one is read
            step = _explain(error)
        self._give([(run, step)] if step is not None else [])

    def _give(self, items: Sequence[tuple[TorchRun, Item]]) -> None:
        """What a pass has brought, and to all others that there was one."""
        with self._changed:
            for run, _ in items:
                run.waiting += 1
            deliver([*((run, None) for run in self._runs), *items])

    def _advance(self, run: TorchRun) -> GenerationStep | None:
        """Read a piece of the prompt, or one token; choose the next when all is read."""
        piece, inputs = run.take(PIECE)
        ids = torch.tensor([piece], device=self._model.device)
        given = move_inputs(inputs, self._model)
        out = self._model(input_ids=ids, past_key_values=run.cache, use_cache=True, logits_to_keep=1, **given)
        if run.unread:
            return None
        step = self._choose(run, out.logits[0, -1].float().cpu().numpy())
        if step.finish is None and not run.alone:
            self._join(run)
        return step

    def _choose(self, run: TorchRun, logits: NDArray[np.float32]) -> GenerationStep:
        step = run.choose(logits.astype(np.float64))
        self.computed += 1
        return step

    def _join(self, run: TorchRun) -> None:
        """The reply goes on in a batch, if that is possible."""
        length = len(run.job.prompt)
        if joinable(self._model, run.cache, length):
            self._batch(length + 1).join(run, states_of(run.cache))
            run.cache = None
        else:
            run.alone = True

    def _batch(self, tokens: int) -> Batch:
        limit = limit_for(tokens)
        return self._batches.setdefault(limit, Batch(self._model, limit))

    def _advance_batches(self) -> None:
        start = time.monotonic()
        for run in [run for batch in self._batches.values() for run in batch.full_rows()]:
            self._attempt(run, self._outgrow)
        together = []
        for batch in self._batches.values():
            if due := [run for run in batch.rows if self._due(run)]:
                together += due
                self._pass(batch, due)
        if together:
            self._together, self._until = together, time.monotonic() + PATIENCE * (time.monotonic() - start)

    def _outgrow(self, run: TorchRun) -> None:
        """Into the batch of the longer rows. Where that fails the request has ended, and leaves with the next turn."""
        old = self._batch_of(run)
        self._batch(old.limit + 1).join(run, old.states(run))
        old.leave(run)

    def _withdraw(self, run: TorchRun) -> None:
        """Out of its batch, to go on alone."""
        batch = self._batch_of(run)
        run.alone, run.cache = True, batch.cache(run)
        batch.leave(run)

    def _batch_of(self, run: TorchRun) -> Batch:
        return next(batch for batch in self._batches.values() if run in batch.rows)

    def _pass(self, batch: Batch, ready: Collection[TorchRun]) -> None:
        try:
            rows = batch.step(ready)
        except Exception as error:  # noqa: BLE001 - see _part
            self._part(batch, error)
            return
        items: list[tuple[TorchRun, Item]] = []
        for run, logits in rows:
            try:
                items.append((run, self._choose(run, logits)))
            except Exception as error:  # noqa: BLE001 - as in _attempt
                items.append((run, _explain(error)))
        self._give(items)

    def _part(self, batch: Batch, error: Exception) -> None:
        """After a pass that failed. Where memory was short, its longest row makes room for the others.

        Any other failure is one row's, and nobody knows whose: all go on alone, where it will come back to one.
        """
        explained = _explain(error)
        if isinstance(explained, Unavailable):
            self._give([(batch.longest(), explained)])
        else:
            for run in list(batch.rows):
                self._attempt(run, self._withdraw)


def _explain(error: Exception) -> Exception:
    return Unavailable("out_of_memory", provider="huggingface") if _out_of_memory(error) else error


def _out_of_memory(error: Exception) -> bool:
    """PyTorch has a class of its own for an accelerator's memory, and none for the computer's."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
