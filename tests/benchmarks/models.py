"""How long a visitor of the Models tab waits: `python -m tests.benchmarks.models [--home FOLDER] [--opening]`.

Needs Debian's Chromium. The real packaged models in a real browser, from the click to what is painted, medians of five
after one that loads the models: the surprise of 500 tokens (aimed at: 2 s), the attention of a sentence of 40 tokens in
every layer and head of both models (1 s), and the slowest step from one head to another, with how often the server
was asked meanwhile (0.1 s, never). With `--opening` also how long the page takes to open with the tab's folder and
without it (0.2 s more), by turns.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from gradio_client import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from playground.settings import DEFAULT_MODEL
from tests.benchmarks.layers import SENTENCE
from tests.benchmarks.page import seconds as opened_in
from tests.browser.conftest import ready
from tests.browser.serving import ROOT, Served, serving
from tests.chromium import open_chromium
from tests.conftest import default_home

TIMES, VISITS = 5, 9
_CLICKED = """([button, result, count]) => new Promise(done => {
  document.querySelectorAll(result).forEach(one => one.setAttribute('data-before', ''));
  const start = performance.now();
  const look = () => {
    if (document.querySelectorAll(`${result}:not([data-before])`).length < count) return;
    watcher.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done((performance.now() - start) / 1000)));
  };
  const watcher = new MutationObserver(look);
  watcher.observe(document.body, {subtree: true, childList: true, attributes: true});
  document.querySelector(button).click();
})"""
"""Seconds from the click until that many new results are painted."""
_MOVED = """async figure => {
  const took = [];
  for (const slider of figure.querySelectorAll('input[type=range]')) {
    for (let at = 1; at <= Number(slider.max); at++) {
      const start = performance.now();
      slider.value = at;
      slider.dispatchEvent(new Event('input', {bubbles: true}));
      await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
      took.push((performance.now() - start) / 1000);
    }
  }
  return took;
}"""
"""Seconds of each step through the layers and the heads, until it is painted."""


def cut(served: Served, text: str, count: int) -> str:
    """The text's first so many tokens, as the default model cuts it."""
    (found,) = Client(served.url, verbose=False).predict(text=text, api_name="/tokenize")
    return "".join(token["text"] for token in found["tokens"][:count])


def timed(page: Page, box: str, text: str, clicked: Sequence[object]) -> float:
    """The median; each time another text, so that nothing is remembered of it."""
    took: list[float] = []
    for number in range(TIMES + 1):
        page.locator(f"{box} textarea").fill(f"{number} {text.partition(' ')[2]}")
        took.append(page.evaluate(_CLICKED, list(clicked)))
    return statistics.median(took[1:])


def section(page: Page, number: int) -> None:
    page.locator("#models-sections").get_by_role("tab").nth(number).click()
    page.wait_for_timeout(500)


def measure(served: Served, browser: Browser) -> None:
    page = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(600_000)
    page.goto(served.url)
    ready(page)
    page.get_by_role("tab", name="Models", exact=True).click()
    expect(page.locator("#card-table table")).to_be_visible()
    section(page, 3)
    took = timed(
        page, "#surprise-text", cut(served, (SENTENCE + " ") * 14, 500), ["#surprise-look", "#surprise-shown table", 1]
    )
    print(f"the surprise of 500 tokens, painted: {took:.2f} s (aimed at: 2)", flush=True)
    section(page, 2)
    took = timed(
        page, "#attention-sentence", cut(served, SENTENCE, 40), ["#attention-look", "figure.attention[data-drawn]", 2]
    )
    print(f"attention of 40 tokens in two models, painted: {took:.2f} s (aimed at: 1)", flush=True)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    steps = page.locator("figure.attention[data-drawn]").first.evaluate(_MOVED)
    print(
        f"from head to head: {max(steps):.3f} s the slowest of {len(steps)}, {statistics.median(steps):.3f} s the "
        f"median, {len(asked)} requests (aimed at: 0.1, 0)",
        flush=True,
    )
    page.context.close()


def open_by_turns(folder: Path, browser: Browser) -> None:
    """The page with the tab and a copy of the program without it, both with scripted models."""
    copy = folder / "program"
    left_out = shutil.ignore_patterns(".*", "tests", "artefacts", "__pycache__", "node_modules")
    shutil.copytree(ROOT, copy, ignore=left_out)
    shutil.rmtree(copy / "playground" / "tabs" / "models")
    for name in ("with", "without"):
        (folder / name).mkdir()
    with serving(folder / "with") as whole, serving(folder / "without", copy) as less:
        took = [(opened_in(browser, whole.url, ready), opened_in(browser, less.url, ready)) for _ in range(VISITS)]
    one, other = (statistics.median(times) for times in zip(*took, strict=True))
    print(f"opening the page: {one:.2f} s with the tab, {other:.2f} s without it (aimed at: 0.2 more)", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=default_home(), help="whose folders hold the models")
    parser.add_argument("--opening", action="store_true", help="measure how long the page takes to open, too")
    given = parser.parse_args()
    os.environ.pop("OMP_NUM_THREADS", None)  # the tests' own, for tiny models; the program is to have every core
    expect.set_options(timeout=600_000)
    with tempfile.TemporaryDirectory(prefix="models-") as scratch, sync_playwright() as play:
        folder = Path(scratch)
        browser = open_chromium(play)
        for name in ("models", "encoders"):
            shutil.copytree(given.home / name, folder / "home" / name, copy_function=os.link)
        with serving(folder, model=DEFAULT_MODEL, offline=True, messages_per_minute=10_000) as served:
            measure(served, browser)
        if given.opening:
            open_by_turns(folder, browser)
        browser.close()


if __name__ == "__main__":
    main()
