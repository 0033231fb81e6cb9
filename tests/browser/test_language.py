"""The page is read again in another language: what was on the screen is there again, in that language."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.driving import ask, open_mode, open_panel, questions


def test_another_language_keeps_what_is_on_the_screen(open_page):
    page = open_page("?models=scripted/echo")
    ask(page, "Hello")
    page.get_by_role("tab", name="Prompting").first.click()
    page.locator("#prompting-example").click()
    expect(page.locator("#prompting-cards")).to_contain_text("What to notice")
    page.locator("#prompting-language").get_by_text("Español").click()
    open_mode(page, "#prompting-modes", "A set")
    page.locator("#measure-repeats input").first.fill("2")
    page.locator("#measure-repeats input").first.press("Tab")
    page.locator("#measure-run").click()
    expect(page.locator("#measure-table")).to_contain_text("What to notice")
    expect(page.locator("#measure-items")).not_to_be_empty()
    page.locator("#prompting-strategies").get_by_text("Self-consistency").click()
    open_panel(page, "#prompting-knobs")

    page.locator("#language-es").click()
    expect(page.locator("#measure-table")).to_contain_text("En qué fijarse")
    expect(page.locator("#measure-items")).not_to_be_empty()
    expect(page.locator("#measure-accuracy .js-plotly-plot")).to_be_visible()
    expect(page.locator("#measure-repeats input").first).to_have_value("2")
    expect(page.locator("#prompting-strategies input:checked")).to_have_count(3)
    expect(page.locator("#prompting-language").get_by_label("Español")).to_be_checked()
    expect(page.locator("#prompting-knobs .knobs:visible").first).to_be_visible()
    open_mode(page, "#prompting-modes", "Una pregunta")
    expect(page.locator("#prompting-cards")).to_contain_text("En qué fijarse")
    expect(page.locator("#prompting-cards")).not_to_contain_text("What to notice")
    page.get_by_role("tab", name="Chat").first.click()
    expect(questions(page)).to_have_text("Hello")
    assert "aula-state" not in page.evaluate("Object.keys(sessionStorage)")
