"""Running a model's program against its tests, in a subprocess with bounds.

It runs with `python -I`, an empty environment, its own temporary folder and nothing on its standard streams. What it
may use of memory, processor time, processes (none besides itself), open files and size of a file is limited by the
system; after `SECONDS` it is killed with everything it has started. Where Linux lets us, it has its own network (none),
processes and semaphores (`unshare`); where the page runs as root, it drops to an unprivileged user. Only whether the
tests passed comes back, never its output. A program that ends itself early has not passed.

What is *not* guaranteed: without `unshare` (macOS, most containers) there is a network, and what other processes of
the same user hold is in reach, the page's environment and its keys included. Files that the user (as root: everybody)
can read can be read, and where everybody may write it can write up to `FILE_BYTES` a file. macOS does not enforce the
limit of memory. A program that sets out to deceive the tests (replaces what `assert` relies on, searches the frames of
its caller for the proof of passing) can do so: the score is honest for programs that try to solve the task. There is no
protection against a flaw in the kernel. On Windows nothing runs.
"""

from __future__ import annotations

import json
import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Reason = Literal["passed", "failed", "error", "ended", "timeout", "unsupported"]

SECONDS = 10.0
"""Of wall time, for program and tests together."""
CPU_SECONDS = 5
MEMORY = 512 * 2**20
FILE_BYTES = 2**20
NOBODY = 65534
"""The user that a program drops to from root."""
_MOST_CODE = 100_000
_REPORT = 4096
_PROGRAM = Path(__file__).with_name("sandboxed.py")
_ISOLATED = ["--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--ipc"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`failed`: a test did not hold, `test` is its place, from 0. `error`: it raised; `error` names the class, and
    `test` is `None` where it was the program itself. `ended`: it ended or was killed for its use of memory or time
    before the last test. `unsupported`: programs cannot run here."""

    reason: Reason
    test: int | None = None
    error: str | None = None

    @property
    def passed(self) -> bool:
        return self.reason == "passed"


def check(program: str, tests: Sequence[str], *, allowed: bool, seconds: float = SECONDS) -> Verdict:
    """Run a program and then its tests, `assert` statements. Blocks up to `seconds`.

    Raises `PermissionError` unless the caller says that programs of models are allowed here.
    """
    if not allowed:
        raise PermissionError("programs of models are not allowed to run here")
    if os.name != "posix" or len(program) > _MOST_CODE:
        return Verdict(reason="unsupported" if os.name != "posix" else "error", error=None)
    proof = secrets.token_hex(16)
    task = {"program": program, "tests": list(tests), "proof": proof, "limits": _limits(), "nobody": NOBODY}
    with tempfile.TemporaryDirectory(prefix="aula-", ignore_cleanup_errors=True) as folder:
        if os.geteuid() == 0:
            with suppress(OSError):  # where root is not quite root, the program says that it is not supported
                os.chown(folder, NOBODY, NOBODY)
        report, in_time = _report(folder, json.dumps(task).encode(), seconds)
    return _verdict(report, proof, in_time)


def _limits() -> dict[str, int]:
    return {"AS": MEMORY, "DATA": MEMORY, "CPU": CPU_SECONDS, "FSIZE": FILE_BYTES, "NOFILE": 64, "NPROC": 0, "CORE": 0}


def _report(folder: str, task: bytes, seconds: float) -> tuple[bytes, bool]:
    """What the program reported, and whether it had ended in time."""
    reading, writing = os.pipe()
    command = [*_isolation(), sys.executable, "-I", "-S", "-B", "-X", "utf8", str(_PROGRAM), str(writing)]
    try:
        child = subprocess.Popen(  # noqa: S603 - our own program; the model's goes in by its standard input
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={},
            pass_fds=(writing,),
            start_new_session=True,
        )
    finally:
        os.close(writing)
    try:
        deadline = time.monotonic() + seconds
        if child.stdin is not None:
            with suppress(BrokenPipeError), child.stdin:
                child.stdin.write(task)
        return _until(reading, deadline)
    finally:
        os.close(reading)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.kill()
        child.wait()


def _until(reading: int, deadline: float) -> tuple[bytes, bool]:
    """At most `_REPORT` bytes, until the other end is closed or time is over."""
    report = b""
    while len(report) <= _REPORT:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([reading], [], [], left)[0]:
            return report, False
        piece = os.read(reading, _REPORT)
        if not piece:
            return report, True
        report += piece
    return b"", True


def _verdict(report: bytes, proof: str, in_time: bool) -> Verdict:
    if not in_time:
        return Verdict(reason="timeout")
    try:
        told = json.loads(report)
    except ValueError:
        return Verdict(reason="ended")
    if not isinstance(told, dict) or told.get("proof") != proof:
        return Verdict(reason="ended")
    place, error = told.get("test"), told.get("error")
    match told.get("reason"):
        case "passed" | "unsupported" as reason:
            return Verdict(reason=reason)
        case "failed" | "error" as reason:
            return Verdict(reason=reason, test=place if isinstance(place, int) else None, error=str(error)[:60])
        case _:
            return Verdict(reason="ended")


@cache
def _isolation() -> tuple[str, ...]:
    """The command before the command that gives a process its own network and processes; nothing where none works."""
    tool = shutil.which("unshare")
    if tool is None or not sys.platform.startswith("linux"):
        return ()
    mapped = [] if os.geteuid() == 0 else ["--user", "--map-current-user"]
    for chosen in ([*mapped, *_ISOLATED], [*mapped, "--net"]):
        probe = [tool, *chosen, sys.executable, "-I", "-S", "-c", "pass"]
        with suppress(OSError, subprocess.SubprocessError):
            if subprocess.run(probe, env={}, capture_output=True, timeout=10).returncode == 0:  # noqa: S603 - ours
                return (tool, *chosen)
    return ()


def isolated() -> bool:
    """Programs run here without a network."""
    return bool(_isolation())
