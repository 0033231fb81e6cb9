"""Bounds that the system holds a process to. Where a system has none of them, whoever waits for it has a clock."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path


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


def end_after_computing(seconds: float) -> None:
    """End this process (`SIGPROF`) after so many seconds of computing from now on; 0: never mind."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def memory_in_use() -> int:
    """Bytes of address space that this process has; 0 where the system does not say so simply."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
