"""The engine's own process, for its parent on the other end of two pipes.

`python -m providers.adapters.huggingface.engines.openvino.program FILE [--exact]`. A process of its own, because
OpenVINO's step holds Python's interpreter lock from its beginning to its end: in the page's process nothing else would
run meanwhile.
Orders come as pickled values on standard input, what was drawn leaves in one pickled value a step on standard output.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from providers.adapters.huggingface.engines.child_pipes import ChildPipes
from providers.adapters.huggingface.engines.openvino.library import FAILURES
from providers.adapters.huggingface.engines.openvino.pipeline import open_pipeline
from providers.adapters.huggingface.engines.openvino.stepper import Stepper, serve
from providers.adapters.huggingface.engines.orders import StepResult


def main() -> None:
    pipes = ChildPipes()
    try:
        exact = "--exact" in sys.argv
        stepper = Stepper(lambda: open_pipeline(Path(sys.argv[1]), exact=exact), exact=exact)
    except FAILURES:
        sys.exit(1)
    pipes.tell(StepResult())
    pipes.listen()
    with suppress(BrokenPipeError):  # the parent has gone
        serve(stepper, pipes.orders, pipes.tell)
    os._exit(0)  # the listening thread may still wait


if __name__ == "__main__":
    main()
