"""Run as a program: measure what `convert` has written for OpenVINO against the fidelity.

`python -m providers.adapters.huggingface.weights.certify_program folder`. A program of its own: an engine that a file
brings down takes nothing else with it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from providers.adapters.huggingface.engines import openvino
from providers.adapters.huggingface.engines.openvino.library import FAILURES
from providers.adapters.huggingface.engines.openvino.pipeline import score
from providers.adapters.huggingface.weights.fidelity import Fidelity


def certify(folder: Path) -> None:
    """Leave in `folder` the files that run, and their measures in `fidelity`'s file."""
    fidelity = Fidelity.read(folder)
    for variant in openvino.variants(folder):
        try:
            fidelity.add(variant.name, score(variant.file, fidelity.prompts, exact=variant.reproducible))
            fidelity.write(folder)
        except MemoryError:  # says nothing of the file
            raise
        except FAILURES:  # an architecture, or a tokenizer, that it does not know
            variant.file.unlink()


if __name__ == "__main__":
    certify(Path(sys.argv[1]))
