"""Languages, themes, a phone, and names for those who do not see the page; pictures go to `tests/artefacts`."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ready
from tests.browser.driving import PHONE, answered, ask, facts, in_every_look, open_panel, settle

WAITING = {"en": "Write a message…", "es": "Escribe un mensaje…"}
SIDEBAR = re.compile("Show or hide the sidebar|Mostrar u ocultar la barra lateral")
CONTROLS = {"button", "textbox", "combobox", "slider", "spinbutton", "checkbox", "tab", "link", "listbox", "searchbox"}


def dark(page: Page) -> bool:
    return page.evaluate("document.body.classList.contains('dark')")


def placeholder(page: Page) -> str | None:
    return page.locator("#message textarea").get_attribute("placeholder")


@pytest.mark.parametrize(
    ("locale", "spoken", "other"), [pytest.param("en-US", "en", "es", marks=pytest.mark.long), ("es-ES", "es", "en")]
)
def test_language_and_theme_are_the_systems_or_the_chosen_ones_and_every_control_has_a_name(
    open_page, locale, spoken, other
):
    page = open_page("?models=scripted/echo,scripted/slow&max_tokens=2048", locale=locale)
    assert page.evaluate("document.documentElement.lang") == spoken
    assert placeholder(page) == WAITING[spoken]
    open_panel(page, "#keys")
    open_panel(page, "#system-panel")
    page.locator("#advanced input").check()
    every_control_has_a_name(page)
    page.locator("#language-" + other).click()
    the_page_speaks(page, other)
    every_control_has_a_name(page)
    assert not dark(page)
    the_theme_chosen_outlasts_a_reload(page, "dark")
    expect(page.locator("#message textarea")).to_have_attribute("placeholder", WAITING[other])
    ready(page)


def every_control_has_a_name(page: Page) -> None:
    """With the panels open: before anything is asked, or after; while a model answers; when it has."""
    expect(page.locator("#seed")).to_be_visible()
    expect(page.locator("#system textarea")).to_be_visible()
    expect(page.locator("#save-key")).to_be_visible()
    nameless = unnamed(page)
    said = facts(page).count()
    ask(page, "Hola", wait=False)
    nameless += unnamed(page)
    page.keyboard.press("Escape")
    expect(facts(page)).to_have_count(said + 1)
    answered(page)
    nameless += unnamed(page)
    assert not nameless, "\n".join(nameless)


def the_page_speaks(page: Page, language: str) -> None:
    expect(page.locator("#message textarea")).to_have_attribute("placeholder", WAITING[language])
    assert page.evaluate("document.documentElement.lang") == language
    expect(page.locator(".place").first).to_contain_text({"en": "on this computer", "es": "en este equipo"}[language])
    expect(facts(page)).to_contain_text({"en": "no seed", "es": "sin semilla"}[language])
    expect(page.locator("#regenerate")).to_contain_text({"en": "Regenerate", "es": "Regenerar"}[language])
    ready(page)


def the_theme_chosen_outlasts_a_reload(page: Page, scheme: str) -> None:
    page.locator("#theme").click()
    assert dark(page) == (scheme == "dark")
    page.reload()
    page.locator("#message textarea").wait_for()
    page.wait_for_function(f"document.body.classList.contains('dark') === {str(scheme == 'dark').lower()}")
    page.wait_for_timeout(300)
    assert dark(page) == (scheme == "dark")


def unnamed(page: Page) -> list[str]:
    """Controls for which the browser computes no name, by the HTML they come from."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    found = []
    for node in nodes:
        role = node.get("role", {}).get("value")
        if node["ignored"] or role not in CONTROLS or node.get("name", {}).get("value", "").strip():
            continue
        html = session.send("DOM.getOuterHTML", {"backendNodeId": node["backendDOMNodeId"]})["outerHTML"]
        found.append(f"{role}: {html[:160]}")
    session.detach()
    return found


@in_every_look("desktop-light-en")
def test_pictures(open_page, keep_screenshot, name, viewport, scheme, locale):
    """Nothing is cut at the side, zoomed in or not; on a phone the conversation comes first."""
    options = {"viewport": viewport, "color_scheme": scheme, "locale": locale}
    page = open_page("?models=scripted/showcase,scripted/thinker", **options)
    settle(page)
    empty = keep_screenshot(page, f"{name}-{scheme}-{locale}-empty")
    if viewport == PHONE:
        expect(page.locator("#models")).not_to_be_in_viewport()
        expect(page.locator("#message textarea")).to_be_in_viewport()
    ask(page, "¿Qué es la temperatura?" if locale == "es" else "What is temperature?")
    settle(page)
    full = keep_screenshot(page, f"{name}-{scheme}-{locale}")
    assert empty.stat().st_size > 10_000
    assert full.read_bytes() != empty.read_bytes()
    assert dark(page) == (scheme == "dark")
    if viewport == PHONE:
        the_conversation_comes_first_on_a_phone(page)
    else:
        nothing_is_cut_at_the_side_zoomed_in_or_not(page)
    if scheme == "dark":
        the_theme_chosen_outlasts_a_reload(page, "light")


def the_conversation_comes_first_on_a_phone(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("window.scrollX") == 0
    expect(page.locator("#message textarea")).to_be_in_viewport()
    page.get_by_label(SIDEBAR).click()
    expect(page.locator("#models")).to_be_in_viewport()
    page.get_by_label(SIDEBAR).click()
    expect(page.locator("#models")).not_to_be_in_viewport()


def nothing_is_cut_at_the_side_zoomed_in_or_not(page: Page) -> None:
    for zoom in (1, 2):
        page.set_viewport_size({"width": 1280 // zoom, "height": 900 // zoom})
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
