"""A conversation, as a visitor holds it. Each test is one page: its steps are functions, in their order."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driving import (
    answered,
    ask,
    attach,
    choose,
    column,
    facts,
    open_panel,
    questions,
    replies,
    stop_button,
    use_endpoint,
    waiting,
)
from tests.browser.page_costs import (
    a_page_that_nobody_uses_rests,
    gradio_s_client_forgets_the_inputs_of_what_has_ended,
    what_is_added_styles_little_else,
)
from tests.browser.serving import Served
from tests.playground import images


def begin_anew(page: Page) -> None:
    page.locator("#new").click()
    expect(questions(page)).to_have_count(0)


def temperature_box(page: Page) -> Locator:
    return page.get_by_label("number input for Temperature")


def test_a_conversation_is_begun_taken_back_edited_and_downloaded(open_page):
    page = open_page()
    the_page_opens_ready_to_write(page)
    an_example_is_a_click_away(page)
    begin_anew(page)
    undo_brings_the_question_back(page)
    an_earlier_message_is_edited_and_sent_again(page)
    begin_anew(page)
    a_reply_is_whole_though_the_visitor_turns_to_another_page(page)
    begin_anew(page)
    it_is_downloaded(page)
    begin_anew(page)
    a_preset_fills_in_the_system_prompt(page)
    what_is_in_force_is_seen_though_it_is_folded_and_another_language_keeps_what_was_written(page)


def the_page_opens_ready_to_write(page: Page) -> None:
    expect(page.get_by_role("tab", name="Chat").first).to_be_visible()
    expect(page.locator("#message textarea")).to_be_focused()
    expect(page.locator("#status")).to_contain_text("is ready")


def an_example_is_a_click_away(page: Page) -> None:
    column(page).get_by_text("A fact", exact=True).click()
    expect(questions(page)).to_have_text(re.compile("capital of France"))
    expect(replies(page)).to_have_text(re.compile("You said: What is the capital of France"))
    answered(page)


def undo_brings_the_question_back(page: Page) -> None:
    ask(page, "first")
    ask(page, "second")
    page.locator("#undo").click()
    expect(page.locator("#message textarea")).to_have_value("second")
    expect(questions(page)).to_have_text(["first"])
    column(page).get_by_label("Undo", exact=True).first.click()
    expect(page.locator("#message textarea")).to_have_value("first")
    expect(questions(page)).to_have_count(0)


def an_earlier_message_is_edited_and_sent_again(page: Page) -> None:
    ask(page, "first")
    ask(page, "second")
    column(page).get_by_label("Edit").first.click()
    column(page).locator(".edit-textarea").fill("other")
    column(page).get_by_label("Submit").click()
    expect(questions(page)).to_have_text(["other"])
    expect(replies(page)).to_have_text(["You said: other"])
    answered(page)


def a_reply_is_whole_though_the_visitor_turns_to_another_page(page: Page) -> None:
    """With every second message of the server's, while the one before waits for its turn: see `keep_order.js`."""
    page.evaluate("""() => {
      const turn = window.setTimeout;
      let state = 'visible';
      window.read = 0;
      window.setTimeout = (take, delay, ...given) => turn(take, given[0]?.event_id ? 500 : delay, ...given);
      Object.defineProperty(document, 'visibilityState', {configurable: true, get: () => {
        if (!new Error().stack.includes('onmessage')) return state;
        state = window.read++ % 2 ? 'hidden' : 'visible';
        document.dispatchEvent(new Event('visibilitychange'));
        return state;
      }});
      window.seen = () => {
        window.setTimeout = turn;
        delete document.visibilityState;
        return window.read;
      };
    }""")
    ask(page, "word by word")
    expect(replies(page)).to_have_text(["You said: word by word"])
    assert page.evaluate("window.seen()") > 1


def it_is_downloaded(page: Page) -> None:
    temperature_box(page).fill("0.2")
    temperature_box(page).press("Tab")
    expect(page.locator("#chat-active")).to_contain_text("Temperature 0.2")
    ask(page, 'Quotes """ and \\ and ¿tildes?')
    files = {}
    for kind in ("json", "markdown", "python"):
        with page.expect_download() as download:
            page.locator(f"#export-{kind}").click()
        files[download.value.suggested_filename] = download.value.path().read_text("utf-8")
    assert files.keys() == {"aula-chat.json", "aula-chat.md", "aula_chat.py"}
    assert json.loads(files["aula-chat.json"])["turns"][0]["replies"][0]["sampling"]["temperature"] == 0.2
    assert "¿tildes?" in files["aula-chat.md"]
    compile(files["aula_chat.py"], "aula_chat.py", "exec")


def a_preset_fills_in_the_system_prompt(page: Page) -> None:
    open_panel(page, "#system-panel")
    choose(page, "#preset", "Customer support of an online shop")
    expect(page.locator("#system textarea")).to_have_value(re.compile("Lumbre"))
    expect(temperature_box(page)).to_have_value("0.3")
    ask(page, "Where is my lamp?")
    facts(page).click()
    expect(column(page).locator("pre").last).to_contain_text('"role": "system"')


def what_is_in_force_is_seen_though_it_is_folded_and_another_language_keeps_what_was_written(page: Page) -> None:
    expect(page.locator("#chat-active")).to_contain_text("Temperature 0.3")
    page.locator("#system textarea").fill("Answer <b>briefly</b>.")
    page.locator("#system textarea").blur()
    expect(page.locator("#chat-active")).to_contain_text("Answer <b>briefly</b>.")
    page.locator("#message textarea").fill("not sent yet")
    page.get_by_role("tab", name="Sampling").first.click()
    page.locator("#sampling-prompt textarea").fill("The capital of")
    page.locator("#language-es").click()
    expect(page.get_by_role("tab", name="Muestreo").first).to_have_attribute("aria-selected", "true")
    expect(page.locator("#sampling-prompt textarea")).to_have_value("The capital of")
    page.get_by_role("tab", name="Chat").first.click()
    expect(page.locator("#message textarea")).to_have_value("not sent yet")
    expect(page.locator("#chat-active")).to_contain_text("Temperatura 0,3")


def test_models_side_by_side_as_the_address_says_after_a_reload_and_deleted(open_page, served, keep_screenshot):
    page = open_page("?models=scripted/showcase,scripted/broken&temperature=0.2&top_p=nan&max_tokens=99999999")
    settings_are_read_from_the_address(page)
    two_models_side_by_side_and_one_fails(page, keep_screenshot)
    settings_are_sent_and_written_to_the_address(page)
    begin_anew(page)
    ask(page, "Remember xylophone-731")
    reasoning_is_folded_and_what_was_sent_can_be_seen(page, 2, "Remember xylophone-731")
    a_reload_keeps_the_settings_and_the_conversation(page)
    deleted_it_is_nowhere(page, served)
    gradio_s_client_forgets_the_inputs_of_what_has_ended(page)
    what_is_added_styles_little_else(page)
    a_page_that_nobody_uses_rests(page)


def settings_are_read_from_the_address(page: Page) -> None:
    expect(temperature_box(page)).to_have_value("0.2")
    expect(page.locator("#chat-active")).to_contain_text("Temperature 0.2")
    expect(page.locator(".column-name:visible")).to_have_text(["Scripted: showcase", "Scripted: broken"])


def two_models_side_by_side_and_one_fails(page: Page, keep_screenshot: Callable[[Page, str], Path]) -> None:
    ask(page, "Show me everything")
    expect(page.locator(".column-name")).to_have_text(["Scripted: showcase", "Scripted: broken"])
    for number in (0, 1):
        expect(questions(page, number)).to_have_text("Show me everything")
    expect(column(page, 0).locator("h3")).to_have_text("Markdown, code and formulas")
    expect(column(page, 0).locator("strong").first).to_have_text("bold")
    expect(column(page, 0).locator("pre code").first).to_contain_text("def softmax")
    expect(column(page, 0).locator("table td").first).to_have_text("0")
    expect(column(page, 0).locator(".katex")).to_have_count(1)
    expect(facts(page, 0)).to_contain_text("tokens")
    expect(replies(page, 1).first).to_have_text("This answer breaks off in the mid")
    expect(column(page, 1)).to_contain_text("broke while the answer was arriving")
    expect(facts(page, 1)).to_contain_text("failed")
    keep_screenshot(page, "two-columns")


def settings_are_sent_and_written_to_the_address(page: Page) -> None:
    facts(page).click()
    expect(column(page).locator("pre").last).to_contain_text('"temperature": 0.2')
    temperature_box(page).fill("1.1")
    temperature_box(page).press("Tab")
    page.wait_for_url(re.compile(r"temperature=1\.1"))
    choose(page, "#models", re.compile("thinker"))
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile("models=scripted/showcase,scripted/broken,scripted/thinker"))
    expect(page.locator(".column-name:visible")).to_have_count(3)


def reasoning_is_folded_and_what_was_sent_can_be_seen(page: Page, number: int, question: str) -> None:
    reasoning = column(page, number).get_by_text("seven and a half million years")
    expect(column(page, number).get_by_text("Reasoning", exact=True)).to_be_visible()
    expect(reasoning).to_be_hidden()
    column(page, number).get_by_text("Reasoning", exact=True).click()
    expect(reasoning).to_be_visible()
    facts(page, number).last.click()
    expect(column(page, number).locator("pre").last).to_contain_text(f'"content": "{question}"')
    expect(replies(page, number)).to_have_text(f"«{question}»? 42.")


def a_reload_keeps_the_settings_and_the_conversation(page: Page) -> None:
    page.reload()
    expect(temperature_box(page)).to_have_value("1.1")
    expect(page.locator(".column-name:visible")).to_have_count(3)
    expect(questions(page)).to_have_text("Remember xylophone-731")
    expect(replies(page, 2)).to_have_text("«Remember xylophone-731»? 42.")


def deleted_it_is_nowhere(page: Page, served: Served) -> None:
    ask(page, "And more")
    expect(questions(page)).to_have_count(2)
    assert "xylophone-731" in served.written()
    open_panel(page, "#history")
    page.get_by_label("Delete “Remember xylophone-731”").click()
    expect(questions(page)).to_have_count(0)
    assert "xylophone-731" not in served.written()
    page.reload()
    expect(column(page).get_by_text("Talk to a language model")).to_be_visible()


def test_replies_are_written_anew_and_continued(open_page):
    page = open_page("?models=scripted/variant,scripted/variant,scripted/echo&seed=1")
    all_or_one_column_is_regenerated(page)
    begin_anew(page)
    it_goes_on_after_the_length_limit(page)


def all_or_one_column_is_regenerated(page: Page) -> None:
    ask(page, "Surprise me")
    first, echo = replies(page, 0).inner_text(), replies(page, 1).inner_text()
    page.get_by_label("Show all sampling parameters").check()
    page.locator("#seed").locator("input, textarea").fill("2")
    page.locator("#regenerate").click()
    expect(replies(page, 0)).not_to_have_text(first)
    answered(page)
    second = replies(page, 0).inner_text()
    expect(replies(page, 1)).to_have_text(echo)
    expect(questions(page)).to_have_count(1)

    page.locator("#seed").locator("input, textarea").fill("1")
    column(page, 1).get_by_label("Retry").click()
    answered(page)
    expect(facts(page, 1)).to_contain_text("seed 1")
    expect(replies(page, 0)).to_have_text(second)
    column(page, 0).get_by_label("Retry").click()
    expect(replies(page, 0)).to_have_text(first)
    answered(page)


def it_goes_on_after_the_length_limit(page: Page) -> None:
    page.locator("#max-tokens input[type=number]").fill("3")
    page.locator("#max-tokens input[type=number]").press("Tab")
    ask(page, "one two three four")
    expect(replies(page, 1)).to_have_text("You said: one")
    expect(facts(page, 1)).to_contain_text("cut at the length limit")
    page.locator("#proceed").click()
    expect(replies(page, 1)).to_have_text("You said: one …and so on.")
    answered(page)


@pytest.fixture
def red(tmp_path: Path) -> Path:
    file = tmp_path / "red.png"
    file.write_bytes(images.png(800, 600))
    return file


def test_replies_are_stopped_by_keyboard_alone_and_by_the_button(open_page, faults, red):
    faults.told.clear()  # it counts without end: a busy browser may take as long as it likes to click
    page = open_page("?models=custom/slow%23told")
    use_endpoint(page, faults.openai, "sk-some-key")
    open_panel(page, "#keys")  # folds it
    the_keyboard_alone_suffices(page)
    ask(page, "Count", wait=False)
    expect(replies(page).nth(1)).to_contain_text("1 2 3")
    an_image_chosen_meanwhile_waits_for_the_next_message(page, red)
    it_stops_at(page, 1, lambda: stop_button(page).click())
    expect(waiting(page)).to_have_count(1)
    page.reload()
    expect(replies(page)).to_have_text([re.compile("^1 2 3 4 5"), re.compile("^1 2 3 4 5")])
    expect(waiting(page)).to_have_count(1)


def the_keyboard_alone_suffices(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#message') && document.activeElement.tagName") == "TEXTAREA":
            break
    page.keyboard.type("line one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("line two")
    page.keyboard.press("Enter")
    expect(questions(page)).to_have_attribute("aria-label", re.compile(r"line one\nline two"))
    it_stops_at(page, 0, lambda: page.keyboard.press("Escape"))


def an_image_chosen_meanwhile_waits_for_the_next_message(page: Page, red: Path) -> None:
    attach(page, red)
    page.wait_for_timeout(500)
    expect(waiting(page)).to_have_count(1)


def it_stops_at(page: Page, number: int, stop: Callable[[], None]) -> None:
    """The reply grows, then no more once it is stopped, and one can write again."""
    expect(replies(page).nth(number)).to_contain_text("1 2 3 4 5")
    stop()
    answered(page)
    said = replies(page).nth(number).inner_text()
    expect(facts(page).nth(number)).to_contain_text("stopped")
    page.wait_for_timeout(500)
    assert replies(page).nth(number).inner_text() == said
    assert len(said.split()) < 2000
    expect(page.locator("#message textarea")).to_be_editable()
