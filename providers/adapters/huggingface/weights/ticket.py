"""Progress and cancellation of long, blocking work: fetching, converting and loading a model."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path

from providers.types import Progress


class Cancelled(Exception):
    """The work was called off."""


class Ticket:
    """The progress of a piece of work, and whether it is still wanted. For several threads."""

    def __init__(self, mirror: Path | None = None) -> None:
        self.latest = Progress(stage="load")
        self._cancelled = False
        self._mirror, self._mirrored = mirror, 0.0

    def cancel(self) -> None:
        self._cancelled = True

    def mirror_to(self, file: Path | None) -> None:
        """Write progress to a file too, for another process that waits for the same work."""
        self._mirror = file

    def report(self, progress: Progress) -> None:
        """Raises `Cancelled` when nobody wants the work any more."""
        if self._cancelled:
            raise Cancelled
        self.latest = progress
        if self._mirror is not None and time.monotonic() - self._mirrored > 0.2:
            self._mirrored = time.monotonic()
            fresh = self._mirror.with_suffix(f".{os.getpid()}")
            with suppress(OSError):  # a full disk: whoever else waits is shown less
                fresh.write_text(json.dumps([progress.stage, progress.done, progress.total]), "utf-8")
                fresh.replace(self._mirror)
