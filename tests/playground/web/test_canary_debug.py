"""The canary key, with every logger at DEBUG, in a browser: found in no log, file, answer, page, storage or export."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser.serving import ROOT, Served, serving
from tests.chromium import open_chromium
from tests.faults.script import FAULTS
from tests.faults.server import FaultServer, running
from tests.playground.web.test_canary import CANARY, FAST, VISITORS, Visitor, meet

pytestmark = pytest.mark.long
LOUD = "import logging; logging.basicConfig(level=logging.DEBUG); import app; app.main()"
_STORAGE = "() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])"


@pytest.fixture(scope="module")
def faults() -> Iterator[FaultServer]:
    with running() as server:
        yield server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("loud")
    with serving(folder, ROOT, ("-c", LOUD), **FAST, openai_log="debug") as page:
        yield page


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as play:
        browser = open_chromium(play)
        yield browser.new_page(locale="en-GB")
        browser.close()


def test_no_fault_gives_the_key_away_to_a_log_at_debug(served: Served, faults: FaultServer) -> None:
    free: SimpleQueue[Visitor] = SimpleQueue()
    for _ in range(VISITORS):
        free.put(Visitor.of(served))

    def given_away(fault: str) -> list[str]:
        visitor = free.get()
        try:
            return [text[:300] for text in meet(visitor, f"{faults.url}/fault/{fault}/v1") if CANARY in text]
        finally:
            free.put(visitor)

    with ThreadPoolExecutor(VISITORS) as pool:
        assert dict(zip(FAULTS, pool.map(given_away, FAULTS), strict=True)) == {fault: [] for fault in FAULTS}
    assert {received.key for received in faults.received if received.path.startswith("/fault/")} == {CANARY}
    assert "DEBUG" in served.log.read_text("utf-8", "replace"), "else nothing was shown by this"
    assert CANARY not in served.written()


def test_nor_to_the_page_and_what_the_browser_keeps(served: Served, faults: FaultServer, page: Page) -> None:
    page.goto(served.url)
    page.locator("#keys button").first.click()
    page.locator("#key input").fill(CANARY)
    page.locator("#save-key").click()
    page.wait_for_function("() => document.querySelector('#key-answer').innerText.trim().length > 0")
    seen = [page.content(), page.evaluate(_STORAGE), json.dumps(page.context.cookies())]  # type: ignore[arg-type]
    page.reload()
    page.wait_for_selector("#message textarea")
    seen += [page.content(), page.evaluate(_STORAGE)]
    assert [text[:200] for text in seen if CANARY in text] == []
    assert CANARY not in served.written()
