"""Every tab with something on it, on every screen: it fits, nothing overlaps, is cut or moves, results come first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import gradio
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize

from playground.settings import DEFAULT_MODEL
from tests.browser.conftest import HANGS, Visitors, ready, watch
from tests.browser.driving import settle
from tests.browser.layout_checks import WATCH, barriers, ill_laid, shift
from tests.browser.scenes import FIRST, MODELS_SCENES, SCENES, Scene
from tests.browser.serving import Served
from tests.browser.test_models import open_models

GRADIO = Path(gradio.__file__).parent
MODELS = "?models=scripted/words,scripted/seer&max_tokens=60"
MOST_SHIFT = 0.05
MOST_SHIFT_SCRIPTED = 0.02
"""With scripted models, of which nothing has to be waited for."""
SCREENS = {
    "1280": ViewportSize(width=1280, height=860),
    "1920": ViewportSize(width=1920, height=1080),
    "390": ViewportSize(width=390, height=844),
    "zoomed": ViewportSize(width=640, height=430),  # 1280 × 860 at 200 %
}
PAPER = ViewportSize(width=718, height=1000)
"""A4 without its margins."""
PRESENTED = ("1920", "zoomed")
"""Where the presenter's size is looked at too."""
READ = ("1280", "390")
"""Where axe-core looks: wide and narrow."""


@pytest.fixture
def watched(served: Served, visitors: Visitors) -> Iterator[Callable[..., Page]]:
    """A page that notices what moves from its first moment."""
    trouble: list[str] = []

    def opened(context: BrowserContext | None = None, **options: object) -> Page:
        page = (context or visitors.new(reduced_motion="reduce", **options)).new_page()
        page.add_init_script(WATCH)
        watch(page, served.url, trouble)
        return page

    yield opened
    visitors.leave(served.url)
    assert trouble == []


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


def moving(page: Page, most: float = MOST_SHIFT) -> list[str]:
    """What moved of itself while the page opened, where that is more than it may."""
    moved, what = shift(page)
    return [f"CLS {moved:.3f}", *what] if moved >= most else []


def presented(page: Page) -> list[str]:
    page.locator("#present").click()
    found = [f"presented, {one}" for one in ill_laid(page)]
    page.locator("#present").click()
    return found


def printed(page: Page) -> list[str]:
    """On paper nothing is wider than the page, or cut."""
    before = page.viewport_size
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    found = [f"printed, {one}" for one in ill_laid(page)]
    page.emulate_media(media="screen")
    page.set_viewport_size(before or SCREENS["1280"])
    return found


def look_at(page: Page, screens: Sequence[str], scenes: Mapping[str, Scene]) -> dict[str, list[str]]:
    """What is wrong, by scene: each is filled once, and looked at on every screen, as when a window is resized."""
    wrong = {}
    for name, scene in scenes.items():
        page.set_viewport_size(SCREENS[screens[0]])
        scene.open(page)
        found: list[str] = []
        for screen in screens:
            page.set_viewport_size(SCREENS[screen])
            settle(page)
            found += [f"{screen}, {one}" for one in seen_at(page, screen, scene)]
        if found:
            wrong[name] = found
    return wrong


def seen_at(page: Page, screen: str, scene: Scene) -> list[str]:
    """In the theme that the page began with; where it is read, in the other one too."""
    found = ill_laid(page)
    found += too_low(page, scene) if screen != "zoomed" else []
    found += presented(page) if screen in PRESENTED else []
    found += printed(page) if screen == "1280" else []
    if screen in READ:
        found += barriers(page)
        page.locator("#theme").click()
        settle(page)
        found += barriers(page, "color-contrast")  # the rest is the same in both themes
        page.locator("#theme").click()
    return found


def script_with(text: str) -> str:
    """The name of the one script of Gradio's in which that stands."""
    (found,) = (one for one in GRADIO.glob("templates/frontend/assets/*.js") if text in one.read_text("utf-8"))
    return found.name


def hold(page: Page, script: str) -> list[Route]:
    """Where it is asked for, once it is."""
    routes: list[Route] = []
    page.route(f"**/{script}", lambda route: routes.append(route))
    return routes


def open_badly(page: Page, address: str) -> None:
    """Open the page in the order in which most would move: what Gradio waits for comes last of that, and then what it
    does not wait for. Otherwise the machine chooses the order."""
    held = [hold(page, script_with(text)) for text in ("html-container", "gr-accordion")]
    page.goto(address, wait_until="commit")
    page.locator("#message textarea").wait_for(state="attached")
    for routes in held:
        while not routes:
            page.wait_for_timeout(50)
        settle(page)  # all the others are painted
        routes[0].continue_()
        ready(page)
    page.locator("#history").wait_for()


def openings(new_page: Callable[[], Page], url: str, screens: Sequence[str]) -> dict[str, list[str]]:
    """What moved while the page opened, on each screen: with one model, and with two and a setting in the address;
    the latter also in a bad order."""

    def open_well(page: Page, address: str) -> None:
        page.goto(address)
        ready(page)

    wrong = {}
    for screen in screens:
        for query, way in (("", open_well), (MODELS, open_well), (MODELS, open_badly)):
            page = new_page()
            page.set_viewport_size(SCREENS[screen])
            way(page, url + query)
            settle(page)
            if found := moving(page, MOST_SHIFT_SCRIPTED):
                wrong[f"{way.__name__} {query} at {screen}"] = found
            page.close()
    return wrong


def told(wrong: Mapping[str, list[str]]) -> str:
    return "\n".join(f"{name}: {one}" for name, found in wrong.items() for one in found)


@pytest.mark.parametrize(
    ("locale", "scheme", "screens"),
    [
        pytest.param("es", "dark", ("390",), id="first"),
        pytest.param("en", "light", tuple(SCREENS), marks=pytest.mark.long, id="en"),
        pytest.param("es", "dark", tuple(SCREENS), marks=pytest.mark.long, id="es-dark"),
    ],
)
def test_every_tab_fits_its_screen(watched, served, request, locale, scheme, screens):
    page = watched(color_scheme=scheme, locale=locale)
    wrong = openings(lambda: watched(page.context), served.url, screens)
    page.set_viewport_size(SCREENS[screens[0]])
    page.goto(served.url + MODELS)
    ready(page)
    everything = request.node.get_closest_marker("long") is not None
    wrong |= look_at(page, screens, {name: one for name, one in SCENES.items() if everything or name in FIRST})
    assert wrong == {}, told(wrong)


@pytest.mark.long
@pytest.mark.network
@pytest.mark.parametrize(("locale", "scheme"), [("en", "light"), ("es", "dark")])
def test_models_taken_apart_fit_every_screen(taken_apart, browser: Browser, locale, scheme):
    page = browser.new_context(
        viewport=SCREENS["1280"], color_scheme=scheme, locale=locale, reduced_motion="reduce"
    ).new_page()
    page.set_default_timeout(HANGS)
    page.add_init_script(WATCH)
    heard: list[str] = []
    watch(page, taken_apart.url, heard)
    page.goto(f"{taken_apart.url}?models={DEFAULT_MODEL}")
    ready(page)
    wrong = {"opening": found} if (found := moving(page)) else {}
    open_models(page)
    wrong |= look_at(page, tuple(SCREENS), MODELS_SCENES)
    page.context.close()
    assert wrong == {}, told(wrong)
    assert heard == []


def test_what_is_wrong_is_found(browser):
    """A page on which everything is as it should not be."""
    page = browser.new_page(viewport=SCREENS["390"])
    page.set_content(
        "<script>" + WATCH + "</script><button style='position:absolute;top:0;left:0'>One</button>"
        "<button style='position:absolute;top:4px;left:4px'>Two</button>"
        "<p id=wide style='width:600px'>wide</p>"
        "<div style='width:40px;overflow:hidden;white-space:nowrap'>Cut at the side</div>"
        "<img src='data:,'><p style='color:#ddd;background:#fff'>pale</p>"
        "<div class=secondary-wrap style='position:relative'><input value='A model with quite a long name'"
        " style='width:180px'><div class=icon-wrap style='position:absolute;left:150px;top:4px'>v</div></div>"
        "<div class=tab-container style='width:60px'><button role=tab>First</button> "
        "<button role=tab>Second</button></div>"
    )
    found = " ".join(ill_laid(page))
    assert re.search("sideways: p#wide", found)
    assert re.search("overlap: .*One.* and .*Two", found)
    assert re.search("cut: .*Cut at the side.* at the side", found)
    assert re.search("under a caret: .*A model with", found)
    assert re.search("tabs in rows: First", found)
    named = " ".join(barriers(page))
    assert "image-alt (critical)" in named and "color-contrast (serious)" in named
    page.evaluate("document.body.prepend(document.createElement('div'))")
    # For half a second after a screen has got its size the browser counts what moves as the visitor's own doing.
    again = "document.body.firstChild.style.height = document.body.firstChild.style.height ? '' : '700px'"
    page.wait_for_function(f"() => {{ {again}; return window.shifts.length > 0 }}", polling=200)
    assert shift(page)[0] > MOST_SHIFT
    page.close()
