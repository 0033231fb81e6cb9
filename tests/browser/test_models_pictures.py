"""Every section of the Models tab with something in it, in every look: to be looked at by hand."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import HANGS, ready, watch
from tests.browser.driving import in_every_look, settle, slide
from tests.browser.test_models import open_models, section

pytestmark = pytest.mark.network


@pytest.mark.long
@in_every_look()
def test_pictures_of_models(taken_apart, browser, keep_screenshot, name, viewport, scheme, locale):
    page = browser.new_context(
        viewport=viewport, color_scheme=scheme, locale=locale, reduced_motion="reduce"
    ).new_page()
    page.set_default_timeout(HANGS)
    heard: list[str] = []
    watch(page, taken_apart.url, heard)
    page.goto(taken_apart.url)
    ready(page)
    open_models(page)

    def keep(what: str) -> None:
        keep_screenshot(page, f"models-{name}-{scheme}-{locale}-{what}", whole=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), what

    keep("card")
    section(page, 1)
    page.locator("#tokens-example").click()
    expect(page.locator("#tokens-shown figure")).to_have_count(2)
    keep("tokens")
    section(page, 2)
    page.locator("#attention-example").click()
    expect(page.locator("figure.attention[data-drawn]")).to_have_count(2)
    page.locator("figure.attention").first.locator("[data-switch=head]").click()
    expect(page.locator("#attention-effect .answer")).to_be_visible()
    page.locator("figure.attention").first.locator("[data-ask=lens]").click()
    expect(page.locator("#attention-asked .answer")).to_be_visible()
    keep("attention")
    section(page, 3)
    page.locator("#surprise-example").click()
    expect(page.locator("#surprise-shown table")).to_be_visible()
    page.locator("#guess-begin").click()
    expect(page.locator("#guess-shown .guess-text")).to_be_visible()
    keep("surprise")
    section(page, 4)
    page.locator("#architectures-example").click()
    expect(page.locator("#architectures-shown .noticing")).to_be_visible()
    keep("architectures")
    section(page, 5)
    for place in (3, 4):  # a model that is asked: minutes, and drawn as the others are
        page.locator("#understanding-approaches input").nth(place).uncheck()
    page.locator("#understanding-run").click()
    expect(page.locator("#understanding-shown .noticing")).to_be_visible()
    page.locator("#understanding-one > button").first.click()
    page.locator("#understanding-text textarea").fill("You have won a prize! Click this link.")
    page.locator("#understanding-classify").click()
    expect(page.locator("#understanding-said table")).to_be_visible()
    keep("tasks")
    section(page, 6)
    page.locator("#vectors-example").click()
    expect(page.locator("#vectors-shown figure .text-map")).to_have_count(2)
    page.locator("#vectors-analogy > button").click()
    page.locator("#vectors-royal").click()
    expect(page.locator("#vectors-solved .noticing")).to_be_visible()
    page.locator("#vectors-contexts > button").click()
    page.locator("#vectors-word-example").click()
    expect(page.locator("#vectors-seen .noticing")).to_be_visible()
    keep("vectors")
    section(page, 7)
    page.locator("#smaller-pruning > button").click()
    expect(page.locator("#smaller-share input[type=range]")).to_be_visible()
    settle(page)
    for percent in (10, 30):
        slide(page, percent)
        expect(page.locator(f"#smaller-pruned [data-sparsity='0.{percent}']")).to_be_visible()
    page.locator("#smaller-blind > button").click()
    page.locator("#smaller-ask").click()
    page.locator("#smaller-better-a").click()
    expect(page.locator("#smaller-verdict .answer")).to_be_visible()
    keep("smaller")
    page.context.close()
    assert heard == []
