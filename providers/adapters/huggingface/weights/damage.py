"""Whether a model's files are damaged, and what a loading that failed is told as.

Damage is what a length, a checksum or a parser of the file itself has shown. Whatever else ends a loading passes: an
engine's process that was killed, a disk that does not answer, an import, memory. It says nothing of the files.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from safetensors import SafetensorError

from providers.adapters.huggingface.bounded.checks import TOKENIZER_BYTES, read_json
from providers.adapters.huggingface.weights.counting import count_numbers
from providers.adapters.huggingface.weights.files import has_every_file, lengths, sha256_of, unreadable
from providers.adapters.huggingface.weights.record import RECORD, WeightsRecord, read_record
from providers.adapters.huggingface.weights.unfit import misfit_by_config
from providers.errors import MissingPackage, PlaygroundError, WeightsUnavailable
from providers.importing import importing

_ELSEWHERE = (OSError, ImportError, MemoryError)
"""What says nothing of a file that was being read."""
FAILURES = (*_ELSEWHERE, ValueError, LookupError, TypeError, AttributeError, RuntimeError, SafetensorError)
"""What the libraries raise where they do not load a model."""
PASSING = frozenset({"engine", "import", "unreadable", "failed"})
"""Reasons for which the same loading may succeed when it is tried again."""
_NEEDED = re.compile(r"\b(torchvision|num2words|timm|sentencepiece|tiktoken|protobuf|einops|av|cv2)\b", re.IGNORECASE)
"""Packages that processors ask for; transformers says so in the text of an ImportError alone."""

_SHORT = re.compile(r"out of memory|allocate memory|not enough memory", re.IGNORECASE)


class IncompleteWeights(ValueError):
    """The weights lack tensors that the configuration speaks of."""


def explain_failure(error: BaseException, folder: Path, model: str) -> PlaygroundError:
    """What is told of an error that ended the loading of this folder: what it is, and "damaged" only where that shows.

    Values: `cause`, the error's class, its number or the module that could not be imported.
    """
    if isinstance(error, PlaygroundError):
        return error
    if _wants_memory(error):
        return WeightsUnavailable("memory", model=model)
    if isinstance(error, ImportError):
        cause = error.name or type(error).__name__
        return missing_package(error) or WeightsUnavailable("import", model=model, cause=cause)
    if is_damaged(folder, suspected=isinstance(error, IncompleteWeights)):
        return WeightsUnavailable("damaged", model=model)
    if isinstance(error, OSError) and error.errno is not None:
        return unreadable(error, model)
    if isinstance(error, RuntimeError) and misfit_by_config(folder) is None:
        return WeightsUnavailable("failed", model=model, cause=type(error).__name__)
    reason, cause = misfit_by_config(folder) or ("unfit", type(error).__name__)
    return WeightsUnavailable(reason, model=model, cause=cause)


def _wants_memory(error: BaseException) -> bool:
    """torch says so in the text of a RuntimeError, the system with a number."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and bool(_SHORT.search(str(error))))


def missing_package(error: ImportError) -> MissingPackage | None:
    """The package that is not here, by what transformers says of it."""
    found = _NEEDED.search(str(error))
    if found is not None:
        return MissingPackage(package=found.group(1).lower())
    name = (error.name or "").partition(".")[0]
    return MissingPackage(package=name) if name and find_spec(name) is None else None


def is_damaged(folder: Path, *, suspected: bool = False) -> bool:
    """Whether the folder is shown to be damaged. Reads every file whose checksum is recorded, or parses it.

    `suspected`: whoever read the files has found something missing, which counts unless checksums say that all is as
    it was made. A file that cannot be read now shows nothing.
    """
    try:
        record = read_record(folder)
        if record is not None and not has_every_file(folder, record):
            return True
        if record is not None and record.digests and record.digests.keys() >= record.files.keys():
            return not _is_as_made(folder, record)
        return suspected or not all(parses(folder / name) for name in lengths(folder) if name != RECORD)
    except _ELSEWHERE:
        return False


def _is_as_made(folder: Path, record: WeightsRecord) -> bool:
    return all(sha256_of(folder / name) == record.digests[name] for name in record.files)


def parses(file: Path) -> bool:
    """Whether a file is what its name says. Raises what keeps it from being read."""
    parse = _PARSERS.get(file.name) or _PARSERS.get(file.suffix)
    try:
        if parse is not None:
            parse(file)
    except _ELSEWHERE:
        raise
    except Exception:  # noqa: BLE001 - what reads a damaged GGUF file may raise anything
        return False
    return True


def _parse_json(file: Path) -> None:
    read_json(file, TOKENIZER_BYTES)


def _parse_tokenizer(file: Path) -> None:
    read_json(file, TOKENIZER_BYTES)["model"]


def _parse_gguf(file: Path) -> None:
    with importing():
        from gguf import GGUFReader
    GGUFReader(file)


_PARSERS: dict[str, Callable[[Path], object]] = {
    "tokenizer.json": _parse_tokenizer,
    ".json": _parse_json,
    ".safetensors": count_numbers,
    ".gguf": _parse_gguf,
}
"""By a file's name, or the end of it."""
