"""Work on a visitor's file in a program of its own: bounded in memory and time, and ended at once when called off.

The program reads one task from its standard input and writes one answer: a line of JSON, and bytes after it. Its own
side is in `serving`.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue, TypeAdapter

from playground.asking.images.errors import RejectedImage
from playground.asking.images.serving import ProgramAnswer

ROOT = Path(__file__).resolve().parents[3]
"""Where `python -m playground…` finds this package."""
_ANSWER: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundedProgram:
    """A module with `main`. `memory` is address space in bytes and `seconds` processor time, where the system bounds
    them; `patience` is wall time in seconds: a computer that has much to do makes no file a bad one."""

    module: str
    memory: int
    seconds: int
    patience: float
    threads: int = 1


async def run_program(program: BoundedProgram, settings: Mapping[str, JsonValue], content: bytes) -> ProgramAnswer:
    """Run the program on these bytes. Cancelling ends it.

    Raises the `ImageError` that it names; "slow" after its time, "damaged" where it came to an end of its own.
    """
    bounds = {"memory": program.memory, "seconds": program.seconds}
    line = json.dumps({**settings, **bounds}).encode() + b"\n"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", program.module,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        cwd=ROOT, env=_environment(program.threads), start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(program.patience):
            output, _ = await child.communicate(line + content)
    except TimeoutError:
        raise RejectedImage("slow", file="", limit=program.patience) from None
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    if os.name == "posix" and child.returncode == -signal.SIGXCPU:
        raise RejectedImage("slow", file="", limit=program.seconds)
    head, _, rest = output.partition(b"\n")
    try:
        told = _ANSWER.validate_json(head)
    except ValueError:  # it was ended by its bounds, or by a flaw in a decoder
        raise RejectedImage("damaged", file="") from None
    if (reason := told.get("error")) is not None:
        raise RejectedImage(str(reason), **_plain(told.get("values")))
    return ProgramAnswer(told, rest)


def _plain(values: JsonValue) -> dict[str, str | int | float | bool | None]:
    found = values if isinstance(values, dict) else {}
    return {name: value for name, value in found.items() if not isinstance(value, dict | list)}


def _environment(threads: int) -> dict[str, str]:
    """Nothing of ours but what an interpreter needs: keys stay here."""
    kept = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "VIRTUAL_ENV")
    found = {name: os.environ[name] for name in kept if name in os.environ}
    counts = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    return {**found, **counts, "PYTHONDONTWRITEBYTECODE": "1"}
