"""Run as a program: measure what `convert` has written for the engines: fidelity first, then speed.

`python -m providers.adapters.huggingface.weights.certify_program folder [--llamacpp]`. A program of its own: an
engine that a file brings down takes nothing else with it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from providers.adapters.huggingface.engines import Variant, llamacpp, openvino, speed
from providers.adapters.huggingface.engines.llamacpp import LlamaCpp, scoring
from providers.adapters.huggingface.engines.llamacpp.server import set_patience
from providers.adapters.huggingface.engines.openvino.library import FAILURES
from providers.adapters.huggingface.engines.openvino.pipeline import discard, score
from providers.adapters.huggingface.families.causal import load_tokenizer
from providers.adapters.huggingface.weights.fidelity import FILE, TEXTS, Fidelity, passes
from providers.adapters.huggingface.weights.record import read_record
from providers.errors import PlaygroundError

_EXACT = f"openvino-{openvino.EXACT}"
_SLOW = frozenset({_EXACT, "openvino-f16"})
"""They are for seeds alone, where nothing else can."""
_ROOM = 2**40
"""Whether there is memory was seen when the file was unpacked, which took more."""


def certify(folder: Path) -> None:
    """Leave in `folder` the files that run, and their measures in `fidelity`'s file. What has one is left.

    Of the two that are exact, which a folder of an earlier version may have, one is enough.
    """
    fidelity = _load_fidelity(folder)
    for variant in openvino.variants(folder):
        known = variant.name in fidelity.nll or not variant.file.is_file()
        if known or (variant.reproducible and passes(_EXACT, fidelity.nll)):
            continue
        try:
            fidelity.add(variant.name, score(variant.file, fidelity.prompts, exact=variant.reproducible))
            fidelity.write(folder)
        except MemoryError:  # says nothing of the file
            raise
        except FAILURES:  # an architecture, or a tokenizer, that it does not know
            if variant.kind != openvino.EXACT:  # whose file is the fast one's
                discard(variant.file)


def _load_fidelity(folder: Path) -> Fidelity:
    """What is measured by now: by `convert`, or, of a folder of an earlier version, as its record says."""
    record = read_record(folder)
    if (folder / FILE).is_file() or record is None:
        return Fidelity.read(folder)
    codec, _, context = load_tokenizer(folder)
    found = Fidelity([codec.encode(text, begin=True)[:context] for text in TEXTS], dict(record.nll))
    found.write(folder)
    return found


def add_llamacpp(folder: Path, variant: LlamaCpp, fidelity: Fidelity) -> None:
    try:
        fidelity.add(variant.name, scoring.score(folder, variant.files, fidelity.prompts))
        fidelity.write(folder)
    except (RuntimeError, ValueError, ImportError):  # it does not read the file, or is not here: the others remain
        return


def time_variants(folder: Path) -> None:
    """Add how fast each variant is that passes, where there are several."""
    fidelity = Fidelity.read(folder)
    found: Sequence[Variant] = [*llamacpp.variants(folder), *openvino.variants(folder)]
    passed = [variant for variant in found if passes(variant.name, fidelity.nll) and variant.name not in _SLOW]
    for variant in passed if len(passed) > 1 else ():
        try:
            loaded = variant.load(folder.name, _ROOM)
        except PlaygroundError:  # what cannot be loaded is not timed, and is told when it is asked for
            continue
        try:
            measured = asyncio.run(speed.measure(loaded.engine, fidelity.prompts, loaded.context or 512))
            fidelity.speeds[variant.name] = asdict(measured)
            fidelity.write(folder)
        finally:
            loaded.engine.close()


def certify_llamacpp(folder: Path) -> None:
    """As `certify`, of llama.cpp too on what was written for OpenVINO, and how fast both are."""
    set_patience()
    certify(folder)
    fidelity = _load_fidelity(folder)
    for variant in llamacpp.variants(folder):
        if variant.name not in fidelity.nll:
            add_llamacpp(folder, variant, fidelity)
    time_variants(folder)


if __name__ == "__main__":
    (certify_llamacpp if "--llamacpp" in sys.argv else certify)(Path(sys.argv[1]))
