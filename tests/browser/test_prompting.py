"""The Prompting tab in a real browser: cards that stream, sets that are measured, runs that are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.driving import choose, choose_instead, in_every_look, open_mode, settle, unfold, use_endpoint
from tests.browser.test_look import unnamed
from tests.faults.server import FaultServer

ADDER = "?models=scripted/adder"


def open_prompting(page: Page, mode: str | None = None) -> None:
    page.get_by_role("tab", name="Prompting", exact=True).click()
    # What depends on the visitor comes all at once, the chosen strategies with it.
    expect(page.locator("#prompting-explained summary")).to_have_count(1)
    if mode is not None:
        open_mode(page, "#prompting-modes", mode)


def strategies(page: Page, *names: str) -> None:
    """Choose just these."""
    for box in page.locator("#prompting-strategies label").all():
        box.locator("input").set_checked(box.inner_text().strip() in names)


def ask(page: Page, question: str, truth: str = "") -> None:
    page.locator("#prompting-truth textarea").fill(truth)
    page.locator("#prompting-question textarea").fill(question)
    page.locator("#prompting-question textarea").press("Enter")


def cards(page: Page) -> Locator:
    return page.locator("#prompting-cards .attempt")


def measured(page: Page, answers: int) -> None:
    expect(page.locator("#measure-progress")).to_contain_text(f"{answers} of {answers} answers")
    expect(page.locator("#measure-progress")).to_contain_text("finished")
    expect(page.locator("#measure-items button").first).to_be_visible()


def test_one_question_by_keyboard_and_in_many_ways(open_page):
    page = open_page(ADDER)
    open_prompting(page)
    expect(page.locator("#prompting-cards")).to_contain_text("Choose strategies")
    hovering_a_strategy_explains_it(page)
    it_is_asked_by_keyboard_alone(page)
    one_question_is_asked_in_many_ways(page)


def hovering_a_strategy_explains_it(page: Page) -> None:
    expect(page.locator("#prompting-explained summary")).to_be_visible()
    page.locator("#prompting-strategies label").nth(4).hover()
    expect(page.locator("#prompting-strategies label").nth(4)).to_have_attribute("title", re.compile("vote"))
    page.locator("#prompting-explained summary").click()
    expect(page.locator(".explained dl")).to_contain_text("arXiv:2203.11171")


def it_is_asked_by_keyboard_alone(page: Page) -> None:
    page.locator("#prompting-strategies input").nth(1).focus()
    page.keyboard.press("Space")
    page.locator("#prompting-question textarea").focus()
    page.keyboard.type("Add 2 and 2.")
    page.keyboard.press("Enter")
    expect(page.locator("#prompting-cards")).to_contain_text("1 of 1 answered")
    cards(page).first.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(cards(page).first.locator("details").first).to_have_attribute("open", "")


def one_question_is_asked_in_many_ways(page: Page) -> None:
    unfold(page, "#prompting-setup")
    strategies(page, "Zero-shot", "Few-shot", "Self-consistency", "ReAct", "Tree of Thoughts")
    ask(page, "Add 12 and 30.", "42")
    expect(page.locator("#prompting-cards")).to_contain_text("5 of 5 answered")
    expect(cards(page).locator(".right")).to_have_count(4)  # the adder takes a tree's own numbers for the question's
    expect(cards(page).first.locator("mark")).to_have_text("42")
    prompt = cards(page).nth(1).locator("details.exact").first
    prompt.locator("summary").click()
    expect(prompt.locator(".turn")).to_have_count(10)  # the instruction, four examples with answers, the question
    expect(cards(page).nth(2).locator(".votes tr")).to_have_count(1)
    expect(cards(page).nth(3)).to_contain_text("calculator[12 + 30]")
    expect(cards(page).nth(4).locator(".thoughts li.thought").first).to_be_visible()
    expect(page.locator("#prompting-cards .noticing")).to_be_visible()
    assert unnamed(page) == []


UNFOLDED_AS_IT_IS_REDRAWN = """fold => {
  fold.querySelector('summary').click();
  fold.removeAttribute('open');
  fold.append('');
}"""
"""Gradio takes away what its HTML does not say, maybe before the browser tells that something was unfolded."""


def test_answers_and_a_run_are_stopped_and_options_are_likely(open_page):
    page = open_page("?models=scripted/slow,scripted/adder")
    open_prompting(page)
    cards_stream_stay_unfolded_and_stop(page)
    open_mode(page, "#prompting-modes", "A set")
    a_run_is_paused_goes_on_stops_and_is_gone_on_with_after_a_reload(page)
    choose_instead(page, "Scripted: words")
    the_likelihood_of_the_options_is_measured(page)


def cards_stream_stay_unfolded_and_stop(page: Page) -> None:
    strategies(page, "Zero-shot")
    ask(page, "Count")
    expect(cards(page)).to_have_count(2)
    expect(cards(page).first.locator(".said")).to_contain_text("1 2 3")
    cards(page).first.locator("details").evaluate(UNFOLDED_AS_IT_IS_REDRAWN)
    before = cards(page).first.locator(".said").inner_text()
    expect(cards(page).first.locator(".said")).not_to_have_text(before)
    expect(cards(page).first.locator("details")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(page.locator("#prompting-ask")).to_be_visible()
    expect(cards(page).first).to_have_class(re.compile("stopped"))
    expect(cards(page).nth(1)).to_have_class(re.compile("done"))


def a_run_is_paused_goes_on_stops_and_is_gone_on_with_after_a_reload(page: Page) -> None:
    """The slow model counts for many minutes, so that the run does not end however slow the browser is."""
    unfold(page, "#prompting-setup")
    strategies(page, "Zero-shot")
    page.locator("#measure-count input[type=number]").fill("40")
    page.locator("#measure-count input[type=number]").press("Tab")
    page.locator("#max-tokens input[type=number]").fill("2000")
    page.locator("#max-tokens input[type=number]").press("Tab")
    page.locator("#measure-run").click()
    page.locator("#measure-pause").click()
    expect(page.locator("#measure-progress")).to_contain_text("paused")
    page.locator("#measure-proceed").click()
    expect(page.locator("#measure-progress [data-done='0']")).to_have_count(0)
    page.locator("#measure-stop").click()
    expect(page.locator("#measure-progress")).to_contain_text("stopped")
    done = int(page.locator("#measure-progress [data-done]").get_attribute("data-done"))
    assert 0 < done < 80
    page.reload()
    page.locator("#status .ready").wait_for()
    open_prompting(page, "Runs")
    expect(page.locator("#runs-list")).to_contain_text(f"{done} / 80 · can be finished")
    page.locator("#runs-finish").click()
    expect(page.locator("#measure-progress")).to_contain_text(re.compile(r"running\s*\d+ of 80 answers"))
    assert int(page.locator("#measure-progress [data-done]").get_attribute("data-done")) >= done
    page.locator("#measure-stop").click()
    expect(page.locator("#measure-progress")).to_contain_text("stopped")


def the_likelihood_of_the_options_is_measured(page: Page) -> None:
    unfold(page, "#prompting-setup")
    unfold(page, "#measure-setup")
    strategies(page, "Zero-shot")
    choose(page, "#measure-tasks", "Sentiment")
    page.get_by_label("likelihood of the options").check()
    page.get_by_label("per token").check()
    page.locator("#measure-run").click()
    measured(page, 10)
    page.locator("#measure-items button").first.click()
    expect(page.locator("#measure-item .votes tr")).to_have_count(3)


def test_a_set_is_measured_looked_into_and_compared_and_own_questions_are(open_page, tmp_path, keep_screenshot):
    page = open_page("?models=scripted/adder,scripted/echo")
    a_set_is_measured_and_looked_into(page, keep_screenshot)
    it_is_measured_with_fewer_questions(page)
    runs_are_named_and_compared(page)
    a_run_is_exported(page)
    a_run_is_opened_again_and_deleted(page)
    own_questions_are_measured(page, tmp_path)


def a_set_is_measured_and_looked_into(page: Page, keep_screenshot: Callable[[Page, str], Path]) -> None:
    open_prompting(page, "A set")
    strategies(page, "Zero-shot", "Few-shot")
    expect(page.locator("#measure-table")).to_contain_text("Choose a task set")
    page.locator("#measure-example").click()
    measured(page, 40)
    rows = page.locator("#measure-table tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("n = 10")
    expect(rows.nth(2)).to_contain_text("p = ")
    expect(page.locator("#measure-accuracy .xtitle")).to_contain_text("Accuracy")
    expect(page.locator("#measure-costs .xtitle").first).to_contain_text("Tokens / question")
    every = page.locator("#measure-items button")
    expect(every).to_have_count(10)
    every.first.click()
    expect(page.locator("#measure-item .attempt")).to_have_count(4)
    page.get_by_label("Only where they disagree").check()
    expect(every).not_to_have_count(10)
    keep_screenshot(page, "prompting-set")
    assert unnamed(page) == []


def it_is_measured_with_fewer_questions(page: Page) -> None:
    line = page.locator("#measure-setup > button")
    expect(line).to_contain_text(re.compile("Sentiment · n = 10 · .*adder, echo · seed 0"))
    expect(page.locator("#measure-count")).to_be_hidden()
    line.click()
    settle(page)
    page.locator("#measure-count input[type=number]").fill("5")
    page.locator("#measure-count input[type=number]").press("Tab")
    expect(line.locator("[data-changed]")).to_be_visible()
    page.locator("#measure-run").click()
    measured(page, 20)
    expect(line.locator("[data-changed]")).to_have_count(0)


def runs_are_named_and_compared(page: Page) -> None:
    open_prompting(page, "Runs")
    expect(page.locator("#runs-list [data-run]")).to_have_count(2)
    page.locator("#runs-name").locator("textarea, input").fill("<b>Before</b> the break")
    page.locator("#runs-rename").click()
    expect(page.locator("#runs-list")).to_contain_text("<b>Before</b> the break")
    page.locator("#runs-compare-button").click()
    expect(page.locator("#runs-told")).to_contain_text("against")
    expect(page.locator("#runs-told tbody tr")).to_have_count(4)  # each strategy of each model


def a_run_is_exported(page: Page) -> None:
    for kind, beginning in (("csv", "\ufeffcolumn,"), ("markdown", "# "), ("notebook", "{")):
        with page.expect_download() as download:
            page.locator(f"#runs-exports [data-export={kind}]").click()
        assert Path(download.value.path()).read_text("utf-8").startswith(beginning)
    with page.expect_download() as download:
        page.locator("#runs-exports [data-export=jsonl]").click()
    lines = Path(download.value.path()).read_text("utf-8").splitlines()
    assert len(lines) == 21 and json.loads(lines[0])["name"] == "<b>Before</b> the break"


def a_run_is_opened_again_and_deleted(page: Page) -> None:
    page.locator("#runs-reopen").click()
    measured(page, 20)
    open_prompting(page, "Runs")
    page.locator("#runs-delete").click()
    page.locator("#runs-surely").click()
    expect(page.locator("#runs-list [data-run]")).to_have_count(1)


def own_questions_are_measured(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("Text,Target\nHow much is 2 + 2?,4\nHow much is 5 + 2?,seven\n<img src=x>How much is 1 + 1?,2\n")
    open_prompting(page, "A set")
    unfold(page, "#prompting-setup")
    unfold(page, "#measure-setup")
    strategies(page, "Zero-shot")
    page.locator("#measure-own > button").first.click()
    page.locator("#measure-file input[type=file]").set_input_files(file)
    expect(page.locator("#measure-own-told")).to_contain_text("3 rows")
    page.locator("#measure-own-told [name=kind]").select_option("number")
    page.locator("#measure-own-told").get_by_role("button").click()
    expect(page.locator("#measure-own-told")).to_contain_text("Row 3:")
    expect(page.locator("#measure-tasks input")).to_have_value("Your file: mine.csv")
    page.locator("#measure-run").click()
    measured(page, 4)
    expect(page.locator("#measure-items")).to_contain_text("<img src=x>How much")
    assert page.locator("#measure-items img").count() == 0


def test_a_strategy_of_ones_own_hostile_questions_and_what_may_cost(open_page, faults):
    page = open_page("?models=scripted/echo")
    open_prompting(page)
    a_strategy_of_ones_own(page)
    hostile_questions_and_answers_are_text(page, faults)
    use_endpoint(page, faults.openai, "sk-some-key")
    choose_instead(page, "ok")
    what_may_cost_is_asked_first(page, faults)


def a_strategy_of_ones_own(page: Page) -> None:
    strategies(page, "My own template")
    page.locator("#prompting-knobs > button").first.click()
    box = page.locator("#knob-template-template textarea")
    expect(box).to_have_value(re.compile(r"\{question\}"))
    settle(page)
    box.fill("Whisper: {question}")
    ask(page, "how much is 2 and 3")
    expect(cards(page).first.locator(".said")).to_contain_text("You said: Whisper: how much is 2 and 3")
    unfold(page, "#prompting-setup")
    box.fill("{question.__class__}")
    ask(page, "how much is 2 and 3")
    expect(cards(page).first.locator("[role=alert]")).to_contain_text("no gap that can be filled")


def hostile_questions_and_answers_are_text(page: Page, faults: FaultServer) -> None:
    unfold(page, "#prompting-setup")
    hostile = f'<img src="{faults.url}/stolen.png" onerror="window.stolen=1">{{{{value}}}}${{window.stolen=2}}`</span>'
    strategies(page, "Zero-shot", "ReAct", "Tree of Thoughts", "Self-consistency")
    ask(page, hostile)
    expect(page.locator("#prompting-cards")).to_contain_text("4 of 4 answered")
    expect(cards(page).first.locator(".said")).to_contain_text("onerror")
    assert page.evaluate("window.stolen") is None
    assert page.locator("#prompting-cards img").count() == 0
    assert [one.path for one in faults.received if "stolen" in one.path] == []


def what_may_cost_is_asked_first(page: Page, faults: FaultServer) -> None:
    open_prompting(page, "A set")
    unfold(page, "#prompting-setup")
    strategies(page, "Zero-shot")
    before = len(faults.received)
    page.locator("#measure-run").click()
    expect(page.locator("#measure-progress [role=alert]")).to_contain_text("At most 10 calls; their price is not known")
    sent = [one for one in faults.received[before:] if one.path.endswith("/completions")]
    assert sent == []
    page.locator("#measure-cancel").click()
    expect(page.locator("#measure-run")).to_be_visible()
    page.locator("#measure-run").click()
    page.locator("#measure-confirm").click()
    measured(page, 10)


@in_every_look()
def test_pictures_of_prompting(open_page, keep_screenshot, name, viewport, scheme, locale):
    page = open_page(ADDER, viewport=viewport, color_scheme=scheme, locale=locale)
    open_prompting(page)
    for place in (4, 5, 6):
        page.locator("#prompting-strategies input").nth(place).check()
    page.locator("#prompting-example").click()
    expect(page.locator("#prompting-cards .noticing")).to_be_visible()
    page.locator("#prompting-cards").evaluate("one => one.scrollIntoView()")
    keep_screenshot(page, f"prompting-{name}-{scheme}-{locale}-question")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#prompting-modes").get_by_role("tab").nth(1).click()
    page.locator("#measure-example").click()
    expect(page.locator("#measure-items button")).to_have_count(10)
    page.locator("#measure-costs .xtitle").first.wait_for()
    page.locator("#measure-progress").evaluate("one => one.scrollIntoView()")
    keep_screenshot(page, f"prompting-{name}-{scheme}-{locale}-set")
    page.locator("#measure-items button").first.click()
    page.locator("#measure-item .attempt").first.wait_for()
    page.locator("#measure-items").evaluate("one => one.scrollIntoView()")
    keep_screenshot(page, f"prompting-{name}-{scheme}-{locale}-item")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#prompting-modes").get_by_role("tab").nth(2).click()
    expect(page.locator("#runs-list [data-run]")).to_have_count(1)
    keep_screenshot(page, f"prompting-{name}-{scheme}-{locale}-runs")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
