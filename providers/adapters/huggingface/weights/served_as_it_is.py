"""Which GGUF files are served as they are, and which are rewritten for the engine that is quicker in company."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from providers.adapters.huggingface.engines.llamacpp.library import is_here
from providers.adapters.huggingface.engines.openvino import ARCHITECTURES
from providers.adapters.huggingface.weights.files import gguf_files
from providers.adapters.huggingface.weights.gguf_choice import KEPT, GgufFiles
from providers.adapters.huggingface.weights.gguf_header import read_gguf_header
from providers.adapters.huggingface.weights.publish import link
from providers.adapters.huggingface.weights.record import WeightsRecord

SMALL = 512 * 2**20
"""Bytes of a file of which copies are worth their place: of a larger one they would fill the disk."""


def is_served_as_it_is(folder: Path, packed: GgufFiles | None = None) -> bool:
    """llama.cpp serves it: OpenVINO does not read its architecture, or it is large, in parts, or sees.

    What cannot be read is left to whoever converts it, and says why it cannot be used. Raises
    `WeightsUnavailable("parts")`.
    """
    packed = packed or gguf_files(folder)
    if packed is None or not is_here():
        return False
    if packed.size > SMALL or len(packed.names) > 1:
        return True
    try:
        return read_gguf_header(folder / packed.parts[0]).architecture not in ARCHITECTURES
    except (OSError, ValueError):
        return False


def lay_out(source: Path, names: Iterable[str], folder: Path) -> Path:
    """A folder with these files: the same ones where the file system can do that, else copies."""
    folder.mkdir()
    for name in names:
        link(source / name, folder / Path(name).name)
    return folder


def lacks_dense(folder: Path, record: WeightsRecord | None) -> bool:
    """A file of the catalogue is served as it is, and was not unpacked to be looked into by now."""
    return record is not None and record.source == "package" and record.files.keys() == set(_kept_names(folder))


def _kept_names(folder: Path) -> list[str]:
    return [file.name for file in folder.glob(f"{KEPT}*.gguf")]
