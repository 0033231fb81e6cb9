"""The whole page, built once."""

from __future__ import annotations

import gradio as gr
import pytest

from playground import page
from playground.settings import Settings


@pytest.fixture(scope="session")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> gr.Blocks:
    home = tmp_path_factory.mktemp("home")
    settings = Settings(_env_file=None, home=home, model="scripted")  # type: ignore[call-arg]  # of pydantic-settings
    return page.create(settings).blocks
