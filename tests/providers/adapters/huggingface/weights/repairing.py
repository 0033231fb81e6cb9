"""A cache whose models are made of a folder of this computer, without asking anybody; and what a folder holds."""

from __future__ import annotations

import shutil
from pathlib import Path

from providers.adapters.huggingface.weights.files import lengths
from providers.adapters.huggingface.weights.hub import Hub
from providers.adapters.huggingface.weights.making import Fetched, HasWeights, Maker
from providers.adapters.huggingface.weights.record import WeightsRecord
from providers.adapters.huggingface.weights.store import Store
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.base import Options
from providers.errors import WeightsUnavailable


class Repairing(Store):
    """`made` counts what was fetched; `offline` ends every attempt, as a network that is gone does."""

    def __init__(self, home: Path, source: Path) -> None:
        super().__init__(Options(home=home), Hub(token=None, memory=None))
        self.source, self.made, self.offline = source, 0, False
        self.there: list[bool] = []
        """Whether the model's folder was there while it was fetched."""
        self._maker = _Copying(self)


class _Copying(Maker):
    def __init__(self, store: Repairing) -> None:
        super().__init__(Options(home=store.root), Hub(token=None, memory=None), store.root)
        self._store = store

    def fetch(self, model: HasWeights, scratch: Path, ticket: Ticket) -> Fetched:
        store = self._store
        store.made += 1
        store.there.append(store.target(model.id).exists())
        if store.offline:
            raise WeightsUnavailable("offline", model=model.name)
        folder = Path(shutil.copytree(store.source, scratch / "folder"))
        return Fetched(folder=folder, source="hub", origin=model.id, bytes=0)


def recorded(copied: Path, target: Path, model: str, **values: object) -> Path:
    """A copy of a folder with the record of a model that was fetched from the Hub."""
    shutil.copytree(copied, target)
    told = {"source": "hub", "origin": model, "date": "", "bytes": 0, "files": lengths(target), **values}
    WeightsRecord(id=model, **told).write(target)  # type: ignore[arg-type]
    return target


def content(folder: Path) -> dict[str, bytes]:
    """Every file of it, byte for byte."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
