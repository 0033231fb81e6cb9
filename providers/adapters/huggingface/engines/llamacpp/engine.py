"""llama.cpp's process, as an engine."""

from __future__ import annotations

import sys

from providers.adapters.huggingface.engines.llamacpp.setting import Setting
from providers.adapters.huggingface.engines.process_engine import ProcessEngine

_PROGRAM = "providers.adapters.huggingface.engines.llamacpp.program"


class LlamaCppEngine(ProcessEngine):
    """Opens a GGUF file as a setting says."""

    def __init__(self, setting: Setting) -> None:
        super().__init__([sys.executable, "-m", _PROGRAM, str(setting)])
