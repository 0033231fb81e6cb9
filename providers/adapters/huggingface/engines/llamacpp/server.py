"""What the engine's own process does: it owns llama.cpp's server, obeys orders and tells what was drawn."""

from __future__ import annotations

import math
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

from providers.adapters.huggingface.engines.llamacpp.completions import CompletionServer
from providers.adapters.huggingface.engines.llamacpp.library import module
from providers.adapters.huggingface.engines.llamacpp.request import completion_request
from providers.adapters.huggingface.engines.llamacpp.setting import Setting
from providers.adapters.huggingface.engines.orders import UNTOLD, Begin, Best, Cancel, End, Order, StepResult
from providers.adapters.huggingface.tokens import PICTURE

SPINS = "5000"
"""Turns for which a thread waits for another before it lets others compute. By default 300,000: as quick on a quiet
computer (97 tokens a second; with 0, 45), and a hundred times slower beside other work (0.6; with 1,000, 14)."""


def set_patience() -> None:
    """For the library's threads, before it is imported."""
    os.environ.setdefault("GOMP_SPINCOUNT", SPINS)


def open_server(setting: Setting) -> CompletionServer:
    """Raises `RuntimeError` and its like where the library does not take the file.

    The library opens a port on loopback: nobody but this process is told the key that it asks for.
    """
    os.environ["LLAMA_MEDIA_MARKER"] = PICTURE
    library = module()
    given = library.CommonParams()
    given.model.path = setting.file
    if setting.projector:
        given.mmproj.path = setting.projector
    given.n_parallel, given.n_ctx = setting.slots, setting.slots * setting.context
    given.kv_unified = False  # a reply's cells must not lie among the others': its sums would be rounded otherwise
    given.cpuparams.n_threads = given.cpuparams_batch.n_threads = setting.threads
    with_card = any("GPU" in str(device["type"]) for device in library.get_device_info())
    given.n_gpu_layers = -1 if with_card else 0
    given.fit_params = with_card  # as many layers as its free memory takes
    key = secrets.token_hex(32)
    given.api_keys = [key]
    given.verbosity = -1
    given.ui = given.endpoint_slots = given.endpoint_props = given.warmup = False
    given.cache_ram_mib = 0
    return CompletionServer(library.Server(given), key, bool(setting.projector))


@dataclass(slots=True)
class _ReplyStep:
    number: int
    tokens: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    best: list[Best] = field(default_factory=list)
    spelled: list[bytes] = field(default_factory=list)
    end: End | None = None


class Served:
    """Each request is asked in a thread of its own. Which of them finds nobody telling tells what all have: one more
    thread, woken with each token, would take the processor from those that compute the next one.
    """

    def __init__(
        self, server: CompletionServer, orders: SimpleQueue[Order | None], tell: Callable[[StepResult], None]
    ) -> None:
        self._server, self._orders, self._tell = server, orders, tell
        self._told: SimpleQueue[_ReplyStep] = SimpleQueue()
        self._telling = threading.Lock()
        self._waiting: SimpleQueue[Begin] = SimpleQueue()
        self._running = 0
        self._ended = threading.Condition()
        self._unwanted: set[int] = set()

    def run(self) -> None:
        """Until the parent has nothing more to say."""
        threading.Thread(target=self._begin, daemon=True).start()
        self._obey()

    def _hand_over(self, told: _ReplyStep) -> None:
        """Once somebody else is telling, it is his to tell: he looks again after he has let go of the lock."""
        self._told.put(told)
        while not self._told.empty() and self._telling.acquire(blocking=False):
            try:
                result = StepResult()
                while not self._told.empty():
                    _add(result, self._told.get())
                self._tell(result)
            except BrokenPipeError:  # the parent has gone, and its orders end with it
                return
            finally:
                self._telling.release()

    def _obey(self) -> None:
        while (order := self._orders.get()) is not None:
            match order:
                case Begin():
                    self._waiting.put(order)
                case Cancel(number):
                    self._unwanted.add(number)

    def _begin(self) -> None:
        """Requests in their order, side by side; but one with a seed alone.

        llama.cpp adds up otherwise for one than for several (2026.10): beside others another token may be drawn.
        """
        while True:
            order = self._waiting.get()
            alone = order.job.sampling.seed is not None
            self._wait_until_idle(alone)
            with self._ended:
                self._running += 1
            threading.Thread(target=self._ask, args=(order,), daemon=True).start()
            self._wait_until_idle(alone)

    def _wait_until_idle(self, wanted: bool) -> None:
        with self._ended:
            while wanted and self._running:
                self._ended.wait()

    def _ask(self, order: Begin) -> None:
        reader = _ChunkReader(order.number, order.job.alternatives)
        end: End = "refused"

        def receive(chunk: dict[str, Any]) -> bool:
            self._hand_over(reader.read(chunk))
            return order.number in self._unwanted

        try:
            if order.number not in self._unwanted:
                self._server.ask(completion_request(order.job), receive)
            end = reader.end
        except Exception:  # noqa: BLE001 - whatever the binding raises, whoever waits must be told
            end = "refused"
        self._hand_over(_ReplyStep(order.number, end=end))
        self._unwanted.discard(order.number)
        with self._ended:
            self._running -= 1
            self._ended.notify()


class _ChunkReader:
    """Makes tokens of the chunks of a reply.

    llama.cpp keeps back the tokens with which a character is not whole yet, and names the one alone that completes it.
    """

    def __init__(self, number: int, alternatives: int) -> None:
        self._number, self._alternatives = number, alternatives
        self._count = 0
        self.end: End = "finished"

    def read(self, chunk: dict[str, Any]) -> _ReplyStep:
        """The tokens of a chunk; none in one that tells how far the prompt has been read."""
        told = _ReplyStep(self._number)
        if "error" in chunk:
            self.end = "refused"
        for choice in chunk.get("choices", ()):
            if choice.get("finish_reason") == "length":
                self.end = "length"
            for token in (choice.get("logprobs") or {}).get("content", ()):
                best = tuple((one["id"], one["logprob"]) for one in token["top_logprobs"][: self._alternatives])
                count = chunk.get("timings", {}).get("predicted_n", self._count + 1)
                self._add(told, count, bytes(token["bytes"]), (token["id"], token["logprob"], best))
        bare = chunk.get("__verbose", {})
        count = bare.get("tokens_predicted", 0)
        if not told.tokens and count > self._count and not bare["stop"]:
            for token in bare["tokens"]:
                self._add(told, count, bare["content"].encode(), (token, math.nan, ()))
        if self.end == "length":  # within a character, perhaps
            self._add_untold(told, count or chunk.get("timings", {}).get("predicted_n", 0))
        return told

    def _add_untold(self, told: _ReplyStep, count: int) -> int:
        """Tokens that were not named, up to the `count`-th; how many they are."""
        untold, self._count = max(0, count - self._count), max(count, self._count)
        told.tokens += [UNTOLD] * untold
        told.logprobs += [math.nan] * untold
        told.best += [()] * untold
        return untold

    def _add(self, told: _ReplyStep, count: int, spelled: bytes, drawn: tuple[int, float, Best]) -> None:
        """A token, the `count`-th; those before it that were not named are spelled by these bytes together with it."""
        if self._add_untold(told, count - 1):
            told.spelled.append(spelled)
        self._count = count
        token, logprob, best = drawn
        told.tokens.append(token)
        told.logprobs.append(logprob)
        told.best.append(best)


def _add(result: StepResult, told: _ReplyStep) -> None:
    if told.tokens:
        result.drawn.append((told.number, told.tokens, told.logprobs))
        if any(told.best):
            result.best.setdefault(told.number, []).extend(told.best)
        if told.spelled:
            result.spelled.setdefault(told.number, []).extend(told.spelled)
    if told.end is not None:
        result.ended.append((told.number, told.end))
