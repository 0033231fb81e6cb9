"""The watch over an event loop's thread notices what it is there for."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import pickle
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import Template
from pydantic import TypeAdapter

from tests.loop_thread import BOUND, watched

HERE = (str(Path(__file__).parent),)
LONG = "x" * (BOUND + 1)


def a_thread() -> threading.Thread:
    thread = threading.Thread(target=int)
    thread.start()
    return thread


BLOCKING: dict[str, Callable[[], object]] = {
    "io.open": lambda: Path(__file__).read_bytes(),
    "BufferedReader.read": lambda: Path(__file__).read_bytes(),
    "posix.write": lambda: os.write(1, b""),
    "BufferedWriter.write": lambda: Path(os.devnull).write_bytes(b"x"),
    "Thread.join": lambda: a_thread().join(),
    "time.sleep": lambda: time.sleep(0),
    "fork_exec": lambda: subprocess.run([sys.executable, "--version"], check=True, stdout=subprocess.DEVNULL),
    "sqlite3": lambda: sqlite3.connect(":memory:").execute("select 1"),
    "pickle.dumps": lambda: pickle.dumps([1]),
    "hash": lambda: hashlib.sha256(b"x"),
    "hash update": lambda: hashlib.blake2b(b"x").update(b"y"),
    "render": lambda: Template("{{ text }}").render(text=LONG),
    "encode": lambda: json.dumps([LONG]),
    "decode": lambda: json.loads(json.dumps(LONG)),
    "dump_json": lambda: TypeAdapter(list[str]).dump_json([LONG]),
    "validate_json": lambda: TypeAdapter(list[str]).validate_json(f'["{LONG}"]'),
}


@pytest.mark.parametrize("kind", BLOCKING)
async def test_what_waits_or_has_no_bound_is_found_and_told_by_its_line(kind: str) -> None:
    with watched(raising=False, folders=HERE) as watch:
        BLOCKING[kind]()
    assert any(kind in line and "tests/test_loop_thread.py" in line for line in watch.found), watch.found


async def test_such_a_call_is_not_made_where_it_may_wait_for_ever() -> None:
    reading, writing = os.pipe()
    try:
        with pytest.raises(AssertionError, match=r"posix\.read at tests/test_loop_thread\.py"), watched(folders=HERE):
            os.read(reading, 1)
    finally:
        os.close(reading)
        os.close(writing)


async def test_what_is_handed_to_a_thread_or_is_short_is_let_pass() -> None:
    await asyncio.to_thread(int)  # what it imports is there
    with watched(folders=HERE) as watch:
        assert await asyncio.to_thread(Path(__file__).read_bytes)
        assert json.loads(json.dumps(["short"])) == ["short"]
        Template("{{ text }}").render(text="short")
    assert watch.found == []
