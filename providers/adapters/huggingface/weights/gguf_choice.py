"""Which of a folder's or a repository's GGUF files are meant: one, or the parts of one, and the projector beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from providers.errors import WeightsUnavailable

ORDER = ("q8_0", "bf16", "f16", "q6_k", "q5_k_m", "q5_1", "q4_k_m", "q4_1", "q4_0", "f32")
"""The most faithful that is not needlessly large comes first."""
KEPT = "llamacpp-"
"""At the beginning of the name of a file that is served as it is, beside the dense weights that were made of it."""
PROJECTOR = "mmproj"
"""In the name of every file that llama.cpp's converter makes of the part of a model that looks at images."""
_PART = re.compile(r"-(\d{5})-of-(\d{5})(?=\.gguf$)", re.IGNORECASE)
_QUANTISATION = re.compile(r"(?<![a-z0-9])(bf16|f16|f32|i?q\d(?:_[0-9a-z]+)*|tq\d_\d|mxfp4(?:_moe)?)(?![a-z0-9])", re.I)
NAMED = re.compile(r"[A-Za-z0-9_]{1,24}", re.ASCII)
"""A quantisation after a repository's name and a colon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufFiles:
    """`parts` in their order, one for a file that is whole; names as they were given."""

    parts: tuple[str, ...]
    quantisation: str
    """As in the file's name, in small letters; empty where it does not say."""
    size: int
    projector: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.parts, *([self.projector] if self.projector else ()))


def split_name(model: str) -> tuple[str, str]:
    """ "owner/name:Q4_K_M" as the repository and the quantisation; empty where none is named."""
    name, colon, wanted = model.rpartition(":")
    return (name, wanted.lower()) if colon and NAMED.fullmatch(wanted) and "/" in name else (model, "")


def quantisation_of(name: str) -> str:
    found = _QUANTISATION.findall(PurePosixPath(name).name) or _QUANTISATION.findall(name)
    return str(found[-1]).lower() if found else ""


def beside(sizes: Mapping[str, int], name: str) -> dict[str, int]:
    """Of a folder's files those that belong to the model of which `name` is one: its parts, and the projectors."""
    whole = _PART.sub("", name)
    return {one: size for one, size in sizes.items() if _PART.sub("", one) == whole or PROJECTOR in one.lower()}


def choose_files(sizes: Mapping[str, int], model: str, wanted: str = "", room: int | None = None) -> GgufFiles | None:
    """The quantisation that is wanted; else the best of `ORDER` that fits into `room` bytes, or the smallest of all.

    `None` where there is no GGUF file. Raises `WeightsUnavailable`: "parts" for a part that is missing,
    "quantisation" where there is none of that name.
    """
    found = _groups(sizes, model)
    if not found:
        return None
    if wanted:
        named = [one for one in found if one.quantisation == wanted]
        if not named:
            known = ", ".join(sorted({one.quantisation.upper() for one in found if one.quantisation}))
            raise WeightsUnavailable("quantisation", model=model, cause=wanted.upper(), known=known)
        return named[0]
    ranks = {kind: rank for rank, kind in enumerate(ORDER)}
    ranked = sorted(found, key=lambda one: (ranks.get(one.quantisation, len(ORDER)), one.parts))
    fitting = [one for one in ranked if room is None or one.size <= room]
    return fitting[0] if fitting else min(found, key=lambda one: one.size)


def _groups(sizes: Mapping[str, int], model: str) -> list[GgufFiles]:
    """Whole files, and split ones of which every part is there."""
    names = sorted(name for name in sizes if name.lower().endswith(".gguf"))
    seeing = _projector([name for name in names if PROJECTOR in name.lower()])
    groups: dict[str, list[str]] = {}
    for name in names:
        if PROJECTOR not in name.lower():
            groups.setdefault(_PART.sub("", name), []).append(name)
    found, missing = [], ""
    for whole, parts in groups.items():
        lacking = _missing_part(parts)
        if lacking:
            missing = missing or lacking
            continue
        total = sum(sizes[part] for part in parts) + (sizes[seeing] if seeing else 0)
        found.append(GgufFiles(parts=tuple(parts), quantisation=quantisation_of(whole), size=total, projector=seeing))
    if missing and not found:
        raise WeightsUnavailable("parts", model=model, cause=PurePosixPath(missing).name)
    return found


def _missing_part(parts: list[str]) -> str:
    """The name of the first that is not there."""
    first = _PART.search(parts[0])
    if first is None:
        return ""
    count = int(first[2])
    there = {match[1] for part in parts if (match := _PART.search(part)) is not None}
    wanted = (f"{number:05}" for number in range(1, min(count, 10_000) + 1))
    lacking = next((number for number in wanted if number not in there), None)
    return _PART.sub(f"-{lacking}-of-{first[2]}", parts[0]) if lacking is not None else ""


def _projector(names: list[str]) -> str | None:
    """Of several, the one in 16 bits: in eight, a small model sees badly."""
    ranks = {"f16": 0, "bf16": 1, "q8_0": 2}
    return min(names, key=lambda name: (ranks.get(quantisation_of(name), 3), name), default=None)
