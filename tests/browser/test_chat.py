"""A conversation, as a visitor holds it."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from tests.browser.driving import answered, ask, choose, column, facts, open_panel, questions, replies, stop_button

TABS = "chat,sampling"


def test_the_page_opens_ready_to_write(open_page):
    page = open_page()
    expect(page.get_by_role("tab", name="Chat").first).to_be_visible()
    expect(page.locator("#message textarea")).to_be_focused()
    expect(page.locator("#status")).to_contain_text("is ready")


def test_two_models_side_by_side_and_one_fails(open_page, keep_screenshot):
    page = open_page("?models=scripted/showcase,scripted/broken")
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


def test_stop_by_button_and_by_escape(open_page):
    page = open_page("?models=scripted/slow&max_tokens=2048")  # it is still counting when a busy browser can click
    for number, stop in enumerate([lambda: stop_button(page).click(), lambda: page.keyboard.press("Escape")]):
        ask(page, f"Count {number}", wait=False)
        expect(replies(page).nth(number)).to_contain_text("1 2 3 4 5")
        stop()
        answered(page)
        said = replies(page).nth(number).inner_text()
        expect(facts(page).nth(number)).to_contain_text("stopped")
        page.wait_for_timeout(500)
        assert replies(page).nth(number).inner_text() == said
        assert len(said.split()) < 2000
        expect(page.locator("#message textarea")).to_be_editable()
    page.reload()
    expect(replies(page)).to_have_text([re.compile("^1 2 3 4 5"), re.compile("^1 2 3 4 5")])


def test_regenerate_all_or_one_column(open_page):
    page = open_page("?models=scripted/variant,scripted/variant,scripted/echo&seed=1")
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


def test_continue_after_the_length_limit(open_page):
    page = open_page("?models=scripted/echo&max_tokens=3")
    ask(page, "one two three four")
    expect(replies(page)).to_have_text("You said: one")
    expect(facts(page)).to_contain_text("cut at the length limit")
    page.locator("#proceed").click()
    expect(replies(page)).to_have_text("You said: one …and so on.")
    answered(page)


def test_undo_brings_the_question_back(open_page):
    page = open_page("?models=scripted/echo")
    ask(page, "first")
    ask(page, "second")
    page.locator("#undo").click()
    expect(page.locator("#message textarea")).to_have_value("second")
    expect(questions(page)).to_have_text(["first"])
    column(page).get_by_label("Undo", exact=True).first.click()
    expect(page.locator("#message textarea")).to_have_value("first")
    expect(questions(page)).to_have_count(0)


def test_an_earlier_message_is_edited_and_sent_again(open_page):
    page = open_page("?models=scripted/echo")
    ask(page, "first")
    ask(page, "second")
    column(page).get_by_label("Edit").first.click()
    column(page).locator(".edit-textarea").fill("other")
    column(page).get_by_label("Submit").click()
    expect(questions(page)).to_have_text(["other"])
    expect(replies(page)).to_have_text(["You said: other"])
    answered(page)


def test_a_reload_keeps_the_conversation_and_deleted_it_is_nowhere(open_page, served):
    page = open_page("?models=scripted/echo")
    ask(page, "Remember xylophone-731")
    page.reload()
    expect(questions(page)).to_have_text("Remember xylophone-731")
    expect(replies(page)).to_have_text("You said: Remember xylophone-731")
    ask(page, "And more")
    expect(questions(page)).to_have_count(2)
    assert "xylophone-731" in served.written()
    open_panel(page, "#history")
    page.get_by_label("Delete “Remember xylophone-731”").click()
    expect(questions(page)).to_have_count(0)
    assert "xylophone-731" not in served.written()
    page.reload()
    expect(column(page).get_by_text("Talk to a language model")).to_be_visible()


def test_settings_are_read_from_the_address_and_written_to_it(open_page):
    page = open_page("?models=scripted/echo,scripted/variant&temperature=0.2&top_p=nan&max_tokens=99999999")
    expect(page.get_by_label("number input for Temperature")).to_have_value("0.2")
    expect(page.locator(".column-name:visible")).to_have_text(["Scripted: echo", "Scripted: variant"])
    ask(page, "hi")
    facts(page).click()
    expect(column(page).locator("pre").last).to_contain_text('"temperature": 0.2')
    page.get_by_label("number input for Temperature").fill("1.1")
    page.get_by_label("number input for Temperature").press("Tab")
    page.wait_for_url(re.compile(r"temperature=1\.1"))
    choose(page, "#models", re.compile("thinker"))
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile("models=scripted/echo,scripted/variant,scripted/thinker"))
    expect(page.locator(".column-name:visible")).to_have_count(3)
    page.reload()
    expect(page.get_by_label("number input for Temperature")).to_have_value("1.1")
    expect(page.locator(".column-name:visible")).to_have_count(3)


def test_a_preset_fills_in_the_system_prompt(open_page):
    page = open_page("?models=scripted/echo")
    open_panel(page, "#system-panel")
    choose(page, "#preset", "Customer support of an online shop")
    expect(page.locator("#system textarea")).to_have_value(re.compile("Lumbre"))
    expect(page.get_by_label("number input for Temperature")).to_have_value("0.3")
    ask(page, "Where is my lamp?")
    facts(page).click()
    expect(column(page).locator("pre").last).to_contain_text('"role": "system"')


def test_an_example_is_a_click_away(open_page):
    page = open_page("?models=scripted/echo")
    column(page).get_by_text("A fact", exact=True).click()
    expect(questions(page)).to_have_text(re.compile("capital of France"))
    expect(replies(page)).to_have_text(re.compile("You said: What is the capital of France"))
    answered(page)


def test_reasoning_is_folded_and_what_was_sent_can_be_seen(open_page):
    page = open_page("?models=scripted/thinker")
    ask(page, "Life?")
    reasoning = column(page).get_by_text("seven and a half million years")
    expect(column(page).get_by_text("Reasoning", exact=True)).to_be_visible()
    expect(reasoning).to_be_hidden()
    column(page).get_by_text("Reasoning", exact=True).click()
    expect(reasoning).to_be_visible()
    facts(page).last.click()
    expect(column(page).locator("pre").last).to_contain_text('"content": "Life?"')
    expect(replies(page)).to_have_text("«Life?»? 42.")


def test_downloads(open_page):
    page = open_page("?models=scripted/echo&temperature=0.2")
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


def test_the_keyboard_alone_suffices(open_page):
    page = open_page("?models=scripted/slow")
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
    expect(replies(page)).to_contain_text("1 2 3")
    page.keyboard.press("Escape")
    expect(facts(page)).to_contain_text("stopped")
    answered(page)


def test_what_is_in_force_is_seen_though_it_is_folded_and_another_language_keeps_what_was_written(open_page):
    page = open_page("?models=scripted/echo&temperature=0.3")
    expect(page.locator("#chat-active")).to_contain_text("Temperature 0.3")
    open_panel(page, "#system-panel")
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
