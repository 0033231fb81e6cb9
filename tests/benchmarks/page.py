"""How long the page takes to open: `python -m tests.benchmarks.page`. Needs Debian's Chromium.

Medians of nine visits in one run, by turns with the smallest page of Gradio, a box and a button. From asking for
the address to a message box that can be written in and a model that is ready; each visitor is a new one.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ready
from tests.browser.serving import serving
from tests.chromium import open_chromium
from tests.ports import free_port

VISITS = 9


def seconds(browser: Browser, url: str, wait: Callable[[Page], None]) -> float:
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    start = time.perf_counter()
    page.goto(url)
    wait(page)
    took = time.perf_counter() - start
    context.close()
    return took


def smallest() -> Any:
    with gr.Blocks(analytics_enabled=False) as blocks:
        box = gr.Textbox(elem_id="box")
        gr.Button().click(str, box, box)
    blocks.launch(server_port=free_port(), prevent_thread_lock=True, quiet=True)
    return blocks


def main() -> None:
    bare, ours = [], []
    blocks = smallest()
    with serving(Path(tempfile.mkdtemp())) as served, sync_playwright() as play:
        browser = open_chromium(play)
        for _ in range(VISITS):
            bare.append(seconds(browser, blocks.local_url, lambda page: page.locator("#box textarea").wait_for()))
            ours.append(seconds(browser, served.url, ready))
        browser.close()
    blocks.close()
    one, other = statistics.median(bare), statistics.median(ours)
    print(f"a box and a button {one:.2f} s, Aula {other:.2f} s: {other / one:.1f} times, {other - one:.2f} s more")


if __name__ == "__main__":
    main()
