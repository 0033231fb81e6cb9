"""Environments of their own, for programs whose packages do not go with ours."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def environment(home: Path, requirement: str) -> Path:
    """The folder of programs of an environment that holds this; made where it is missing, and kept for reruns."""
    folder = home / "environments" / re.sub(r"[^\w.]+", "-", requirement)
    programs, whole = folder / "bin", folder / "whole"
    if not whole.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, requirement], check=True)
        whole.touch()
    return programs
