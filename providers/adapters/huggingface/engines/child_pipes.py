"""The two pipes of an engine's own process, from inside: orders come in, what was drawn goes out."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from queue import SimpleQueue

from providers.adapters.huggingface.engines.orders import Order


class ChildPipes:
    """Orders come as pickled values on standard input, what was drawn leaves on what was standard output.

    To be made before anything else can print. `orders` ends with `None`, when the parent has nothing more to say.
    """

    def __init__(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer; this process ends with it
        self._out = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)  # whatever else prints must not come between
        self.orders: SimpleQueue[Order | None] = SimpleQueue()

    def tell(self, value: object) -> None:
        """For one thread at a time. Raises `BrokenPipeError` when the parent has gone."""
        pickle.dump(value, self._out, pickle.HIGHEST_PROTOCOL)
        self._out.flush()

    def listen(self) -> None:
        """Fill `orders` from now on, in a thread of its own."""
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            while True:
                self.orders.put(pickle.load(sys.stdin.buffer))  # noqa: S301 - from the process that started this one
        except EOFError:
            self.orders.put(None)
