"""What lies in a model's folder: which files are weights, and whether they are whole."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from providers.adapters.huggingface.bounded.checks import OutOfBounds
from providers.adapters.huggingface.weights.counting import count_numbers, count_parameters
from providers.adapters.huggingface.weights.gguf_choice import GgufFiles, choose_files
from providers.adapters.huggingface.weights.record import FORM, WeightsRecord
from providers.adapters.huggingface.weights.unfit import misfit_by_names
from providers.errors import WeightsUnavailable

PICKLED = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".h5", ".msgpack", ".npz"})
"""Formats that may run code when they are read, or that are not read here."""
MODULES = "modules.json"
"""Of sentence-transformers: the parts that a model is made of, each in a folder of its own."""


def lengths(folder: Path) -> dict[str, int]:
    """Bytes of each file of a folder, of its parts (`1_Pooling/config.json`) where the model has any, and of what was
    read of its files (`openvino-q8_0/`)."""
    found = _lengths_at_the_top(folder)
    parts = folder.glob("[0-9]_*/*") if MODULES in found else ()
    for file in sorted([*parts, *folder.glob("openvino-*/openvino_*")]):
        if file.is_file():
            found[f"{file.parent.name}/{file.name}"] = file.stat().st_size
    return found


def _lengths_at_the_top(folder: Path) -> dict[str, int]:
    """Without those of the model's parts: each message asks for them."""
    with os.scandir(folder) as entries:
        return {
            entry.name: entry.stat().st_size
            for entry in sorted(entries, key=lambda entry: entry.name)
            if entry.is_file()
        }


def is_whole(folder: Path, record: WeightsRecord) -> bool:
    """Every recorded file is there with its full length, the tensors fill their files exactly, and nothing is missing
    that an earlier version did not make yet. Raises `WeightsUnavailable("unreadable")`.
    """
    return not (record.source == "package" and record.form < FORM) and is_as_recorded(folder, record)


def is_as_recorded(folder: Path, record: WeightsRecord) -> bool:
    """`is_whole`, whatever an earlier version did not make."""
    try:
        return has_every_file(folder, record) and elements(folder, record.id) > 0
    except OSError as error:
        raise unreadable(error, record.id) from error
    except WeightsUnavailable as error:
        if error.reason != "damaged":
            raise
        return False


def has_every_file(folder: Path, record: WeightsRecord) -> bool:
    """With its full length. Raises `OSError`."""
    found = lengths(folder)
    return all(found.get(name) == length for name, length in record.files.items())


def sha256_of(file: Path) -> str:
    """Its SHA-256."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def gguf_files(folder: Path, wanted: str = "") -> GgufFiles | None:
    """The GGUF files that a folder without dense weights is served from; `None` where it has dense ones, or none.

    Raises `WeightsUnavailable("parts")` and "quantisation".
    """
    sizes = _lengths_at_the_top(folder)
    return None if tensor_names(sizes) and "config.json" in sizes else choose_files(sizes, folder.name, wanted)


def tensor_names(names: Iterable[str]) -> list[str]:
    """The safetensors files to read: `model*.safetensors` where there are any, else all."""
    files = sorted(name for name in names if name.endswith(".safetensors") and not name.startswith("adapter"))
    return [name for name in files if name.startswith("model")] or files


def weights_format(folder: Path, model: str) -> str:
    """ "safetensors" or "gguf". Raises `WeightsUnavailable`: "unsafe_format" where there are only pickles."""
    if not folder.is_dir():
        raise WeightsUnavailable("not_found", model=model)
    names = list(lengths(folder))
    if tensor_names(names) and "config.json" in names:
        return "safetensors"
    if gguf_files(folder) is not None:
        return "gguf"
    if (misfit := misfit_by_names(names)) is not None:
        raise WeightsUnavailable(misfit[0], model=model, cause=misfit[1])
    pickled = any(Path(name).suffix in PICKLED for name in names)
    raise WeightsUnavailable("unsafe_format" if pickled else "not_found", model=model)


def elements(folder: Path, model: str) -> int:
    """How many numbers the weights hold. Raises `WeightsUnavailable`: "damaged" where a file is not whole, "unreadable"
    where the system does not let it be read, "parts".
    """
    try:
        if (packed := gguf_files(folder)) is not None:
            return sum(count_parameters(folder / name) for name in packed.parts)
        return sum(count_numbers(folder / name) for name in tensor_names(lengths(folder)))
    except OutOfBounds as error:
        raise WeightsUnavailable("bounds", model=model, cause=str(error)) from error
    except ValueError as error:
        raise WeightsUnavailable("damaged", model=model) from error
    except OSError as error:
        raise unreadable(error, model) from error


def unreadable(error: OSError, model: str) -> WeightsUnavailable:
    """What is told where the system does not let a file be read, for whatever reason."""
    cause = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return WeightsUnavailable("unreadable", model=model, cause=cause)


def unwritable(error: OSError, model: str) -> WeightsUnavailable:
    """What is told where the disk does not take a model's files, but for its being full."""
    cause = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return WeightsUnavailable("unwritable", model=model, cause=cause)
