"""The engine's own process, for its parent on the other end of two pipes.

`python -m providers.adapters.huggingface.engines.openvino.program FILE [--exact]`. A process of its own, because
OpenVINO's step holds Python's interpreter lock from its beginning to its end: in the page's process nothing else would
run meanwhile.
Orders come as pickled values on standard input, what was drawn leaves in one pickled value a step on standard output.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

from providers.adapters.huggingface.engines.openvino.library import FAILURES
from providers.adapters.huggingface.engines.openvino.pipeline import open_pipeline
from providers.adapters.huggingface.engines.openvino.stepper import Order, Stepper, StepResult, serve


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer; this process ends with it
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else prints must not come between
    orders: SimpleQueue[Order | None] = SimpleQueue()

    def tell(value: object) -> None:
        pickle.dump(value, out, pickle.HIGHEST_PROTOCOL)
        out.flush()

    def listen() -> None:
        try:
            while True:
                orders.put(pickle.load(sys.stdin.buffer))  # noqa: S301 - from the process that started this one
        except EOFError:
            orders.put(None)

    try:
        exact = "--exact" in sys.argv
        stepper = Stepper(lambda: open_pipeline(Path(sys.argv[1]), exact=exact), exact=exact)
    except FAILURES:
        sys.exit(1)
    tell(StepResult())
    threading.Thread(target=listen, daemon=True).start()
    with suppress(BrokenPipeError):  # the parent has gone
        serve(stepper, orders, tell)
    os._exit(0)  # the listening thread may still wait


if __name__ == "__main__":
    main()
