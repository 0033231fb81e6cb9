"""Any causal model of transformers, where it lies. A thread owns it (`worker`); one that hangs is replaced."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator
from typing import Any

from transformers import DynamicCache

from providers.adapters.huggingface.engines.base import GenerationStep, Job
from providers.adapters.huggingface.engines.run import EngineRun, allowed_silence, deliver, stall_timeout
from providers.adapters.huggingface.engines.torch.run import TorchRun
from providers.adapters.huggingface.engines.torch.worker import TorchWorker
from providers.adapters.huggingface.tokens import Codec
from providers.base import Deadlines
from providers.errors import Unavailable


class TorchEngine:
    """See `engines.base.Engine`."""

    def __init__(self, model: Any, codec: Codec) -> None:
        self._model, self._codec = model, codec
        self._lock = threading.Lock()
        self._closed = False
        self._worker = TorchWorker(model)
        self._earlier = 0
        """Tokens of the workers before this one."""

    @property
    def computed(self) -> int:
        return self._earlier + self._worker.computed

    @property
    def network(self) -> Any:
        """The model of transformers; `None` once the engine is closed. Whoever uses it shares the processor with it."""
        return self._model

    async def submit(self, job: Job) -> AsyncGenerator[GenerationStep]:
        with self._lock:
            if self._closed:
                raise Unavailable(provider="huggingface")
            run, worker = TorchRun(job, self._codec, DynamicCache(config=self._model.config)), self._worker
            worker.take(run)
        try:
            while True:
                step = await run.next_step(self)
                worker.note_read(run)
                yield step
                if step.finish is not None:
                    return
        finally:
            worker.cancel(run)

    def silence(self, deadlines: Deadlines) -> float:
        return allowed_silence(self._worker.runs, deadlines)

    def restart(self, run: EngineRun, seconds: float) -> None:
        with self._lock:
            silent = self._worker
            if self._closed or run not in silent.runs:
                return
            self._earlier, self._worker = self.computed, TorchWorker(self._model)
        deliver([(served, stall_timeout(seconds)) for served in silent.abandon()])

    def close(self) -> None:
        with self._lock:
            self._closed = True
        self._worker.close()
        self._model = None
