"""What lies in a model's folder: which files are weights, whether they are whole, what they say of the model."""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from providers.adapters.huggingface.bounded.checks import OutOfBounds, read_header, read_json
from providers.adapters.huggingface.weights.gguf_choice import ORDER, PROJECTOR, GgufFiles, choose_files
from providers.adapters.huggingface.weights.gguf_header import read_gguf_header
from providers.adapters.huggingface.weights.unfit import misfit_by_names
from providers.errors import WeightsUnavailable

RECORD = "record.json"
log = logging.getLogger(__name__)
PICKLED = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".h5", ".msgpack", ".npz"})
"""Formats that may run code when they are read, or that are not read here."""
MODULES = "modules.json"
"""Of sentence-transformers: the parts that a model is made of, each in a folder of its own."""
FORM = 2
"""Of the folders written now: 2 has what OpenVINO reads beside the dense weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsRecord:
    """Where a cached model came from, so that nothing about it has to be guessed later."""

    id: str
    source: str
    """"package", "hub" or "folder"."""
    origin: str
    """The requirement, the repository or the folder."""
    revision: str | None = None
    sha256: str | None = None
    licence: str | None = None
    date: str
    """ISO 8601, UTC."""
    bytes: int
    """Downloaded."""
    files: Mapping[str, int]
    """Length of each file in bytes."""
    versions: Mapping[str, str] = field(default_factory=dict)
    dtype: str | None = None
    """The faster number format on this computer, once it has been measured."""
    engine: str | None = None
    """Of an embedding model, "openvino" or "torch": what computes it quicker on this computer, once measured."""
    nll: Mapping[str, float] = field(default_factory=dict)
    """See `fidelity`."""
    bits: Mapping[str, float] = field(default_factory=dict)
    """Bits per byte of the fixed texts, by their language, once it has been measured."""
    speeds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Tokens a second on this computer, by variant; see `engines.speed`."""
    form: int = 1
    """What else the folder holds; see `FORM`."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each file; none in records of earlier versions."""

    def write(self, folder: Path) -> None:
        """Raises `OSError` for the first one of a folder. A later one, which says what was measured since, is left out
        where the disk does not take it: the model is there all the same, and is measured again another time.
        """
        fresh = folder / f"{RECORD}.new"
        try:
            fresh.write_text(json.dumps(asdict(self), indent=2), "utf-8")
            fresh.replace(folder / RECORD)
        except OSError as error:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
            if not (folder / RECORD).is_file():
                raise
            log.warning("What was measured of a model could not be written down: %s", error.strerror)


def read_record(folder: Path) -> WeightsRecord | None:
    """The record of a cached model; `None` where there is none or it cannot be read."""
    try:
        told = json.loads((folder / RECORD).read_text("utf-8"))
        known = {one.name for one in fields(WeightsRecord)}
        return WeightsRecord(**{name: value for name, value in told.items() if name in known})
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def read_bits(folder: Path) -> Mapping[str, float]:
    """`WeightsRecord.bits`; nothing before they were measured."""
    record = read_record(folder)
    return record.bits if record is not None else {}


def keep_bits(folder: Path, bits: Mapping[str, float]) -> None:
    """In the folder's record, where it has one: a folder of the visitor's is left as it is."""
    if (record := read_record(folder)) is not None:
        replace(record, bits=dict(bits)).write(folder)


def lengths(folder: Path) -> dict[str, int]:
    """Bytes of each file of a folder, and of its parts (`1_Pooling/config.json`) where the model has any."""
    found = {file.name: file.stat().st_size for file in sorted(folder.iterdir()) if file.is_file()}
    for file in sorted(folder.glob("[0-9]_*/*")) if MODULES in found else ():
        if file.is_file():
            found[f"{file.parent.name}/{file.name}"] = file.stat().st_size
    return found


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
    sizes = lengths(folder)
    return None if tensor_names(sizes) and "config.json" in sizes else choose_files(sizes, folder.name, wanted)


def choose_gguf(names: Iterable[str]) -> str | None:
    """Of several quantisations the most faithful that is not needlessly large; files in parts are passed over, and so
    are projectors, which lie beside a model that sees and are none themselves."""
    files = sorted(
        name
        for name in names
        if name.lower().endswith(".gguf") and "-of-0" not in name and PROJECTOR not in name.lower()
    )
    ranks = {name: next((r for r, kind in enumerate(ORDER) if kind in name.lower()), 99) for name in files}
    return min(files, key=lambda name: (ranks[name], name), default=None)


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


def count_numbers(file: Path) -> int:
    """Read the header of a safetensors file: 8 bytes of its length, then JSON with every tensor's place.

    Raises `ValueError` for a file that is not whole, `OutOfBounds` for shapes that no such file can have, `OSError`.
    """
    return _counted(_FileState.of(file), _count_numbers)


def _count_numbers(file: Path) -> int:
    return sum(math.prod(tensor["shape"]) for tensor in read_header(file).values())


def count_parameters(file: Path) -> int:
    """As `count_numbers`, of a GGUF file."""
    return _counted(_FileState.of(file), _count_parameters)


def _count_parameters(file: Path) -> int:
    return read_gguf_header(file).parameters


@dataclass(frozen=True, slots=True)
class _FileState:
    """A file as it is now: whoever writes to it or changes who may read it changes this."""

    file: Path
    size: int
    written: int
    changed: int

    @classmethod
    def of(cls, file: Path) -> _FileState:
        found = file.stat()
        return cls(file, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@lru_cache(256)
def _counted(state: _FileState, count: Callable[[Path], int]) -> int:
    """Counted once for as long as the file stays as it is: each message asks whether its model is whole."""
    return count(state.file)


@dataclass(frozen=True, slots=True)
class FolderDescription:
    """What a folder says of its model; `None` where it says nothing."""

    chat: bool
    context: int | None
    parameters: int | None
    reasoning: bool = False


def describe_folder(folder: Path, model: str) -> FolderDescription:
    """Read the configuration, or a GGUF file's header, without loading anything."""
    if (packed := gguf_files(folder)) is not None:
        return _described(folder / packed.parts[0], elements(folder, model), model)
    config = _json(folder / "config.json")
    settings = _json(folder / "tokenizer_config.json")
    context = next((config[name] for name in ("max_position_embeddings", "n_positions") if name in config), None)
    template = folder / "chat_template.jinja"
    told = template.read_text("utf-8") if template.is_file() else settings.get("chat_template")
    if not config:
        return FolderDescription(chat=True, context=None, parameters=None)
    size = elements(folder, model) or None
    return FolderDescription(bool(told), context if isinstance(context, int) else None, size, "<think>" in str(told))


def _described(file: Path, parameters: int, model: str) -> FolderDescription:
    try:
        header = read_gguf_header(file)
    except OutOfBounds as error:
        raise WeightsUnavailable("bounds", model=model, cause=str(error)) from error
    except ValueError as error:
        raise WeightsUnavailable("damaged", model=model) from error
    except OSError as error:
        raise unreadable(error, model) from error
    template = str(header.metadata.get("tokenizer.chat_template", ""))
    context = header.number("context_length") or None
    return FolderDescription(bool(template), context, parameters or None, "<think>" in template)


def _json(file: Path) -> dict[str, Any]:
    try:
        content = read_json(file)
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
