"""The whole page, built once."""

from __future__ import annotations

import gradio as gr
import pytest

from playground import page
from playground.settings import Settings


@pytest.fixture(scope="session")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> gr.Blocks:
    settings = Settings(_env_file=None, home=tmp_path_factory.mktemp("home"), model="scripted")
    return page.create(settings).blocks
