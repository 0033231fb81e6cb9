"""A key is typed into the page, used, and found nowhere but in the server's memory."""

from __future__ import annotations

import json
import re
import time

from playwright.sync_api import Page, expect

from tests.browser.driving import answered, ask, choose, facts, open_panel, questions, replies, use_endpoint
from tests.browser.serving import Served
from tests.faults.server import FaultServer

CANARY = "sk-canary-0f9e8d7c6b5a"
_EVERYTHING_STORED = """async () => {
  const kept = {local: {...localStorage}, session: {...sessionStorage}, cookie: document.cookie, history: history.state,
    values: [...document.querySelectorAll('input, textarea')].map(field => field.value), databases: {},
    asked: performance.getEntries().map(entry => entry.name), caches: await caches.keys()};
  for (const {name} of await indexedDB.databases()) {
    const database = await new Promise((done, fail) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => done(opening.result);
      opening.onerror = fail;
    });
    for (const store of database.objectStoreNames) {
      const reading = database.transaction(store).objectStore(store).getAll();
      await new Promise(done => { reading.onsuccess = done; });
      kept.databases[name + '/' + store] = reading.result;
    }
  }
  return JSON.stringify(kept);
}"""


def kept_by_the_browser(page: Page) -> str:
    cookies = json.dumps(page.context.cookies())
    return "\n".join([page.url, page.content(), page.evaluate(_EVERYTHING_STORED), cookies])


def test_a_key_leaves_no_trace_and_what_is_kept_is_shown_and_deleted(open_page, served, faults):
    page = open_page("?models=scripted/echo")
    a_key_works_and_leaves_no_trace(page, served, faults)
    it_is_forgotten(page, faults)
    what_is_kept_is_shown_and_all_of_it_deleted(page, served)


def a_key_works_and_leaves_no_trace(page: Page, served: Served, faults: FaultServer) -> None:
    told: list[str] = []
    page.on("response", lambda answer: told.append(answer.url + json.dumps(answer.headers)))
    use_endpoint(page, faults.openai, CANARY)
    expect(page.locator("#key-answer")).to_contain_text("The key works")
    choose(page, "#models", re.compile("^ok"))
    page.keyboard.press("Escape")
    expect(page.locator(".column-name:visible")).to_have_count(2)
    expect(page.locator(".place.remote")).to_contain_text("leaves this computer")
    ask(page, "Hi there")
    expect(replies(page, 1)).to_have_text("Hello world")
    assert faults.received[-1].key == CANARY

    facts(page, 1).last.click()
    expect(page.locator("#chat-1 pre").last).to_contain_text('"model": "ok"')
    found = [kept_by_the_browser(page), served.written(), *told]
    for kind in ("json", "markdown", "python"):
        with page.expect_download() as download:
            page.locator(f"#export-{kind}").click()
        found.append(download.value.path().read_text("utf-8"))
    page.reload()
    expect(replies(page, 1)).to_have_text("Hello world")
    found.append(kept_by_the_browser(page))
    assert "Hello world" in found[1]
    assert [place for place in found if CANARY in place] == []


def it_is_forgotten(page: Page, faults: FaultServer) -> None:
    asked = len(faults.received)
    page.locator("#keys > button").first.click()
    page.locator("#forget-keys").click()
    expect(page.locator("#key-answer")).to_contain_text("forgotten")
    ask(page, "And now?")
    expect(page.locator("#chat-1")).to_contain_text("There is no API key")
    expect(page.locator("#chat-1").get_by_role("button", name="Enter a key")).to_be_visible()
    assert len(faults.received) == asked


def what_is_kept_is_shown_and_all_of_it_deleted(page: Page, served: Served) -> None:
    ask(page, "To be forgotten")
    assert "To be forgotten" in served.written()
    before = {cookie["value"] for cookie in page.context.cookies()}
    open_panel(page, "#kept")
    expect(page.locator("#kept-shown")).to_contain_text("1 conversation")
    page.locator("#kept-delete").click()
    with page.expect_navigation():
        page.locator("#kept-yes").click()
    expect(page.locator("#message textarea")).to_be_visible()
    expect(questions(page)).to_have_count(0)
    assert "To be forgotten" not in kept_by_the_browser(page) + served.written()
    assert before.isdisjoint(cookie["value"] for cookie in page.context.cookies() if len(cookie["value"]) > 20)
    open_panel(page, "#kept")
    expect(page.locator("#kept-shown")).to_contain_text("Nothing")


def test_a_key_that_is_wrong_a_stream_that_breaks_is_stopped_and_is_left(open_page, served, faults):
    page = open_page("?models=custom/slow,scripted/echo")
    use_endpoint(page, f"{faults.url}/fault/unauthorized/v1", CANARY)
    a_wrong_key_is_noticed_in_our_own_words(page, served)
    use_another(page, f"{faults.url}/fault/reset/v1")
    a_fault_keeps_what_was_said_and_offers_to_go_on(page)
    use_another(page, faults.openai)
    stop_closes_the_vendors_stream(page, faults)
    closing_the_tab_stops_the_work(page, faults)


def use_another(page: Page, address: str) -> None:
    """The same key for another address, and a new conversation."""
    page.locator("#forget-keys").click()
    expect(page.locator("#key-answer")).to_contain_text("forgotten")
    page.locator("#key input").fill(CANARY)
    page.locator("#address").locator("input, textarea").fill(address)
    page.locator("#save-key").click()
    expect(page.locator("#key-answer")).to_contain_text("The key works")
    page.locator("#new").click()
    expect(questions(page)).to_have_count(0)


def a_wrong_key_is_noticed_in_our_own_words(page: Page, served: Served) -> None:
    expect(page.locator("#key-answer [role=alert]")).to_contain_text("key")
    expect(page.locator("#key-answer")).not_to_contain_text("invalid key")
    ask(page, "Hi")
    expect(page.locator("#chat-0")).not_to_contain_text("you sent the key")
    expect(page.locator("#chat-0").get_by_role("button", name="Enter a key")).to_be_visible()
    assert CANARY not in kept_by_the_browser(page) + served.written()


def a_fault_keeps_what_was_said_and_offers_to_go_on(page: Page) -> None:
    ask(page, "Hi")
    expect(replies(page, 0).first).to_have_text("Hello world")
    expect(page.locator("#chat-0")).to_contain_text("broke while the answer was arriving")
    expect(page.locator("#chat-0").get_by_role("button", name="Continue", exact=True)).to_be_visible()
    expect(replies(page, 1)).to_have_text("You said: Hi")


def stop_closes_the_vendors_stream(page: Page, faults: FaultServer) -> None:
    faults.disconnected.clear()
    ask(page, "Count", wait=False)
    expect(replies(page)).to_contain_text("1 2 3")
    page.keyboard.press("Escape")
    answered(page)
    while "slow" not in faults.disconnected:
        page.wait_for_timeout(20)


def closing_the_tab_stops_the_work(page: Page, faults: FaultServer) -> None:
    faults.disconnected.clear()
    ask(page, "Count again", wait=False)
    expect(replies(page).nth(1)).to_contain_text("1 2 3")
    assert "slow" not in faults.disconnected
    page.close()
    while "slow" not in faults.disconnected:
        time.sleep(0.02)
