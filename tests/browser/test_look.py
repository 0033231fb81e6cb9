"""Languages, themes, a phone, and names for those who do not see the page; pictures go to `tests/artefacts`."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ready
from tests.browser.driving import PHONE, ask, facts, in_every_look, open_panel

WAITING = {"en": "Write a message…", "es": "Escribe un mensaje…"}
CONTROLS = {"button", "textbox", "combobox", "slider", "spinbutton", "checkbox", "tab", "link", "listbox", "searchbox"}


def dark(page: Page) -> bool:
    return page.evaluate("document.body.classList.contains('dark')")


def placeholder(page: Page) -> str | None:
    return page.locator("#message textarea").get_attribute("placeholder")


@pytest.mark.parametrize(
    ("locale", "spoken", "other"), [pytest.param("en-US", "en", "es", marks=pytest.mark.long), ("es-ES", "es", "en")]
)
def test_the_browser_chooses_the_language_and_the_button_another(open_page, locale, spoken, other):
    page = open_page("?models=scripted/echo", locale=locale)
    assert page.evaluate("document.documentElement.lang") == spoken
    assert placeholder(page) == WAITING[spoken]
    ask(page, "Hola")
    page.locator(f"#language-{other}").click()
    expect(page.locator("#message textarea")).to_have_attribute("placeholder", WAITING[other])
    assert page.evaluate("document.documentElement.lang") == other
    expect(page.locator(".place").first).to_contain_text({"en": "on this computer", "es": "en este equipo"}[other])
    expect(facts(page)).to_contain_text({"en": "no seed", "es": "sin semilla"}[other])
    expect(page.locator("#regenerate")).to_contain_text({"en": "Regenerate", "es": "Regenerar"}[other])
    ready(page)
    page.reload()
    expect(page.locator("#message textarea")).to_have_attribute("placeholder", WAITING[other])
    ready(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_is_the_systems_or_the_chosen_one(open_page, scheme):
    page = open_page("?models=scripted/echo", color_scheme=scheme)
    assert dark(page) == (scheme == "dark")
    page.locator("#theme").click()
    assert dark(page) == (scheme == "light")
    page.reload()
    page.locator("#message textarea").wait_for()
    page.wait_for_function(f"document.body.classList.contains('dark') === {str(scheme == 'light').lower()}")
    page.wait_for_timeout(300)
    assert dark(page) == (scheme == "light")


def test_on_a_phone_the_conversation_comes_first(open_page):
    page = open_page("?models=scripted/showcase", viewport=PHONE)
    expect(page.locator("#models")).not_to_be_in_viewport()
    expect(page.locator("#message textarea")).to_be_in_viewport()
    ask(page, "Show me everything")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("window.scrollX") == 0
    expect(page.locator("#message textarea")).to_be_in_viewport()
    page.get_by_label("Show or hide the sidebar").click()
    expect(page.locator("#models")).to_be_in_viewport()


@pytest.mark.parametrize("zoom", [1, 2])
def test_nothing_is_cut_at_the_side(open_page, zoom):
    page = open_page("?models=scripted/showcase", viewport={"width": 1280 // zoom, "height": 900 // zoom})
    ask(page, "Show me everything")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("locale", ["en-US", "es-ES"])
def test_every_control_has_a_name(open_page, locale):
    page = open_page("?models=scripted/slow", locale=locale)
    open_panel(page, "#keys")
    open_panel(page, "#system-panel")
    page.locator("#advanced input").check()
    expect(page.locator("#seed")).to_be_visible()
    nameless = unnamed(page)
    ask(page, "Count", wait=False)
    nameless += unnamed(page)
    page.keyboard.press("Escape")
    expect(facts(page)).to_be_visible()
    nameless += unnamed(page)
    assert not nameless, "\n".join(nameless)


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


@in_every_look("desktop-light-en", "phone-dark-es")
def test_pictures(open_page, keep_screenshot, name, viewport, scheme, locale):
    options = {"viewport": viewport, "color_scheme": scheme, "locale": locale}
    page = open_page("?models=scripted/showcase,scripted/thinker", **options)
    page.wait_for_timeout(500)
    empty = keep_screenshot(page, f"{name}-{scheme}-{locale}-empty")
    ask(page, "¿Qué es la temperatura?" if locale == "es" else "What is temperature?")
    page.wait_for_timeout(500)
    full = keep_screenshot(page, f"{name}-{scheme}-{locale}")
    assert empty.stat().st_size > 10_000
    assert full.read_bytes() != empty.read_bytes()
