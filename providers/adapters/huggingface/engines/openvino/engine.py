"""OpenVINO's process, as an engine."""

from __future__ import annotations

import sys
from pathlib import Path

from providers.adapters.huggingface.engines.process_engine import ProcessEngine

_PROGRAM = "providers.adapters.huggingface.engines.openvino.program"


class OpenVinoEngine(ProcessEngine):
    """Opens a file of weights; `exact` as `pipeline.open_pipeline`."""

    def __init__(self, file: Path, *, exact: bool) -> None:
        super().__init__([sys.executable, "-m", _PROGRAM, str(file), *(["--exact"] if exact else [])])
