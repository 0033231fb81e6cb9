"""What tests of several folders share: a cache folder that keeps the real default model between runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from platformdirs import user_cache_path


def default_home() -> Path:
    """The folder whose `models` holds the default model once some test has asked for it."""
    chosen = os.environ.get("PLAYGROUND_TEST_HOME")
    return Path(chosen) if chosen else user_cache_path("aula-tests")


@pytest.fixture(scope="session")
def model_home() -> Path:
    """A `PLAYGROUND_HOME` that reruns share. It may still be empty: preparing the default model fills it."""
    home = default_home()
    home.mkdir(parents=True, exist_ok=True)
    return home
