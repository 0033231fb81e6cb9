"""A class at once: eight pages, one local model, eight replies that grow together. By default, three."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import HANGS, PREPARES, watch
from tests.browser.driving import stop_button
from tests.browser.serving import serving

pytestmark = pytest.mark.network

MODEL = "huggingface/HuggingFaceTB/SmolLM2-135M-Instruct"


_ASK = """([at, question]) => {
  const box = document.querySelector('#message');
  const length = () => {
    const replies = document.querySelectorAll('#chat-0 [data-testid=bot] .message-content');
    return replies.length ? replies[replies.length - 1].textContent.trim().length : 0;
  };
  let asked;
  const ask = () => {
    const text = box.querySelector('textarea');
    text.value = question;
    text.dispatchEvent(new Event('input', {bubbles: true}));
    setTimeout(() => box.querySelector('.submit-button')?.click(), 50);
    asked = Date.now();
    window.grew = {first: null, last: null, length: 0, asked: window.grew.asked + 1};
  };
  const look = () => {
    const running = box.querySelector('.stop-button'), now = running ? length() : 0;
    if (now > window.grew.length) {
      window.grew = {...window.grew, first: window.grew.first ?? Date.now(), last: Date.now(), length: now};
    } else if (!running && Date.now() - asked > 3000) {
      ask();
    }
  };
  window.grew = {first: null, last: null, length: 0, asked: 0};
  setTimeout(() => { ask(); window.looking = setInterval(look, 200); }, at - Date.now());
}"""
"""Sends a message at a moment (milliseconds since 1970), again whenever its reply has ended, and notes when the latest
reply grew for the first and last time while it was being written. The page itself keeps the time: a busy machine lets
a driver wait. A model so small may end its story after a sentence."""


@pytest.mark.parametrize("count", [2, pytest.param(8, marks=pytest.mark.long)])
def test_pages_stream_together_with_the_default_model(
    browser: Browser, tmp_path: Path, model_home: Path, trouble: list[str], count: int
) -> None:
    (tmp_path / "home").mkdir()
    (model_home / "models").mkdir(exist_ok=True)
    (tmp_path / "home" / "models").symlink_to(model_home / "models")  # fetched once for all runs
    with serving(tmp_path, tabs="chat", messages_per_minute=100) as served:
        # Small and still: eight pages painted by software, on the cores that the model computes on, starve each other.
        look = {"locale": "en-US", "viewport": {"width": 400, "height": 600}, "reduced_motion": "reduce"}
        contexts = [browser.new_context(**look) for _ in range(count)]
        pages = [context.new_page() for context in contexts]
        for page in pages:
            page.set_default_timeout(HANGS)
        try:
            for page in pages:
                watch(page, served.url, trouble)
                page.goto(f"{served.url}?models={MODEL}&max_tokens=1500")
            for page in pages:
                expect(page.locator("#status .ready")).to_be_visible(timeout=PREPARES)
            assert "openvino" in pages[0].locator(".card dd").first.text_content()  # type: ignore[operator]
            at = (time.time() + 3) * 1000
            for number, page in enumerate(pages, start=1):
                page.evaluate(_ASK, [at, f"Write a very long story in ten chapters about {number} owls."])
            limit = time.monotonic() + 1200  # for one that hangs
            while True:
                grew = [page.evaluate("window.grew") for page in pages]
                if all(one["first"] for one in grew) and max(one["first"] for one in grew) < min(
                    one["last"] for one in grew
                ):
                    break
                assert time.monotonic() < limit, f"not all {count} grew together: {grew}, {trouble}"
                time.sleep(0.5)
            for page in pages:
                page.evaluate("clearInterval(window.looking); document.querySelector('#message .stop-button')?.click()")
            for page in pages:
                expect(stop_button(page)).to_be_hidden()
        finally:
            for context in contexts:
                context.close()
    assert trouble == []
