"""A class at once: eight pages, one local model, eight replies that grow together."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import watch
from tests.browser.driving import replies, stop_button
from tests.browser.serving import serving

pytestmark = pytest.mark.network

MODEL = "huggingface/HuggingFaceTB/SmolLM2-135M-Instruct"
PAGES = 8


def streaming(page: Page) -> int:
    """Characters of the reply so far; 0 when none has come or it has ended."""
    if not stop_button(page).is_visible() or replies(page).count() == 0:
        return 0
    return len(replies(page).last.inner_text().strip())


def test_eight_pages_stream_together_with_the_default_model(
    browser: Browser, tmp_path: Path, model_home: Path, trouble: list[str]
) -> None:
    (tmp_path / "home").mkdir()
    (model_home / "models").mkdir(exist_ok=True)
    (tmp_path / "home" / "models").symlink_to(model_home / "models")  # fetched once for all runs
    with serving(tmp_path, messages_per_minute=100) as served:
        contexts = [browser.new_context(locale="en-US", viewport={"width": 900, "height": 700}) for _ in range(PAGES)]
        pages = [context.new_page() for context in contexts]
        for page in pages:
            watch(page, served.url, trouble)
            page.goto(f"{served.url}?models={MODEL}&max_tokens=1500")
        for page in pages:
            expect(page.locator("#status .ready")).to_be_visible(timeout=180_000)
        assert "openvino" in pages[0].locator(".card dd").first.text_content()  # type: ignore[operator]
        for number, page in enumerate(pages):
            page.locator("#message textarea").fill(f"Write a very long story in ten chapters about {number} owls.")
        for page in pages:
            page.locator("#message textarea").press("Enter")
        limit, begun = time.monotonic() + 90, list[int]()
        while time.monotonic() < limit:
            written = [streaming(page) for page in pages]
            if not begun and all(written):
                begun = written
            if begun and all(before < now for before, now in zip(begun, written, strict=True)):
                break
        else:
            pytest.fail(f"not all eight grew together: {begun} {written}")
        for page in pages:
            stop_button(page).click()
        for page in pages:
            expect(stop_button(page)).to_be_hidden(timeout=15_000)
        for context in contexts:
            context.close()
    assert trouble == []
