"""The slider that leaves parts of a model out, in a real browser, on the real packaged model."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import HANGS, ready, watch
from tests.browser.driving import PHONE, settle, slide
from tests.browser.serving import Served
from tests.browser.test_models import open_models

pytestmark = pytest.mark.network


@pytest.fixture
def pruning(taken_apart: Served, browser: Browser) -> Iterator[Page]:
    """*Smaller* on a phone, with the slider unfolded."""
    page = browser.new_context(locale="en-US", viewport=PHONE).new_page()
    page.set_default_timeout(HANGS)
    heard: list[str] = []
    watch(page, taken_apart.url, heard)
    page.goto(taken_apart.url)
    ready(page)
    assert page.locator("#smaller-share").count() == 0, "nothing of it is made before it is chosen"
    open_models(page)
    page.locator("#models-sections").get_by_role("tab", name="Smaller").click()
    page.locator("#smaller-pruning > button").first.click()
    expect(page.locator("#smaller-share input[type=range]")).to_be_visible()
    settle(page)
    yield page
    page.context.close()
    assert heard == []


def test_the_pruning_slider_in_two_languages_on_a_phone(pruning: Page) -> None:
    shown = pruning.locator("#smaller-pruned")
    slide(pruning, 100)
    expect(shown.get_by_role("alert")).to_contain_text("nothing of the model would be left")
    assert pruning.evaluate("document.documentElement.scrollWidth <= innerWidth")

    pruning.get_by_role("button", name="Español").click()
    expect(pruning.locator("#smaller-pruning")).to_contain_text(re.compile("Quitar partes"))
    expect(pruning.locator("#smaller-share input[type=number]")).to_have_value("100")  # what was chosen is back
    slide(pruning, 70)
    pruning.locator("#smaller-pruning-stop").click()
    expect(shown).to_contain_text("Se detuvo antes de leerlo")
    expect(pruning.locator("#smaller-time")).to_be_visible()
    assert pruning.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.long  # each reads two texts with the real model three times; what is drawn of it: tests of `lab/smaller`
def test_what_is_left_is_measured_and_without_nothing_it_is_the_same_model(pruning: Page) -> None:
    shown = pruning.locator("#smaller-pruned")
    slide(pruning, 0)
    expect(shown.locator("[data-sparsity='0.00']")).to_be_visible()
    whole, nothing = (row.locator("td").all_inner_texts() for row in shown.locator("tbody tr").all())
    assert whole == nothing, "without nothing it is the same model"
    slide(pruning, 50)
    expect(shown.locator("[data-sparsity='0.50']")).to_contain_text("without the 50% of numbers")
    assert pruning.evaluate("document.documentElement.scrollWidth <= innerWidth")
