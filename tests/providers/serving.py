"""Servers that know nothing of us, each a program of its own: `transformers serve`, and what `started` is given."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.ports import free_port


@contextmanager
def serving(folder: Path, home: Path) -> Iterator[str]:
    """The base URL of `transformers serve` with a model of a folder, once it answers."""
    (home / "hub").mkdir()
    port = free_port()
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(folder)]
    more = ["--device", "cpu", "--host", "127.0.0.1", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with started([*command, *more], {"HF_HUB_OFFLINE": "1", "HF_HOME": str(home)}, home / "log", f"{url}/health"):
        yield f"{url}/v1"


@contextmanager
def started(command: Sequence[str], environment: Mapping[str, str], log: Path, health: str) -> Iterator[None]:
    """The program runs until it is left; begins once `health` answers."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=output)
    try:
        for _ in range(2400):
            with suppress(OSError), urllib.request.urlopen(health, timeout=5):
                break
            assert process.poll() is None, log.read_text()
            time.sleep(0.25)
        else:
            pytest.fail(f"no answer: {log.read_text()}")
        yield
    finally:
        process.terminate()
        process.wait(120)
