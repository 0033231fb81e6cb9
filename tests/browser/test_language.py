"""The page is read again in another language: what was on the screen is there again, in that language."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.driving import (
    answered,
    ask,
    facts,
    open_mode,
    open_panel,
    questions,
    replies,
    settle,
    stop_button,
    use_endpoint,
)


def test_another_language_keeps_what_is_on_the_screen(open_page):
    page = open_page("?models=scripted/echo")
    ask(page, "Hello")
    page.get_by_role("tab", name="Models").first.click()
    open_mode(page, "#models-sections", "Tokens")
    page.locator("#tokens-text textarea").fill("A text that waits")
    page.get_by_role("tab", name="Evaluation").first.click()
    page.locator("#compare-example").click()
    expect(page.locator("#compare-table")).to_contain_text("What to notice")
    page.get_by_role("tab", name="Prompting").first.click()
    page.locator("#prompting-example").click()
    expect(page.locator("#prompting-cards")).to_contain_text("What to notice")
    open_panel(page, "#prompting-setup")
    settle(page)
    page.locator("#prompting-language").get_by_text("Español").click()
    open_mode(page, "#prompting-modes", "A set")
    page.locator("#measure-repeats input").first.fill("2")
    page.locator("#measure-repeats input").first.press("Tab")
    page.locator("#measure-run").click()
    expect(page.locator("#measure-table")).to_contain_text("What to notice")
    expect(page.locator("#measure-items")).not_to_be_empty()
    open_mode(page, "#prompting-modes", "Runs")
    expect(page.locator("#runs-name").locator("input, textarea")).not_to_have_value("")
    open_mode(page, "#prompting-modes", "A set")
    open_panel(page, "#prompting-setup")
    settle(page)
    page.locator("#prompting-strategies").get_by_text("Self-consistency").click()
    open_panel(page, "#prompting-knobs")
    page.locator("#measure-table details.run-settings summary").click()
    item = page.locator("#measure-items [data-item]").nth(1).get_attribute("data-item")
    page.locator("#measure-items [data-item]").nth(1).click()
    expect(page.locator(f"#measure-item [data-item={item}]").first).to_be_visible()
    page.locator("#measure-differ input").check()
    expect(page.locator("#measure-items")).to_contain_text("agree on every question")
    page.locator("#advanced input").check()
    page.locator("#stop textarea").fill("The end")
    page.locator("#stop textarea").press("Tab")
    page.locator(".sidebar .toggle-button").click()

    page.locator("#language-es").click()
    expect(page.locator("#measure-table")).to_contain_text("En qué fijarse")
    expect(page.locator("#measure-differ input")).to_be_checked()
    expect(page.locator("#measure-items")).to_contain_text("coinciden en todas las preguntas")
    expect(page.locator(f"#measure-item [data-item={item}]").first).to_be_visible()
    expect(page.locator("#measure-table details.run-settings")).to_have_attribute("open", "")
    expect(page.locator(".sidebar.open")).to_have_count(0)
    page.locator(".sidebar .toggle-button").click()
    expect(page.locator("#stop textarea")).to_have_value("The end")
    expect(page.locator("#measure-accuracy .js-plotly-plot")).to_be_visible()
    expect(page.locator("#measure-repeats input").first).to_have_value("2")
    expect(page.locator("#prompting-strategies input:checked")).to_have_count(3)
    expect(page.locator("#prompting-language").get_by_label("Español")).to_be_checked()
    open_panel(page, "#prompting-setup")
    settle(page)
    expect(page.locator("#prompting-knobs .knobs:visible").first).to_be_visible()
    open_mode(page, "#prompting-modes", "Una pregunta")
    expect(page.locator("#prompting-cards")).to_contain_text("En qué fijarse")
    expect(page.locator("#prompting-cards")).not_to_contain_text("What to notice")
    expect(page.get_by_test_id("toast-body")).to_have_count(0)
    page.get_by_role("tab", name="Evaluación").first.click()
    expect(page.locator("#compare-table")).to_contain_text("En qué fijarse")
    expect(page.locator("#compare-items")).not_to_be_empty()
    page.get_by_role("tab", name="Chat").first.click()
    expect(questions(page)).to_have_text("Hello")
    assert "aula-state" not in page.evaluate("Object.keys(sessionStorage)")

    page.locator("#language-en").click()
    expect(page.get_by_role("tab", name="Models").first).to_be_visible()
    expect(questions(page)).to_have_text("Hello")
    page.get_by_role("tab", name="Models").first.click()  # which the page in Spanish was never given
    expect(page.locator("#tokens-text textarea")).to_have_value("A text that waits")


def test_what_is_under_way_goes_on(open_page, faults):
    """Whatever is being answered counts until it is told that it may end: the pages may take as long as they like."""
    faults.told.clear()
    page = open_page("?models=custom/slow%23told&max_tokens=2048")
    use_endpoint(page, faults.openai, "sk-some-key")
    ask(page, "Count", wait=False)
    expect(replies(page).last).to_contain_text("1 2 3")
    page.get_by_role("tab", name="Sampling").first.click()
    page.locator("#sampling-prompt textarea").fill("Count")
    open_mode(page, "#sampling-modes", "Sweep")
    page.locator("#sweep-seeds input").fill("1")
    page.locator("#sweep-run").click()
    expect(page.locator("#sweep-grid td .text").filter(has_text="1 2 3")).to_have_count(4)
    page.get_by_role("tab", name="Prompting").first.click()
    page.locator("#prompting-question textarea").fill("What is 6 times 7?")
    page.locator("#prompting-ask").click()
    expect(page.locator("#prompting-stop")).to_be_visible()
    page.get_by_role("tab", name="RAG").first.click()
    page.locator("#rag-upload input[type=file]").set_input_files(
        {"name": "pool.md", "mimeType": "text/markdown", "buffer": b"# Pool\n\nThe pool closes on Mondays.\n"}
    )
    expect(page.locator("#rag-list .library li")).to_have_count(1)
    page.locator("#rag-question textarea").fill("When does the pool close?")
    page.locator("#rag-ask").click()
    expect(page.locator("#rag-current .side").filter(has_text="1 2 3")).to_have_count(2)
    asked = len(faults.bodies("slow#told"))
    assert asked >= 1 + 4 + 2 + 2

    page.locator("#language-es").click()
    expect(page.get_by_role("tab", name="Muestreo").first).to_be_visible()
    expect(page.locator("#rag-current .side.without h5")).to_have_text("Sin ellos")
    expect(page.locator("#rag-stop")).to_be_visible()
    page.get_by_role("tab", name="Prompting").first.click()
    expect(page.locator("#prompting-cards")).to_contain_text("0 de 2 respondidas")
    expect(page.locator("#prompting-stop")).to_be_visible()
    page.get_by_role("tab", name="Muestreo").first.click()
    expect(page.locator("#sweep-stop")).to_be_visible()
    expect(page.locator("#sweep-grid")).to_contain_text("0 de 4")
    page.get_by_role("tab", name="Chat").first.click()
    expect(stop_button(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(facts(page).last).to_contain_text("detenida")
    answered(page)

    faults.told.set()
    page.get_by_role("tab", name="Muestreo").first.click()
    expect(page.locator("#sweep-grid")).to_contain_text("4 de 4")
    expect(page.locator("#sweep-grid")).to_contain_text("En qué fijarse")
    page.get_by_role("tab", name="Prompting").first.click()
    expect(page.locator("#prompting-cards")).to_contain_text("En qué fijarse")
    expect(page.locator("#prompting-ask")).to_be_visible()
    page.get_by_role("tab", name="RAG").first.click()
    expect(page.locator("#rag-current")).to_contain_text("En qué fijarse")
    expect(page.locator("#rag-ask")).to_be_visible()
    assert len(faults.bodies("slow#told")) == asked, "nothing was asked twice"
    page.locator("#language-en").click()
    expect(page.locator("#rag-past")).to_contain_text("Without them")
