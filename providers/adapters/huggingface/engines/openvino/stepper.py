"""What the engine's own process does: it owns the pipeline, obeys orders and tells what every step has brought."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import Any

from providers.adapters.huggingface.engines.openvino.library import FAILURES
from providers.adapters.huggingface.engines.openvino.pipeline import PIECE, add
from providers.adapters.huggingface.engines.openvino.prefix_cache import PrefixCacheGuard, PromptStart, prefixes
from providers.adapters.huggingface.engines.orders import Begin, Cancel, Order, StepResult

_FEW = 4
"""Replies that are written side by side and told token by token."""


@dataclass(slots=True)
class _Request:
    order: Begin
    start: PromptStart
    produced: list[int] = field(default_factory=list)
    handle: Any = None
    handed: int = 0
    """Tokens produced when it was handed to the pipeline."""
    unwanted: bool = False

    @property
    def read(self) -> bool:
        """Its prompt has been computed."""
        return self.start.whole or len(self.produced) > self.handed

    @property
    def settled(self) -> bool:
        """The prefix cache has noted what its blocks hold: with the step that draws the second token."""
        return len(self.produced) - self.handed >= 2


class Stepper:
    """`connect` opens a pipeline, now and whenever a step has failed. Raises what it raises.

    `exact`: an `ExactPipeline`, which looks after its own cache.
    """

    def __init__(self, connect: Callable[[], Any], *, exact: bool) -> None:
        self._connect, self._exact = connect, exact
        self._pipeline = connect()
        self._count = 0
        self._waiting: deque[_Request] = deque()
        self._requests: dict[int, _Request] = {}
        self._starts = PrefixCacheGuard(PIECE)

    @property
    def busy(self) -> bool:
        return bool(self._requests or self._waiting)

    @property
    def in_company(self) -> bool:
        """So many replies are written, each past its first token, that nobody sees it if two come at once."""
        return len(self._requests) > _FEW and all(request.settled for request in self._requests.values())

    def obey(self, order: Order) -> None:
        """A cancellation takes effect with the step that follows; where a long prompt is being read, once it is read.

        The prefix cache would take what has been read of it for more than it is.
        """
        match order:
            case Begin():
                self._waiting.append(_Request(order, PromptStart(prefixes(order.job.prompt))))
            case Cancel(number) if number in self._requests:
                self._requests[number].unwanted = True
            case Cancel(number):
                self._waiting = deque(request for request in self._waiting if request.order.number != number)

    def step(self, result: StepResult) -> None:
        self._drop_unwanted()
        self._let_in(result)
        try:
            self._pipeline.step()
        except FAILURES:
            self._recover(result)
        for number, request in list(self._requests.items()):
            self._read(number, request, result)

    def _drop_unwanted(self) -> None:
        for number, request in list(self._requests.items()):
            if request.unwanted and request.read:
                self._requests.pop(number).handle.cancel()

    def _let_in(self, result: StepResult) -> None:
        reading = [request.start for request in self._requests.values() if not request.settled]
        taken = len(self._requests)
        while self._waiting and self._may_begin(start := self._waiting[0].start, reading, taken):
            self._begin(self._waiting.popleft(), result)
            reading.append(start)
            taken += len(start.prefixes)

    def _may_begin(self, start: PromptStart, reading: Sequence[PromptStart], taken: int) -> bool:
        return self._exact or self._starts.begin(start, reading, taken)

    def _begin(self, request: _Request, result: StepResult) -> None:
        """Hand a request over, with what it has said so far."""
        order, said = request.order, request.produced
        job = replace(order.job, prompt=[*order.job.prompt, *said], max_tokens=order.job.max_tokens - len(said))
        self._count += 1
        try:
            request.handle = add(self._pipeline, self._count, job, order.ends)
        except FAILURES:
            result.ended.append((order.number, "refused"))
        else:
            request.handed = len(said)
            self._requests[order.number] = request

    def _read(self, number: int, request: _Request, result: StepResult) -> None:
        while request.handle.can_read():
            for output in request.handle.read().values():
                request.produced += output.generated_ids
                result.drawn.append((number, output.generated_ids, output.generated_log_probs))
        status = request.handle.get_status().name
        if status != "RUNNING":
            del self._requests[number]
            result.ended.append((number, "finished" if status == "FINISHED" else "no_memory"))

    def _recover(self, result: StepResult) -> None:
        """A step failed, most likely for lack of memory: the largest request pays, the others go on where they were.

        A seeded one cannot: its place in the sequence of random numbers is lost with the pipeline.
        """
        wanted = (request for request in self._requests.values() if not request.unwanted)
        requests = sorted(wanted, key=lambda one: len(one.order.job.prompt) + len(one.produced))
        self._requests, self._pipeline = {}, None
        self._pipeline = self._connect()
        self._starts.forget()
        for request in reversed(requests):
            sampling = request.order.job.sampling
            if request is requests[-1] or (sampling.seed is not None and sampling.temperature != 0):
                result.ended.append((request.order.number, "no_memory"))
            else:
                request.start = PromptStart(prefixes([*request.order.job.prompt, *request.produced]))
                self._waiting.appendleft(request)


def serve(stepper: Stepper, orders: SimpleQueue[Order | None], tell: Callable[[StepResult], None]) -> None:
    """Until the parent has nothing more to say. What a step has brought is told at once, in company after every second
    one: to be woken costs the parent as much as a token, and it has no core of its own.
    """
    result, held = StepResult(), False
    while True:
        while not (stepper.busy and orders.empty()):
            order = orders.get()
            if order is None:
                return
            stepper.obey(order)
        stepper.step(result)
        held = not held and stepper.in_company and not result.ended
        if not held:
            tell(result)
            result = StepResult()
