"""`transformers serve`, which knows nothing of us, with a model of a folder."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.ports import free_port


@contextmanager
def serving(folder: Path, home: Path) -> Iterator[str]:
    """Its base URL, once it answers."""
    (home / "hub").mkdir()
    port = free_port()
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(folder)]
    log = home / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--device", "cpu", "--host", "127.0.0.1", "--port", str(port)],
            env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(home)},
            stdout=output,
            stderr=output,
        )
    try:
        for _ in range(2400):
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                break
            assert process.poll() is None, log.read_text()
            time.sleep(0.25)
        else:
            pytest.fail(f"no answer: {log.read_text()}")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(120)
