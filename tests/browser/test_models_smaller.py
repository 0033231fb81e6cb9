"""The slider that leaves parts of a model out, in a real browser, on the real packaged model."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import ready, watch
from tests.browser.driving import PHONE, slide
from tests.browser.serving import Served
from tests.browser.test_models import open_models
from tests.browser.test_models import taken_apart as taken_apart

pytestmark = pytest.mark.network


def test_the_pruning_slider_in_two_languages_on_a_phone(taken_apart: Served, browser: Browser) -> None:
    page = browser.new_context(locale="en-US", viewport=PHONE).new_page()
    heard: list[str] = []
    watch(page, taken_apart.url, heard)
    page.goto(taken_apart.url)
    ready(page)
    assert page.locator("#smaller-share").count() == 0, "nothing of it is made before it is chosen"
    open_models(page)
    page.locator("#models-sections").get_by_role("tab", name="Smaller").click()
    page.locator("#smaller-pruning > button").first.click()
    expect(page.locator("#smaller-share input[type=range]")).to_be_visible()
    page.wait_for_timeout(300)  # what has just been unfolded does not yet listen
    slide(page, 0)
    shown = page.locator("#smaller-pruned")
    expect(shown.locator("[data-sparsity='0.00']")).to_be_visible()
    whole, nothing = (row.locator("td").all_inner_texts() for row in shown.locator("tbody tr").all())
    assert whole == nothing, "without nothing it is the same model"
    slide(page, 100)
    expect(shown.get_by_role("alert")).to_contain_text("nothing of the model would be left")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.get_by_role("button", name="Español").click()
    expect(page.locator("#smaller-pruning")).to_contain_text(re.compile("Quitar partes"))
    expect(page.locator("#smaller-share input[type=number]")).to_have_value("100")  # what was chosen is back
    slide(page, 50)
    expect(shown.locator("[data-sparsity='0.50']")).to_contain_text("sin el 50 % de los números")
    slide(page, 70)
    page.locator("#smaller-pruning-stop").click()
    expect(shown).to_contain_text("Se detuvo antes de leerlo")
    expect(page.locator("#smaller-time")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()
    assert heard == []
