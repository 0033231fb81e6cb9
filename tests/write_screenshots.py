"""The README's pictures, with the default model: `python -m tests.write_screenshots [--home FOLDER] [NAME …]`.

Look at each before it is committed. Needs Debian's Chromium.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from tests.browser.conftest import ready
from tests.browser.driving import ask, facts, open_mode
from tests.browser.serving import ROOT, serving
from tests.chromium import open_chromium
from tests.conftest import default_home

FOLDER = ROOT / "assets" / "screenshots"
SIZE = ViewportSize(width=1280, height=860)
DEFAULT = "huggingface/HuggingFaceTB/SmolLM2-135M-Instruct"
TWICE = f"{DEFAULT}@openvino,{DEFAULT}@torch"
"""One model in two precisions."""
LONG = 600_000
"""Milliseconds for the model to be fetched and converted."""


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    page.wait_for_timeout(2000)  # what depends on the visitor comes


def draw_chat(page: Page) -> None:
    ask(page, "What is the capital of France? Answer in one sentence.")
    facts(page).last.click()


def draw_sampling(page: Page) -> None:
    open_tab(page, "Sampling")
    open_mode(page, "#sampling-modes", "Step by step")
    page.locator("#sampling-prompt textarea").fill("The capital of France is")
    page.locator("#sampling-prompt textarea").press("Enter")
    expect(page.locator("#sampling-leaf tbody tr").first).to_be_attached(timeout=LONG)
    page.locator("#sampling-more").click()
    expect(page.locator("#sampling-path [data-node]")).to_have_count(20, timeout=LONG)
    page.locator("#sampling-path [data-node]").nth(6).hover()
    expect(page.locator(".token-card")).to_be_visible()


def draw_prompting(page: Page) -> None:
    open_tab(page, "Prompting")
    open_mode(page, "#prompting-modes", "A set")
    page.locator("#measure-example").click()
    expect(page.locator("#measure-progress")).to_contain_text("finished", timeout=LONG)
    expect(page.locator("#measure-accuracy .xtitle")).to_be_visible()
    page.locator("#measure-progress").scroll_into_view_if_needed()
    page.locator("#measure-table").evaluate("one => one.scrollIntoView({block: 'start'})")


def draw_rag(page: Page) -> None:
    open_tab(page, "RAG")
    page.locator("#rag-example").click()
    expect(page.locator("#rag-current button.cite, #rag-current button.sign").first).to_be_visible(timeout=LONG)
    page.locator("#rag-current button.sign, #rag-current button.cite").first.click()
    expect(page.locator(".reader mark").first).to_be_in_viewport()


def draw_vision(page: Page) -> None:
    open_tab(page, "Vision")
    page.locator("#vision-example").click()
    expect(page.locator("#vision-notice .noticing")).to_be_visible(timeout=LONG)
    page.locator("#vision-pictures .read summary").first.click()


def draw_evaluation(page: Page) -> None:
    page.goto(f"{page.url.split('?')[0]}?temperature=0&models={TWICE}")
    ready(page)
    open_tab(page, "Evaluation")
    page.locator("#compare-example").click()
    expect(page.locator("#compare-progress")).to_contain_text("Finished", timeout=LONG)
    page.locator("#compare-progress").scroll_into_view_if_needed()
    page.locator("#compare-progress").evaluate("one => one.scrollIntoView({block: 'start'})")


def draw_models(page: Page) -> None:
    open_tab(page, "Models")
    expect(page.locator("#card-table table")).to_be_visible(timeout=LONG)
    open_mode(page, "#models-sections", "Attention")
    page.locator("#attention-example").click()
    expect(page.locator("figure.attention[data-drawn]")).to_have_count(2, timeout=LONG)
    page.locator("#attention-shown").evaluate("one => one.scrollIntoView({block: 'start'})")


PICTURES: dict[str, Callable[[Page], None]] = {
    "chat": draw_chat,
    "sampling": draw_sampling,
    "prompting": draw_prompting,
    "rag": draw_rag,
    "vision": draw_vision,
    "models": draw_models,
    "evaluation": draw_evaluation,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--home", type=Path, default=default_home(), help="whose `models` and `encoders` hold the packaged models"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("names", nargs="*", default=[*PICTURES])
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    (folder / "home").mkdir()
    for name in ("models", "encoders"):
        (folder / "home" / name).symlink_to(given.home / name)
    with serving(folder, model=DEFAULT) as served, sync_playwright() as play:
        browser = open_chromium(play)
        for name in given.names:
            page = browser.new_context(locale="en-US", viewport=SIZE, reduced_motion="reduce").new_page()
            page.set_default_timeout(LONG)
            page.goto(f"{served.url}?temperature=0")
            ready(page)
            PICTURES[name](page)
            page.wait_for_timeout(1500)  # figures are drawn, fonts are there
            page.screenshot(path=given.folder / f"{name}.png")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
