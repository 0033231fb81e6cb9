"""Several conversations of one visitor: kept through a reload, apart in two tabs, begun, left, found again."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from tests.browser.driving import PHONE, answered, ask, column, facts, open_panel, questions, replies, stop_button

SLOW = "?models=scripted/slow&max_tokens=2048"
"""It is still counting when a busy browser can click."""


def conversation(page: Page) -> str:
    """The id that the browser tab keeps."""
    found: str = page.evaluate("sessionStorage.getItem('aula-conversation')")
    return found


def test_tabs_do_not_disturb_each_other_and_a_new_conversation_in_a_third_is_undone(open_page):
    first = open_page("?models=scripted/slow&max_tokens=200")
    second = open_page("?models=scripted/echo", context=first.context)
    two_tabs_do_not_disturb_each_other_and_a_reload_finds_each(first, second)
    third = open_page(SLOW, context=first.context)
    expect(third.locator("#notice")).to_contain_text(re.compile("Your last conversation: “(Count|To begin)"))
    expect(questions(third)).to_have_count(0)
    a_new_conversation_takes_one_click_and_is_undone_by_another(third)


def two_tabs_do_not_disturb_each_other_and_a_reload_finds_each(first: Page, second: Page) -> None:
    assert conversation(first) != conversation(second)
    ask(second, "To begin with")
    ask(first, "Count in the first", wait=False)
    ask(second, "Said in the second")
    second.locator("#undo").click()
    expect(second.locator("#message textarea")).to_have_value("Said in the second")
    answered(first)
    expect(facts(first)).to_contain_text("cut at the length limit")
    for page, asked in ((first, "Count in the first"), (second, "To begin with")):
        page.reload()
        expect(questions(page)).to_have_text(asked)


def a_new_conversation_takes_one_click_and_is_undone_by_another(page: Page) -> None:
    ask(page, "Count", wait=False)
    expect(replies(page)).to_contain_text("1 2 3")
    page.locator("#message textarea").fill("not sent yet")
    before = conversation(page)
    page.locator("#new").click()
    expect(page.locator("#notice")).to_contain_text("The one before is kept")
    expect(stop_button(page)).to_have_count(0)
    expect(questions(page)).to_have_count(0)
    expect(page.locator("#message textarea")).to_have_value("not sent yet")
    page.locator("#notice").get_by_role("button", name="Undo").click()
    expect(questions(page)).to_have_text("Count")
    expect(replies(page)).to_contain_text("1 2 3")
    expect(page.locator("#notice")).to_be_hidden()
    assert conversation(page) == before
    page.locator("#new").click()
    expect(questions(page)).to_have_count(0)
    ask(page, "Count again", wait=False)
    expect(replies(page)).to_contain_text("1 2 3")
    stop_button(page).click()
    answered(page)
    page.reload()
    expect(questions(page)).to_have_text("Count again")


def test_the_list_on_a_phone_and_by_keyboard(open_page, keep_screenshot):
    page = open_page("?models=scripted/echo", viewport=PHONE, locale="es-ES", color_scheme="dark")
    expect(page.locator("#new")).to_be_hidden()  # an empty conversation needs no other one
    for text in ("Árboles de decisión", "Sobre gatos", "Redes"):
        if questions(page).count():
            page.locator("#new").click()
        expect(questions(page)).to_have_count(0)
        ask(page, text)
        open_panel(page, "#history")  # which folds when the next one begins
    expect(page.locator("#entries .entry")).to_have_text(["Redes", "Sobre gatos", "Árboles de decisión"])
    page.get_by_label("Fijar «Árboles de decisión» arriba").press("Enter")
    expect(page.locator("#entries .entry").first).to_have_text("Árboles de decisión")
    expect(page.get_by_label("Dejar de fijar «Árboles de decisión»")).to_be_focused()
    page.get_by_label("Cambiar el nombre de «Sobre gatos»").press("Enter")
    page.keyboard.type("Felinos")
    keep_screenshot(page, "history-phone-dark-es")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Cambiar el nombre de «Felinos»")).to_be_focused()
    page.get_by_label("Cambiar el nombre de «Felinos»").press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("#entries form:visible")).to_have_count(0)

    page.locator("#history-search").locator("input, textarea").press_sequentially("ARBOL")
    expect(page.locator("#entries .entry")).to_have_text(["Árboles de decisión"])
    page.locator("#history-search").locator("input, textarea").fill("")
    expect(page.locator("#entries .entry")).to_have_count(3)
    page.get_by_label("Eliminar «Redes»").press("Enter")
    expect(page.locator("#entries [data-do=restore]")).to_be_focused()
    expect(page.locator("#entries .entry")).to_have_count(2)
    expect(questions(page)).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator("#entries .entry")).to_have_count(3)
    with page.expect_download() as download:
        page.locator("#history-export").click()
    file = json.loads(download.value.path().read_text("utf-8"))
    assert [one["title"] for one in file["conversations"]] == ["Árboles de decisión", "Redes", "Felinos"]
    page.locator("#entries .entry", has_text="Felinos").press("Enter")
    expect(questions(page)).to_have_text("Sobre gatos")
    expect(page.locator("#entries")).to_be_hidden()
    expect(column(page)).to_contain_text("You said: Sobre gatos")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
