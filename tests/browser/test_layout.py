"""Every tab with something on it, on every screen: it fits, nothing overlaps, is cut or moves, results come first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import Visitors, ready, watch
from tests.browser.driving import ask
from tests.browser.layout_checks import WATCH, barriers, ill_laid, shift
from tests.browser.serving import Served

MODELS = "?models=scripted/words,scripted/seer&max_tokens=60"
LONG = 240_000
"""Milliseconds for reading, embedding and measuring on a busy machine."""
MOST_SHIFT = 0.05
SCREENS = {
    "1920": ViewportSize(width=1920, height=1080),
    "1280": ViewportSize(width=1280, height=860),
    "390": ViewportSize(width=390, height=844),
    "zoomed": ViewportSize(width=640, height=430),  # 1280 × 860 at 200 %
}


@dataclass(frozen=True)
class Scene:
    """A tab with something on it. `tab`: its place in the row of tabs, `mode`: of its own tabs; `fill` puts something
    there, `result` is what one looks for then, `box` what must stay on the screen."""

    tab: int
    fill: Callable[[Page], None]
    result: str
    modes: str = ""
    mode: int = 0
    box: str = ""


def fill_chat(page: Page) -> None:
    ask(page, "The capital of France is")


def fill_sampling(page: Page) -> None:
    page.locator("#sampling-example").click()
    expect(page.locator("#sampling-choice .bars").first).to_be_visible(timeout=LONG)


def fill_steps(page: Page) -> None:
    page.locator("#sampling-more").click()
    expect(page.locator("#sampling-path [data-node]")).to_have_count(20, timeout=LONG)
    expect(page.locator("#sampling-stop")).to_have_count(0)


def fill_sweep(page: Page) -> None:
    page.locator("#sweep-example").click()
    expect(page.locator("#sweep-plot .js-plotly-plot")).to_be_visible(timeout=LONG)


def fill_cards(page: Page) -> None:
    page.locator("#prompting-example").click()
    expect(page.locator("#prompting-cards .noticing")).to_be_visible(timeout=LONG)


def fill_set(page: Page) -> None:
    page.locator("#measure-example").click()
    expect(page.locator("#measure-accuracy .js-plotly-plot")).to_be_visible(timeout=LONG)
    page.locator("#measure-items [data-item]").first.click()
    expect(page.locator("#measure-item .opened")).to_be_visible()


def fill_rag(page: Page) -> None:
    page.locator("#rag-example").click()
    expect(page.locator("#rag-current .noticing")).to_be_visible(timeout=LONG)


def fill_rag_search(page: Page) -> None:
    page.locator("#rag-search-question textarea").fill("museum tours")
    page.locator("#rag-search").click()
    expect(page.locator("#rag-found .passage").first).to_be_visible(timeout=LONG)


def fill_rag_measure(page: Page) -> None:
    page.locator("#rag-measure-example").click()
    expect(page.locator("#rag-measure-confirm, #rag-measure-plot .js-plotly-plot").first).to_be_visible(timeout=LONG)
    if page.locator("#rag-measure-confirm").is_visible():
        page.locator("#rag-measure-confirm").click()
    expect(page.locator("#rag-measure-plot .js-plotly-plot")).to_be_visible(timeout=LONG)


def fill_vision(page: Page) -> None:
    page.locator("#vision-example").click()
    expect(page.locator("#vision-notice .noticing")).to_be_visible(timeout=LONG)


def fill_vision_measure(page: Page) -> None:
    page.locator("#vision-count input[type=number]").fill("4")
    page.locator("#vision-measure-run").click()
    expect(page.locator("#vision-plot .js-plotly-plot")).to_be_visible(timeout=LONG)


def fill_compare(page: Page) -> None:
    page.locator("#compare-example").click()
    expect(page.locator("#compare-items [data-item]").first).to_be_visible(timeout=LONG)


def fill_nothing(page: Page) -> None:
    """What the tab begins with is something already."""


SCENES = {
    "chat": Scene(0, fill_chat, "#chat-0 [data-testid=bot]", box="#message textarea"),
    "sampling-next": Scene(1, fill_sampling, "#sampling-choice .bars", "#sampling-modes", 0, "#sampling-sliders"),
    "sampling-steps": Scene(1, fill_steps, "#sampling-path [data-node]", "#sampling-modes", 1, "#sampling-sliders"),
    "sampling-sweep": Scene(1, fill_sweep, "#sweep-grid td", "#sampling-modes", 2),
    "prompting-question": Scene(2, fill_cards, "#prompting-cards .attempt", "#prompting-modes", 0),
    "prompting-set": Scene(2, fill_set, "#measure-table .results", "#prompting-modes", 1),
    "rag-ask": Scene(3, fill_rag, "#rag-current .answer", "#rag-modes", 0, "#rag-question textarea"),
    "rag-search": Scene(3, fill_rag_search, "#rag-found .passage", "#rag-modes", 1),
    "rag-measure": Scene(3, fill_rag_measure, "#rag-measure-table .results", "#rag-modes", 3),
    "vision-ask": Scene(
        4, fill_vision, "#vision-chat-0 [data-testid=bot]", "#vision-modes", 0, "#vision-question textarea"
    ),
    "vision-measure": Scene(4, fill_vision_measure, "#vision-table .results", "#vision-modes", 2),
    "evaluation": Scene(6, fill_compare, "#compare-table .results", "#evaluation-modes", 0),
}
FIRST = ("sampling-next", "prompting-set", "rag-ask")
"""What every run of the tests looks at; the others are of the lane `long`."""


@pytest.fixture
def watched(served: Served, visitors: Visitors) -> Iterator[Callable[..., Page]]:
    """A page that notices what moves from its first moment."""
    trouble: list[str] = []

    def opened(query: str, **options: object) -> Page:
        context = visitors.new(reduced_motion="reduce", **options)
        page = context.new_page()
        page.add_init_script(WATCH)
        watch(page, served.url, trouble)
        page.goto(served.url + query)
        ready(page)
        return page

    yield opened
    visitors.leave(served.url)
    assert trouble == []


def open_scene(page: Page, scene: Scene) -> None:
    page.evaluate("scrollTo(0, 0)")
    page.locator("#tabs > .tab-wrapper").first.get_by_role("tab").nth(scene.tab).click()
    if scene.modes:
        page.locator(scene.modes).get_by_role("tab").nth(scene.mode).click()
        page.wait_for_timeout(300)  # what has just been unfolded does not yet listen
    scene.fill(page)


def too_low(page: Page, scene: Scene) -> list[str]:
    """Results that begin below the first screen, and a box to write in that has left it."""
    page.evaluate("scrollTo(0, 0)")
    height = page.evaluate("innerHeight")
    wrong = []
    top = page.locator(scene.result).first.evaluate("one => one.getBoundingClientRect().top")
    if not top < height - 40:
        wrong.append(f"{scene.result} begins at {top:.0f} of {height}")
    if scene.box:
        box = page.locator(scene.box).first.evaluate("one => one.getBoundingClientRect().toJSON()")
        if not 0 <= box["top"] < box["bottom"] <= height + 1:
            wrong.append(f"{scene.box} stands at {box['top']:.0f} to {box['bottom']:.0f} of {height}")
    return wrong


@pytest.mark.parametrize(
    ("screen", "scheme", "locale"),
    [
        pytest.param(
            screen, scheme, locale, marks=() if (screen, scheme, locale) == ("390", "dark", "es") else pytest.mark.long
        )
        for screen in SCREENS
        for scheme in ("light", "dark")
        for locale in ("en", "es")
    ],
)
def test_every_tab_fits_its_screen(watched, request, screen, scheme, locale):
    page = watched("", viewport=SCREENS[screen], color_scheme=scheme, locale=locale)
    everything = request.node.get_closest_marker("long") is not None
    wrong = {}
    moved, what = shift(page)
    if moved >= MOST_SHIFT:
        wrong["opening"] = [f"CLS {moved:.3f}", *what]
    page.goto(page.url.partition("?")[0] + MODELS)
    ready(page)
    for name, scene in SCENES.items():
        if everything or name in FIRST:
            open_scene(page, scene)
            found = ill_laid(page)
            found += too_low(page, scene) if screen != "zoomed" else []
            found += barriers(page)
            if found:
                wrong[name] = found
    assert wrong == {}, "\n".join(f"{name}: {one}" for name, found in wrong.items() for one in found)


def test_what_is_wrong_is_found(browser):
    """A page on which everything is as it should not be."""
    page = browser.new_page(viewport=SCREENS["390"])
    page.set_content(
        "<script>" + WATCH + "</script><button style='position:absolute;top:0;left:0'>One</button>"
        "<button style='position:absolute;top:4px;left:4px'>Two</button>"
        "<p id=wide style='width:600px'>wide</p>"
        "<div style='width:40px;overflow:hidden;white-space:nowrap'>Cut at the side</div>"
        "<img src='data:,'><p style='color:#ddd;background:#fff'>pale</p>"
    )
    found = " ".join(ill_laid(page))
    assert re.search("sideways: p#wide", found)
    assert re.search("overlap: .*One.* and .*Two", found)
    assert re.search("cut: .*Cut at the side.* at the side", found)
    named = " ".join(barriers(page))
    assert "image-alt (critical)" in named and "color-contrast (serious)" in named
    page.evaluate("document.body.prepend(Object.assign(document.createElement('div'), {style: 'height: 700px'}))")
    page.wait_for_function("window.shifts.length > 0")
    assert shift(page)[0] > MOST_SHIFT
    page.close()
