"""Starting the process of an engine, while the model's tokenizer is read in this one. Light to import."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from providers.adapters.huggingface.engines.engine_process import NotOpened
from providers.adapters.huggingface.engines.process_engine import ProcessEngine
from providers.adapters.huggingface.families.causal import load_tokenizer
from providers.adapters.huggingface.tokens import Codec
from providers.adapters.huggingface.weights.damage import FAILURES, explain_failure, is_damaged
from providers.errors import WeightsUnavailable
from providers.types import Sampling

Started = TypeVar("Started", bound=ProcessEngine)


def explain_end(error: NotOpened, folder: Path, model: str) -> WeightsUnavailable:
    """A process that ended, for whatever reason, has not shown that its file is damaged."""
    return WeightsUnavailable("damaged" if is_damaged(folder) else "engine", model=model)


def open_engine(
    start: Callable[[], Started],
    folder: Path,
    model: str,
    explain: Callable[[NotOpened, Path, str], WeightsUnavailable] = explain_end,
) -> tuple[Started, Codec, Sampling, int | None]:
    """The engine that `start` began, with its codec; what the model's makers recommend; its context. Blocking.

    Raises `WeightsUnavailable`, by `explain` for a process that ended, and whatever else went wrong as it is: the
    process has ended then.
    """
    with ThreadPoolExecutor(1) as beside, ExitStack() as unless_open:
        reading = beside.submit(load_tokenizer, folder)
        try:
            engine = start()
        except OSError as error:  # the system starts no process
            raise WeightsUnavailable("engine", model=model) from error
        unless_open.callback(engine.close)
        try:
            codec, defaults, context = reading.result()
            engine.wait_until_open()
        except NotOpened as error:
            raise explain(error, folder, model) from error
        except FAILURES as error:
            raise explain_failure(error, folder, model) from error
        unless_open.pop_all()
    engine.codec = codec
    return engine, codec, defaults, context
