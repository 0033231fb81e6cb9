"""The running page, a server of faults behind it, and a real browser in front."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Frame,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from playground.settings import DEFAULT_MODEL
from tests.browser.driving import DESKTOP
from tests.browser.patience import wait_before_expecting
from tests.browser.serving import ROOT, Served, serving
from tests.chromium import open_chromium
from tests.faults.server import FaultServer, running

HANGS = 300_000
"""Milliseconds after which what does not come is given up: a busy machine is slow, not wrong."""
PREPARES = 6 * HANGS
"""Milliseconds for the real default model: another worker may be fetching and converting it, beside everything else."""
expect.set_options(timeout=HANGS)
wait_before_expecting()

ARTEFACTS = ROOT / "tests" / "artefacts"
Open = Callable[..., Page]


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("page"), total_seconds=3600) as page:  # what counts without end is told to end
        yield page
        assert page.defects() == []


@pytest.fixture(scope="package")
def taken_apart(model_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A page with the real models, for what looks inside of them."""
    folder = tmp_path_factory.mktemp("models")
    (folder / "home").mkdir()
    for name in ("models", "encoders"):
        (model_home / name).mkdir(exist_ok=True)  # else a link to nothing, where no model can be put
        (folder / "home" / name).symlink_to(model_home / name)
    with serving(folder, model=DEFAULT_MODEL, offline=True, tabs="chat,models", messages_per_minute=1000) as served:
        yield served


@pytest.fixture(scope="package")
def faults() -> Iterator[FaultServer]:
    with running() as server:
        yield server


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Not for the whole session: while it is open, no other test of this process can run an event loop."""
    with sync_playwright() as play:
        opened = open_chromium(play, "--disable-background-networking", "--mute-audio")
        yield opened
        opened.close()


@pytest.fixture
def trouble() -> list[str]:
    """What went wrong in the browser. A test that causes some on purpose takes it out."""
    return []


class Visitors:
    """Browser contexts that tests use one after the other: all that a visitor leaves goes, the cached scripts stay.

    Gradio's scripts are half of what opening the page costs.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[BrowserContext]] = {}
        self._used: list[tuple[str, BrowserContext]] = []

    def new(self, **options: Any) -> BrowserContext:
        """A context with these options and nothing of a visitor in it."""
        kind, free = repr(sorted(options.items())), self._free
        if free.get(kind):
            context = free[kind].pop()
        else:
            context = self._browser.new_context(**options)
            context.set_default_timeout(HANGS)
        self._used.append((kind, context))
        return context

    def leave(self, url: str) -> None:
        """Every visitor since the last time leaves: pages, cookies and what the page stored in the browser."""
        for kind, context in self._used:
            for page in context.pages:
                if page.url.startswith(url):
                    page.evaluate("localStorage.clear()")
                page.close()
            context.clear_cookies()
            self._free.setdefault(kind, []).append(context)
        self._used.clear()


@pytest.fixture(scope="package")
def visitors(browser: Browser) -> Visitors:
    return Visitors(browser)


@pytest.fixture
def open_page(served: Served, visitors: Visitors, trouble: list[str]) -> Iterator[Open]:
    """`open_page("?models=…", locale=…, viewport=…)`: a new visitor, or with `context=` the same one in another tab.

    Fails the test on any error in the console, any answer ≥ 400 and any request that leaves the page's origin.
    """

    def opened(query: str = "", *, context: BrowserContext | None = None, **options: Any) -> Page:
        if context is None:
            context = visitors.new(**{"locale": "en-US", "viewport": DESKTOP, "reduced_motion": "reduce", **options})
        page = context.new_page()
        watch(page, served.url, trouble)
        page.goto(served.url + query)
        ready(page)
        return page

    yield opened
    visitors.leave(served.url)
    assert trouble == []


LEFT = "the page is being left"
CUT = (
    "AbortError",
    "errored out",
    "Unexpected error 404",
    "ERR_INCOMPLETE_CHUNKED_ENCODING",
    "network error",
)
"""What it says then of requests that it has cut itself, and of one that it begins once the server has forgotten it."""
_SAY_LEFT = f"addEventListener('beforeunload', () => console.debug({LEFT!r}))"


def watch(page: Page, url: str, trouble: list[str]) -> None:
    """What goes wrong on the page is written to `trouble`, but for what it says of requests that are cut as it is
    left: from then on until the next one comes."""
    leaving = False

    def hear(said: str) -> None:
        if not (leaving and any(cut in said for cut in CUT)):
            trouble.append(said)

    def see(one: Request) -> None:
        if not one.url.startswith((url, "data:", "blob:")):
            trouble.append(f"asked {one.url}")

    def receive(one: Response) -> None:
        if one.status >= 400:
            trouble.append(f"{one.status} {one.url}")

    def read(one: ConsoleMessage) -> None:
        nonlocal leaving
        if one.text == LEFT:
            leaving = True
        elif one.type == "error":
            hear(one.text)

    def come(frame: Frame) -> None:
        nonlocal leaving
        leaving = leaving and frame != page.main_frame

    page.add_init_script(_SAY_LEFT)
    page.on("request", see)
    page.on("response", receive)
    page.on("console", read)
    page.on("pageerror", lambda one: hear(str(one)))
    page.on("framenavigated", come)


def ready(page: Page) -> None:
    """Wait until a message can be written and the server has filled in what depends on the visitor."""
    page.locator("#message textarea").wait_for()
    page.locator("#chat-0").wait_for()
    page.locator(".column-head").first.wait_for()
    if "models=custom" not in page.url:  # a model on this computer says when it is ready, or why it is not
        page.locator("#status .ready, #status [role=alert]").wait_for(timeout=PREPARES)


@pytest.fixture
def keep_screenshot() -> Callable[..., Path]:
    """Keep a picture of the page under `tests/artefacts`: of what is on the screen, or of the whole page."""

    def keep(page: Page, name: str, *, whole: bool = False) -> Path:
        ARTEFACTS.mkdir(exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        page.screenshot(path=path, full_page=whole)
        return path

    return keep
