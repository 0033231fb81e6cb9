"""Where weights come from: a folder of this computer, the cache, the package or the Hub. Blocking; runs in threads.

The cache is `home/models`: one folder a model, which appears whole or not at all, with a record of its origin. While it
is being made it is a hidden folder beside it; a lock keeps two processes from doing the work twice.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from providers.adapters.huggingface.bounded.inspecting import inspect_folder, inspect_gguf
from providers.adapters.huggingface.weights import publish, wheel
from providers.adapters.huggingface.weights.completing import Completer, lacks_measures
from providers.adapters.huggingface.weights.damage import FAILURES, PASSING, explain_failure
from providers.adapters.huggingface.weights.files import elements, gguf_files, is_as_recorded, is_whole, weights_format
from providers.adapters.huggingface.weights.hub import DownloadPlan, Hub, check_id
from providers.adapters.huggingface.weights.making import FULL, HasWeights, Maker, is_folder, record_of
from providers.adapters.huggingface.weights.record import read_record
from providers.adapters.huggingface.weights.served_as_it_is import is_served_as_it_is, lacks_dense
from providers.adapters.huggingface.weights.ticket import Cancelled, Ticket
from providers.base import Options
from providers.errors import UnknownModel, WeightsUnavailable
from providers.types import Progress

__all__ = ["HasWeights", "Store", "is_folder"]


class Store:
    """`root` names its folder of `home`: models that converse and models that embed do not stand in one list."""

    def __init__(self, options: Options, hub: Hub, root: str = "models") -> None:
        self._options, self._hub = options, hub
        self.root = options.home / root
        self._maker = Maker(options, hub, self.root)
        self._completer = Completer(self._maker, self._alone)

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

    def measure(self, folder: Path, ticket: Ticket) -> None:
        """Measure what an earlier version did not know, of a folder that it made. Raises `Cancelled`."""
        if self.is_ours(folder):
            self._completer.measure(folder, ticket)

    def lacks_measures(self, folder: Path) -> bool:
        """`measure` has something to do."""
        return self.is_ours(folder) and lacks_measures(folder)

    def lacks_dense(self, folder: Path) -> bool:
        """What serves its model as it is has to be unpacked before the model can be looked into (`unpack`)."""
        return folder.parent == self.root and lacks_dense(folder, read_record(folder))

    def unpack(self, model: HasWeights, folder: Path, ticket: Ticket) -> None:
        """See `Completer.unpack`."""
        self._completer.unpack(model, folder, ticket)

    def load(self, model: HasWeights, ticket: Ticket, load: Callable[[Path], None]) -> None:
        """Call `load` with the model's folder, fetched if need be.

        What passes is tried once again. A cached model that is shown to be damaged is fetched again, once, and takes
        the other's place. Raises what `ensure` and `load` raise, and a `PlaygroundError` for `FAILURES` of `load`.
        """

        def load_inspected(folder: Path) -> None:
            pinned = self._is_pinned(folder)
            inspect_folder(folder, model.name, build=not pinned)
            if not pinned and (packed := gguf_files(folder)) is not None:
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

    def _is_pinned(self, folder: Path) -> bool:
        """Made here of a package that the catalogue pins: what is in it is known to do no harm."""
        record = read_record(folder)
        return folder.parent == self.root and record is not None and record.source == "package"

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
            fetched = self._maker.fetch(model, scratch, ticket)
            record_of(model, fetched).write(fetched.folder)
            publish.publish(fetched.folder, target)
        except Cancelled:  # what is left is taken up or cleaned by whoever comes next
            raise
        except BaseException as error:  # whatever it was, nothing half-made stays behind
            offline = isinstance(error, WeightsUnavailable) and error.reason == "offline"
            if not _goes_on(error, scratch):  # but for a download, which goes on from there
                shutil.rmtree(scratch, ignore_errors=True)
            if isinstance(error, OSError) and error.errno in FULL:
                raise self._maker.full(model, None) from error
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


def _read_progress(file: Path) -> Progress:
    """What the process that works has last said."""
    try:
        stage, done, total = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return Progress(stage="queue")
    known = re.fullmatch("download|convert|load", str(stage)) is not None
    return Progress(stage=stage if known else "queue", done=done, total=total)
