"""Bounds that the system holds a process to. Where a system has none of them, whoever waits for it has a clock."""

from __future__ import annotations

import sys
from contextlib import suppress


def bound_memory(most: int) -> None:
    """Bytes of address space; beyond, `MemoryError`."""
    if sys.platform != "win32":
        import resource

        with suppress(OSError, ValueError):  # macOS knows the limit and does not take it
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def bound_seconds(more: int) -> None:
    """Seconds of computing from now on, whatever else the machine does; beyond, the system ends the process."""
    if sys.platform != "win32":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + more, hard))
