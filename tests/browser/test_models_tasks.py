"""A task of understanding in a real browser: done within seconds by a classical model, and kept in another language."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.driving import PHONE
from tests.browser.test_look import unnamed
from tests.browser.test_models import open_models


def test_questions_on_a_passage_on_a_phone_in_two_languages(open_page):
    page = open_page(viewport=PHONE)
    open_models(page)
    page.locator("#models-sections").get_by_role("tab", name="Tasks").click()
    ways = page.locator("#understanding-approaches input")
    expect(ways).to_have_count(5)
    page.locator("#understanding-task input").click()
    page.get_by_role("option", name="Questions about a passage").click()
    expect(ways).to_have_count(4)
    for place in (1, 2, 3):  # what is computed by models is tested elsewhere
        ways.nth(place).uncheck()
    page.locator("#understanding-run").click()
    shown = page.locator("#understanding-shown")
    expect(shown.locator(".noticing")).to_be_visible()
    expect(page.locator("#understanding-run")).to_be_visible()
    expect(shown.locator("[data-approach]")).to_have_count(1)
    expect(shown.locator(".absent")).to_contain_text("distilbert/distilbert-base-cased-distilled-squad")
    expect(shown).to_contain_text("Exactly right")
    expect(page.locator("#understanding-task")).to_be_hidden()
    expect(page.locator("#understanding-setup")).to_contain_text("Questions about a passage · n = 44")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert unnamed(page) == []

    page.get_by_role("button", name="Español").click()
    expect(shown).to_contain_text("Palabras en común")
    expect(shown.locator("[data-approach]")).to_have_count(1)
    expect(page.locator("#understanding-approaches input:checked")).to_have_count(1)  # what was chosen is back
