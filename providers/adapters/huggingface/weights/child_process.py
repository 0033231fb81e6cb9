"""Long work in a child process: its memory is given back, it can be ended at once, and the page stays quick."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from providers.adapters.huggingface.weights.ticket import Ticket
from providers.types import Progress

ROOT = Path(__file__).resolve().parents[4]
"""Where `python -m providers…` finds this package."""
_POLL = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildCommand:
    """A command, what it reads from standard input, and what its environment has besides ours."""

    command: Sequence[str]
    scratch: Path
    """An existing folder for its output and temporary files."""
    given: str = ""
    environment: Mapping[str, str] | None = None
    folder: Path | None = None


def run_child(call: ChildCommand, ticket: Ticket, heard: Callable[[str], Progress]) -> tuple[int, str]:
    """Run to the end; its exit code and all it said. `heard` makes progress of what it has said so far.

    Raises `Cancelled`, after ending the child, when the ticket is cancelled.
    """
    log = call.scratch / "output.txt"
    temporary = {name: str(call.scratch) for name in ("TMPDIR", "TEMP", "TMP")}
    environment = {**os.environ, **temporary, "PYTHONIOENCODING": "utf-8", **(call.environment or {})}
    with log.open("wb") as out:
        child = subprocess.Popen(  # noqa: S603 - a fixed program; arguments come from the catalogue, checked
            list(call.command),
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=call.folder,
        )
    try:
        if child.stdin is not None:
            try:
                child.stdin.write(call.given.encode())
                child.stdin.close()
            except BrokenPipeError:  # it has ended already, and its exit code says why
                pass
        while child.poll() is None:
            ticket.report(heard(_read(log)))
            time.sleep(_POLL)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    return child.returncode, _read(log)


def _read(log: Path) -> str:
    return log.read_text("utf-8", errors="replace")
