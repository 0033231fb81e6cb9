"""The application as a visitor meets it: `python app.py` in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from gradio_client import Client

from tests.ports import free_port

ROOT = Path(__file__).parent.parent.parent
KEY_NAME = re.compile(r".*_(KEY|TOKEN)$")


@dataclass(frozen=True)
class Served:
    """`url` ends in a slash. `log` is everything the process wrote to both outputs."""

    url: str
    home: Path
    log: Path

    def defects(self) -> list[str]:
        """Handlers that failed with an error that no handler expects: their lines in the log."""
        return re.findall(r"The event .* failed: .*", self.log.read_text("utf-8", "replace"))

    def client(self, **options: Any) -> Client:
        """As a notebook has it, but for the certificates it would trust, which it reads for each of its requests in a
        tenth of a second: the address has none."""
        return Client(self.url, verbose=False, ssl_verify=False, **options)

    def written(self) -> str:
        """All that is on the disk because of it: the log, the names of the files in its home, and their content."""
        files = [self.log, *(path for path in self.home.rglob("*") if path.is_file())]
        return "\n".join(f"{path}\n{path.read_bytes().decode('utf-8', 'replace')}" for path in files)


@contextmanager
def serving(
    folder: Path, root: Path = ROOT, program: Sequence[str] = ("app.py",), /, **variables: object
) -> Iterator[Served]:
    """Start the page; `variables` are settings without their prefix, in lower case. Without a `model` it has the
    scripted ones. Engines are not measured unless `companion` is asked for: several pages share one home.

    `root` holds the program, where it is a copy; `program` is what Python is told to run.
    """
    home, log, port = folder / "home", folder / "log.txt", free_port()
    environment = {name: value for name, value in os.environ.items() if not KEY_NAME.match(name)}
    model = str(variables.pop("model", "scripted"))
    environment |= {"PLAYGROUND_COMPANION": "false"}
    environment |= {f"PLAYGROUND_{name.upper()}": str(value) for name, value in variables.items()}
    environment |= {"PLAYGROUND_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, *program, "--model", model, "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}/"
        _wait(process, url, log)
        yield Served(url, home, log)
    finally:
        process.terminate()
        process.wait(120)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    limit = time.monotonic() + 600  # for one that hangs; a busy machine is slow, not wrong
    with httpx2.Client(base_url=url, timeout=2) as asking:  # one: a TLS context takes a while to make
        while time.monotonic() < limit and process.poll() is None:
            try:
                if asking.get("health").is_success:
                    return
            except httpx2.TransportError:
                time.sleep(0.1)
    raise AssertionError(f"the page did not start:\n{log.read_text('utf-8', 'replace')}")
