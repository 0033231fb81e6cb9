"""Which local models there are, and which one a visitor means. Blocking; runs in threads."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from providers.adapters.huggingface import engines
from providers.adapters.huggingface.families.vision import takes_images
from providers.adapters.huggingface.weights.description import describe_folder
from providers.adapters.huggingface.weights.gguf_choice import beside
from providers.adapters.huggingface.weights.hub import check_id
from providers.adapters.huggingface.weights.record import read_record
from providers.adapters.huggingface.weights.store import Store, is_folder
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.base import Options
from providers.errors import UnknownModel, WeightsUnavailable
from providers.types import ModelInfo

PROVIDER = "huggingface"
LOCAL_SIDE = 1024
"""Pixels: what is worth reading of a picture on this computer, by a model of which nobody said better."""


def _local(name: str, title: str) -> ModelInfo:
    """What every model can do that our own engine runs."""
    return ModelInfo(id=name, provider=PROVIDER, name=title, local=True, logprobs=True, prefill=True, reproducible=True)


def _image_fields(folder: Path, names: Collection[str] | None = None) -> dict[str, Any]:
    return {"images": True, "image_side": LOCAL_SIDE} if takes_images(folder, names) else {}


class ModelListing:
    """The catalogue's rows of this provider, and what else its store holds."""

    def __init__(self, rows: Iterable[ModelInfo], options: Options, store: Store) -> None:
        self._rows = {row.id: row for row in rows}
        self._folders, self._store = options.folders, store

    def models(self) -> tuple[ModelInfo, ...]:
        """The catalogue's rows with what was recorded at download, and what else lies in the cache."""
        known = dict(self._rows)
        for name, folder in self._store.list_cached():
            if (found := self._try_describe(name, folder)) is not None:
                known[name] = found
        return tuple(known.values())

    def resolve(self, name: str, ticket: Ticket) -> ModelInfo:
        """See `provider.HuggingFace.resolve`."""
        name, _, engine = name.rpartition("@") if name.rpartition("@")[2] in engines.names() else (name, "", "")
        found = self._resolve(name, ticket)
        return replace(found, engine=engine, name=f"{found.name} @{engine}") if engine else found

    def _resolve(self, name: str, ticket: Ticket) -> ModelInfo:
        name = self.model_id(name)
        if name in self._rows:
            folder = self._store.find_folder(name)
            return (self._try_describe(name, folder) if folder else None) or self._rows[name]
        self.check_allowed(name)
        folder = self._store.find_folder(name)
        if folder is not None:
            return self._describe(name, folder)
        if is_folder(name):
            return replace(_local(name, Path(name).name), here=True, **_image_fields(Path(name)))
        plan, folder = self._store.peek(name, ticket)
        try:
            found = describe_folder(folder, name)
            sight = _image_fields(folder, plan.files)
        finally:
            shutil.rmtree(folder.parent, ignore_errors=True)
        return replace(
            _local(name, name),
            chat=plan.chat or not plan.tensors,
            context=found.context,
            parameters=plan.parameters,
            size=plan.size,
            licence=plan.licence,
            gated=plan.gated,
            **sight,
            revision=plan.revision,
        )

    def model_id(self, name: str) -> str:
        """A Hub repository's name, checked, or the absolute path of a folder. Raises `UnknownModel`."""
        if name.startswith(("/", "./", "../", "~", "\\")) or Path(name).is_absolute():
            return self._folder_id(name)
        return check_id(name)

    def _folder_id(self, name: str) -> str:
        if not self._folders:
            raise UnknownModel("invalid", model=name[:120], near="")
        try:
            found = Path(name).expanduser().resolve()
            if not found.is_file():
                return str(found)
            if found.suffix.lower() == ".gguf":
                names = {one.name: 0 for one in found.parent.iterdir() if one.suffix.lower() == ".gguf"}
                return str(found.parent if beside(names, found.name).keys() == names.keys() else found)
            others = [one for one in found.parent.iterdir() if one.suffix == found.suffix and one != found]
        except (RuntimeError, OSError, ValueError) as error:
            raise UnknownModel("invalid", model=name[:120], near="") from error
        if others:  # of several it could not be said which one is meant
            raise UnknownModel("file", model=name[:120], near="")
        return str(found.parent)

    def check_allowed(self, name: str) -> None:
        """Where strangers visit, only the catalogue and what the operator has put into the cache."""
        if not (self._folders or name in self._rows or name in dict(self._store.list_cached())):
            raise UnknownModel(model=name[:120], near="")

    def _try_describe(self, name: str, folder: Path) -> ModelInfo | None:
        """`None` for a damaged one: that is noticed, and repaired, when it is asked for."""
        try:
            return self._describe(name, folder)
        except WeightsUnavailable:
            return None

    def _describe(self, name: str, folder: Path) -> ModelInfo:
        """The catalogue's row, or what the folder says; with what was recorded at download."""
        record = read_record(folder)
        row = self._rows.get(name)
        if row is None:
            found = describe_folder(folder, name)
            title = Path(name).name if is_folder(name) else name
            row = replace(
                _local(name, title),
                chat=found.chat,
                context=found.context,
                parameters=found.parameters,
                reasoning=found.reasoning,
                **_image_fields(folder),
            )
        elif row.context is None:  # nobody could verify it before: now the model's own configuration says it
            row = replace(row, context=describe_folder(folder, name).context)
        row = replace(row, here=True)
        if record is None:
            return row
        return replace(
            row,
            revision=record.revision or row.revision,
            size=row.size or record.bytes or None,
            licence=row.licence or record.licence,
            bits=tuple(sorted(record.bits.items())),
        )
