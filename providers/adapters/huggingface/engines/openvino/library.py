"""OpenVINO's own modules and errors, for whoever computes with them."""

from __future__ import annotations

import sys
from typing import Any

from providers.importing import importing

FAILURES = (RuntimeError, IndexError, ValueError, OverflowError, MemoryError)
"""What the binding makes of OpenVINO's own errors."""


def modules() -> tuple[Any, Any]:
    """OpenVINO and its generation library.

    Its telemetry, which reports every import to Google Analytics, is kept out: nothing leaves this computer unasked.
    """
    with importing():
        sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # Python's own way to forbid an import
        import openvino
        import openvino_genai

        # Asking for the first array finds NumPy, and two threads that do so at once wait for each other for ever.
        _ = openvino.Tensor(openvino.Type.f32, openvino.Shape([1])).data
    return openvino, openvino_genai
