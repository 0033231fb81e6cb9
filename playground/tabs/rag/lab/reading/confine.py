"""What a parser process does to itself before it sees a stranger's file. It cannot be undone.

Its memory is bounded by `RLIMIT_AS`, all of its address space: 25 MB are reserved before the first file (measured), and
what the libraries of its format take with it, so the bound on what a file may take is real and lower than the number
says. `RLIMIT_DATA` would leave out what is mapped. Where there is no `resource` (Windows) or it is not enforced
(macOS), only time is bounded.

No connection, no program, no file written: Python's own calls are refused by an audit hook, writing by `RLIMIT_FSIZE`
too, and where Linux allows it the process has a network of its own with nothing in it. A flaw in a parser written in C
that lets a file run its own code is not contained by this: such code could read what the page's user can read.
"""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress

_REFUSED = ("socket.", "subprocess.", "os.exec", "os.spawn", "os.posix_spawn", "os.system", "os.fork", "os.startfile")
_CHANGES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "shutil.")
_REFUSED_EVENTS = (*_REFUSED, *_CHANGES)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000


class Forbidden(OSError):
    """What a file's parser may not do."""


def confine(memory: int) -> None:
    """`memory` in bytes of address space."""
    _bound({"AS": memory, "FSIZE": 0, "CORE": 0})
    sys.addaudithook(_watch)


def end_after(seconds: float) -> None:
    """End this process after so many seconds, even if whoever started it is no longer there. 0: never mind."""
    import signal

    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _bound(limits: dict[str, int]) -> None:
    try:
        import resource
    except ImportError:
        return
    for name, most in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (bound, bound))
        except (OSError, ValueError):  # macOS: no limit of memory
            if sys.platform.startswith("linux"):
                raise


def leave_network() -> None:
    """A network of its own, where this user may have one (as root, or where users may make namespaces).

    Threads that are there already would keep theirs.
    """
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            unshare = ctypes.CDLL(None).unshare
            if unshare(_NEW_NETWORK) != 0:
                unshare(_NEW_USER | _NEW_NETWORK)


def _watch(event: str, given: tuple[object, ...]) -> None:
    if event == "open":
        mode, flags = given[1], given[2]
        writes = isinstance(mode, str) and any(letter in mode for letter in "wax+")
        if writes or (mode is None and isinstance(flags, int) and flags & _WRITING):
            raise Forbidden(event)
    elif event.startswith(_REFUSED_EVENTS):
        raise Forbidden(event)
