"""A GGUF model that sees, read as it is by llama.cpp: in Chat and in Vision, as any other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import test_vision as vision
from tests.browser.driving import ask, attach, facts
from tests.playground import images
from tests.providers.adapters.huggingface import tiny_gguf


@pytest.fixture
def seeing(tmp_path: Path) -> Path:
    """A folder with tiny weights of Gemma 3's kind and a projector beside them."""
    folder = tmp_path / "seeing"
    folder.mkdir()
    tiny_gguf.save("gemma3", folder / "tiny-gemma3-F16.gguf")
    tiny_gguf.save_projector(folder / "mmproj-tiny-F16.gguf")
    return folder


def test_it_writes_and_sees_in_chat_and_vision(open_page, seeing, tmp_path):
    red = tmp_path / "red.png"
    red.write_bytes(images.png(80, 60))
    # What a model of random numbers writes may be empty: that it wrote, and which engine, is in the facts.
    page = open_page(f"?models=huggingface/{seeing}&max_tokens=8&temperature=0")
    ask(page, "the quick brown fox")
    attach(page, red)
    ask(page, "what is it")
    expect(page.locator("#chat-0 [role=alert]")).to_have_count(0)
    facts(page).last.click()
    expect(page.locator("#chat-0")).to_contain_text(re.compile("llamacpp-f16", re.IGNORECASE))
    vision.open_vision(page)
    vision.add(page, red)
    vision.ask(page, "what is it")
    vision.facts(page, 0).last.click()
    expect(page.locator("#vision-chat-0")).to_contain_text(re.compile("llamacpp-f16", re.IGNORECASE))
    expect(page.locator("#vision-chat-0 [role=alert]")).to_have_count(0)
