"""Reads the catalogue: models and endpoints are rows of data."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from providers.base import Endpoint
from providers.catalog_row import CatalogRow, Package, PackagePart, Terms
from providers.embedding import EmbeddingInfo, RerankerInfo
from providers.errors import UnknownModel
from providers.heads import HEADS, HeadInfo
from providers.labels import ContrastiveInfo
from providers.sampling import PARAMETERS
from providers.types import ModelInfo

ASSETS = Path(__file__).resolve().parent.parent / "assets"
_Row = TypeVar("_Row", bound=CatalogRow)


@dataclass(frozen=True, slots=True)
class Catalog:
    models: tuple[ModelInfo, ...]
    endpoints: Mapping[str, Endpoint]
    embeddings: tuple[EmbeddingInfo, ...] = ()
    """The first one is the default."""
    rerankers: tuple[RerankerInfo, ...] = ()
    contrastive: tuple[ContrastiveInfo, ...] = ()
    """The first one is the default."""
    heads: tuple[HeadInfo, ...] = ()
    """Models made for one task; of each task the first one is the default."""
    terms: Mapping[str, Terms] = field(default_factory=dict)
    """Those that a visitor has to accept, by their names."""

    def of(self, provider: str) -> tuple[ModelInfo, ...]:
        return tuple(model for model in self.models if model.provider == provider)


def load(assets: Path = ASSETS) -> Catalog:
    """Read `models.toml` and `endpoints.toml`. A row with an unknown field is a `ValueError`: a slip must show."""
    rows = tomllib.loads((assets / "models.toml").read_text("utf-8"))
    vendors = tomllib.loads((assets / "endpoints.toml").read_text("utf-8"))["endpoint"]
    endpoints = [_endpoint(row) for row in vendors]
    terms = {row["name"]: Terms(**row) for row in rows.get("terms", [])}
    return Catalog(
        models=tuple(_model(row, terms) for row in rows["model"]),
        endpoints={endpoint.name: endpoint for endpoint in endpoints},
        embeddings=tuple(EmbeddingInfo(**_check(row, EmbeddingInfo)) for row in rows.get("embedding", [])),
        rerankers=tuple(RerankerInfo(**_check(row, RerankerInfo)) for row in rows.get("reranker", [])),
        contrastive=tuple(ContrastiveInfo(**_check(row, ContrastiveInfo)) for row in rows.get("contrastive", [])),
        heads=tuple(_head(row) for row in rows.get("head", [])),
        terms=terms,
    )


def find(models: Iterable[_Row], ref: str) -> _Row:
    """The model of that name. Raises `UnknownModel` with the names nearest to it."""
    by_ref = {model.ref: model for model in models}
    if ref in by_ref:
        return by_ref[ref]
    names = {model.ref.lower(): model.ref for model in by_ref.values()}
    names |= {model.id.lower(): model.ref for model in by_ref.values()}
    close = get_close_matches(ref.lower(), names, n=5, cutoff=0.5)
    raise UnknownModel(model=ref[:120], near=", ".join(dict.fromkeys(names[name] for name in close)))


def parameters(names: Iterable[str]) -> frozenset[str]:
    """A checked set of sampling parameter names."""
    chosen = frozenset(names)
    if unknown := chosen - PARAMETERS.keys():
        raise ValueError(f"unknown sampling parameters {sorted(unknown)}")
    return chosen


def _model(row: Mapping[str, Any], terms: Mapping[str, Terms]) -> ModelInfo:
    values = _check(row, ModelInfo)
    if values.get("terms") is not None and values["terms"] not in terms:
        raise ValueError(f"{row['id']}: unknown terms {values['terms']}")
    if "accepts" in values:
        values["accepts"] = parameters(values["accepts"])
    return ModelInfo(**values)


def _head(row: Mapping[str, Any]) -> HeadInfo:
    values = _check(row, HeadInfo)
    if values["head"] not in HEADS:
        raise ValueError(f"{row['id']}: unknown head {values['head']}")
    return HeadInfo(**values)


def _endpoint(row: Mapping[str, Any]) -> Endpoint:
    values = _check(row, Endpoint)
    values["accepts"] = parameters(values["accepts"])
    return Endpoint(**values)


def _check(row: Mapping[str, Any], kind: type[CatalogRow] | type[Endpoint]) -> dict[str, Any]:
    if unknown := row.keys() - {one.name for one in fields(kind)}:
        raise ValueError(f"{row.get('id') or row.get('name')}: unknown fields {sorted(unknown)}")
    values = dict(row)
    for name in values.keys() & {"languages", "instructions", "tasks"}:
        values[name] = tuple(values[name])
    if "package" in values:
        package = dict(values["package"])
        parts = tuple(PackagePart(**part) for part in package.get("parts", []))
        values["package"] = Package(**package | {"files": tuple(package.get("files", {}).items()), "parts": parts})
    return values
