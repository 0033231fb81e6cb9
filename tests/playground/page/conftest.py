"""The whole page, built once."""

from __future__ import annotations

import gradio as gr
import pytest

from playground.page import Created


@pytest.fixture(scope="session")
def blocks(created: Created) -> gr.Blocks:
    return created.blocks
