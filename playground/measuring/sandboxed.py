"""The program that `sandbox` starts: binds itself, runs a model's program and its tests, and reports to a pipe.

Run as a file with the pipe's number as its argument, in an interpreter that finds nothing but the standard library.
The modules that small tasks need are imported first: after dropping to another user their files may be out of reach.
"""

from __future__ import annotations

import ast  # noqa: F401 - see above
import bisect  # noqa: F401
import calendar  # noqa: F401
import collections.abc  # noqa: F401
import copy  # noqa: F401
import dataclasses  # noqa: F401
import datetime  # noqa: F401
import decimal  # noqa: F401
import enum  # noqa: F401
import fractions  # noqa: F401
import functools  # noqa: F401
import heapq  # noqa: F401
import itertools  # noqa: F401
import json
import math  # noqa: F401
import operator  # noqa: F401
import os
import random  # noqa: F401
import re  # noqa: F401
import statistics  # noqa: F401
import string  # noqa: F401
import sys
import textwrap  # noqa: F401
import time  # noqa: F401
import typing  # noqa: F401
import unicodedata  # noqa: F401


def main() -> None:
    task = json.load(sys.stdin)
    sys.stdin.close()
    pipe = int(sys.argv[1])
    os.set_inheritable(pipe, False)
    if os.getpid() == 1 and os.fork():  # the first process of its namespace is spared the limit of processor time
        os.close(pipe)
        os.wait()
        os._exit(0)
    bound = _bound(task["limits"], task["nobody"])
    told = _outcome(task["program"], task["tests"]) if bound else {"reason": "unsupported"}
    os.write(pipe, json.dumps({**told, "proof": task["proof"]}).encode())
    os._exit(0)


def _bound(limits: dict[str, int], nobody: int) -> bool:
    """Set the limits, for good. Whether this process is one that may run a stranger's program."""
    import resource

    if os.geteuid() == 0:
        try:
            os.setgroups([])
            os.setresgid(nobody, nobody, nobody)
            os.setresuid(nobody, nobody, nobody)
        except OSError:
            return False
    for name, most in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (bound, bound))
        except (OSError, ValueError):  # macOS: no limit of memory
            if sys.platform.startswith("linux"):
                return False
    return True


def _outcome(program: str, tests: list[str]) -> dict[str, object]:
    names: dict[str, object] = {"__name__": "answer"}
    place: int | None = None
    try:
        exec(compile(program, "answer", "exec"), names)  # noqa: S102 - what this process is for
        for place, test in enumerate(tests):  # noqa: B007 - its value is told where the test fails
            exec(compile(test, "test", "exec"), names)  # noqa: S102
    except AssertionError:
        return {"reason": "failed", "test": place, "error": "AssertionError"}
    except BaseException as error:  # noqa: BLE001 - a SystemExit is a failure too, like everything that it may raise
        return {"reason": "error", "test": place, "error": type(error).__name__}
    return {"reason": "passed"}


if __name__ == "__main__":
    main()
