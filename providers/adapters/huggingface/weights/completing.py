"""What is added to a folder of the cache once its model serves: measures, and dense weights to look into."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path

from providers.adapters.huggingface.engines import llamacpp, openvino
from providers.adapters.huggingface.weights import fidelity, publish
from providers.adapters.huggingface.weights.child_process import ROOT, ChildCommand
from providers.adapters.huggingface.weights.files import lengths, sha256_of
from providers.adapters.huggingface.weights.making import FULL, HasWeights, Maker
from providers.adapters.huggingface.weights.record import read_record
from providers.adapters.huggingface.weights.served_as_it_is import lacks_dense
from providers.adapters.huggingface.weights.ticket import Ticket

EXACT = f"openvino-{openvino.EXACT}"
_SUPERSEDED = "openvino-f16.gguf"
"""What an earlier version answered seeds with: 271 MB of the default model."""
NOT_MEASURED = "none"
"""In a record, where measuring was tried and has brought nothing."""
_CONFIG = "config.json"
"""With it a folder's dense weights count."""
Alone = Callable[[str, Ticket], AbstractContextManager[None]]
"""Holds the lock of a model's folder, by its name."""


class Completer:
    """Of the folders that `maker` has made."""

    def __init__(self, maker: Maker, alone: Alone) -> None:
        self._maker, self._alone = maker, alone

    def measure(self, folder: Path, ticket: Ticket) -> None:
        """What an earlier version did not know. Raises `Cancelled`."""
        if not lacks_measures(folder):
            return
        with self._alone(folder.name, ticket):
            record = read_record(folder)
            if record is None or not lacks_measures(folder):
                return
            scratch = publish.begin(folder)
            try:
                self._maker.certify(
                    ChildCommand(command=[], scratch=scratch, folder=ROOT), folder, ticket, "--llamacpp"
                )
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
            told = fidelity.take_fidelity(folder)
            nll = {**record.nll, **told.nll}
            tried = {} if told.speeds and EXACT in nll else {NOT_MEASURED: dict[str, float]()}
            known = replace(record, nll=nll, speeds={**record.speeds, **told.speeds, **tried})
            if not fidelity.passes(EXACT, nll):
                known.write(folder)
                return
            files = {name: length for name, length in record.files.items() if name != _SUPERSEDED}
            digests = {name: digest for name, digest in record.digests.items() if name != _SUPERSEDED}
            replace(known, files=files, digests=digests).write(folder)
            with suppress(OSError):  # where it is being read and the system does not let it go, it is of no more use
                (folder / _SUPERSEDED).unlink(missing_ok=True)

    def unpack(self, model: HasWeights, folder: Path, ticket: Ticket) -> None:
        """Dense weights beside a file that is served as it is, and how likely each thinks the fixed texts.

        Nothing where they are there. Raises `WeightsUnavailable`, `Cancelled`, `OSError`.
        """
        with self._alone(folder.name, ticket):
            record = read_record(folder)
            if record is None or not lacks_dense(folder, record):
                return
            (kept,) = record.files
            scratch = publish.begin(folder)
            try:
                dense = self._maker.unpack(folder / kept, model, scratch, ticket)
                (dense / kept).unlink()
                told = fidelity.take_fidelity(dense)
                files = lengths(dense)
                digests = {name: sha256_of(dense / name) for name in files}
                publish.add(dense, folder, last=_CONFIG)
                known = read_record(folder) or record  # something may have been measured meanwhile
                replace(
                    known,
                    files={**known.files, **files},
                    digests={**known.digests, **digests},
                    nll={**known.nll, **told.nll},
                    speeds={**known.speeds, **told.speeds},
                ).write(folder)
            except OSError as error:
                if error.errno in FULL:
                    raise self._maker.full(model, None) from error
                raise
            finally:
                shutil.rmtree(scratch, ignore_errors=True)


def lacks_measures(folder: Path) -> bool:
    """It was measured by a version that did not know llama.cpp, which could serve it too, or the exact variant in 8
    bits; or how fast they are is not known.
    """
    record = read_record(folder)
    if record is None or fidelity.REFERENCE not in record.nll or NOT_MEASURED in record.speeds:
        return False
    exact = any(variant.name == EXACT for variant in openvino.variants(folder))
    if exact and EXACT not in record.nll:
        return True
    return not record.speeds and bool(llamacpp.variants(folder))
