"""The engine's own process, for its parent on the other end of two pipes.

`python -m providers.adapters.huggingface.engines.llamacpp.program SETTING`, a `server.Setting` as JSON. A process of
its own: a file that brings the library down takes nothing else with it.
"""

from __future__ import annotations

import os
import sys

from providers.adapters.huggingface.engines.child_pipes import ChildPipes
from providers.adapters.huggingface.engines.llamacpp.library import NO_MODULE, REFUSED
from providers.adapters.huggingface.engines.llamacpp.server import Served, open_server, set_patience
from providers.adapters.huggingface.engines.llamacpp.setting import Setting
from providers.adapters.huggingface.engines.orders import StepResult


def main() -> None:
    pipes = ChildPipes()
    set_patience()
    try:
        server = open_server(Setting.of(sys.argv[1]))
    except ImportError:
        sys.exit(NO_MODULE)
    except (RuntimeError, ValueError):  # what the binding makes of the library's refusals
        sys.exit(REFUSED)
    pipes.tell(StepResult())
    pipes.listen()
    Served(server, pipes.orders, pipes.tell).run()
    os._exit(0)  # its threads may still compute


if __name__ == "__main__":
    main()
