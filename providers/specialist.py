"""What is known of a model that does not write: one that embeds, ranks, labels pictures, or has a head for one task."""

from __future__ import annotations

from dataclasses import dataclass

from providers.types import Package


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistInfo:
    """What the rows of all such models in `models.toml` share. Unverified facts are `None`."""

    id: str
    provider: str
    name: str
    languages: tuple[str, ...] = ()
    """Those it reads well, by ISO 639-1."""
    local: bool = False
    parameters: int | None = None
    size: int | None = None
    licence: str | None = None
    revision: str | None = None
    package: Package | None = None

    @property
    def ref(self) -> str:
        return f"{self.provider}/{self.id}"
