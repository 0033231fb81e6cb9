"""The side of a program that works on one visitor's file: see `bounded`.

It imports little: every image that a visitor chooses starts such a program.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.errors import ImageError

if TYPE_CHECKING:
    from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class ProgramAnswer:
    told: Mapping[str, JsonValue]
    content: bytes


Work = Callable[[Mapping[str, "JsonValue"], bytes], ProgramAnswer]


def serve_task(work: Work) -> None:
    """The program's side: bind this process, do the task, say what came of it."""
    settings: dict[str, JsonValue] = json.loads(sys.stdin.buffer.readline())  # what the page wrote
    content = sys.stdin.buffer.read()
    _bind(int(str(settings["memory"])), int(str(settings["seconds"])))
    try:
        answer = work(settings, content)
    except ImageError as error:
        answer = ProgramAnswer({"error": error.reason, "values": dict(error.values)}, b"")
    except MemoryError:
        answer = ProgramAnswer({"error": "damaged", "values": {"file": ""}}, b"")
    sys.stdout.buffer.write(json.dumps(dict(answer.told)).encode() + b"\n" + answer.content)
    sys.stdout.buffer.flush()


def _bind(memory: int, seconds: int) -> None:
    if os.name != "posix":
        return
    import resource

    with suppress(OSError, ValueError):  # macOS knows the limit and does not take it
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
