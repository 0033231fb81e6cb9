"""The Sampling tab in a real browser: sliders, forks, sweeps, and what a hostile prompt cannot do."""

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
    choose_instead,
    facts,
    in_every_look,
    open_mode,
    replies,
    unfold,
    use_endpoint,
)
from tests.browser.test_look import unnamed
from tests.faults.server import FaultServer

WORDS = "?models=scripted/words"
PROMPT = "The capital of France is"
FORKED = [" Paris", ".", " The", " capital"]
_MOVE = """([name, value]) => {
  const slider = document.querySelector(`#${name} input[type=range]`);
  slider.value = value;
  slider.dispatchEvent(new Event('input', {bubbles: true}));
}"""


def open_sampling(page: Page, mode: str | None = None) -> None:
    page.get_by_role("tab", name=re.compile("Sampling|Muestreo")).click()
    if mode is not None:
        open_mode(page, "#sampling-modes", mode)


def look(page: Page, prompt: str = PROMPT) -> None:
    page.locator("#sampling-prompt textarea").fill(prompt)
    page.locator("#sampling-prompt textarea").press("Enter")
    expect(path(page)).to_have_count(0)  # what was there before is gone
    expect(page.locator("#sampling-choice, #sampling-leaf").locator("tbody tr").first).to_be_attached()


def bar(page: Page, token: str) -> Locator:
    return page.locator("#sampling-choice tbody tr", has=page.get_by_role("button", name=token, exact=True))


def chances(page: Page, token: str) -> list[str]:
    return bar(page, token).locator(".number:not(.uncut)").all_inner_texts()


def path(page: Page) -> Locator:
    return page.locator("#sampling-path [data-node]")


def pieces(page: Page) -> list[str]:
    return [token.get_attribute("data-piece").replace("␠", " ") for token in path(page).all()]


def test_the_next_token(open_page):
    page = open_page(WORDS)
    open_sampling(page)
    a_slider_moves_the_bars(page)
    open_mode(page, "#sampling-modes", "Next token")
    the_template_is_a_switch_away(page)
    page.get_by_label("as it stands").check()
    expect(page.locator("#sampling-read .special")).to_have_count(0)
    expect(page.locator("#sampling-read .piece")).to_have_count(5)
    a_clicked_bar_is_appended(page)


def a_slider_moves_the_bars(page: Page) -> None:
    expect(page.locator("#sampling-choice")).to_contain_text("25 likeliest")
    page.locator("#sampling-example").click()
    expect(page.locator("#sampling-prompt textarea")).to_have_value(PROMPT)
    expect(page.locator("#sampling-choice tbody tr")).to_have_count(25)
    assert chances(page, "␠Paris") == ["39.3%", "72.7%"]
    width = bar(page, "␠Paris").locator("i.after").evaluate("one => parseFloat(one.style.width)")
    assert width == pytest.approx(72.7, abs=0.1)

    page.evaluate(_MOVE, ["temperature", "0.3"])
    expect(bar(page, "␠Paris").locator(".number.after")).to_have_text("99.9%")
    assert chances(page, "␠Paris")[0] == "39.3%"
    page.evaluate(_MOVE, ["temperature", "1"])
    expect(bar(page, "␠Paris").locator(".number.after")).to_have_text("39.3%")

    page.get_by_label("Show all sampling parameters").check()
    page.locator("#top-k").wait_for()
    page.evaluate(_MOVE, ["top-k", "3"])
    expect(page.locator("#sampling-choice tr.cut")).to_have_count(22)
    expect(page.locator("[data-fact=survivors]")).to_contain_text("3 of 374")
    expect(page.locator("#sampling-choice tr.cut .number.after").first).to_have_text("cut")
    expect(page.locator(".multiples figure")).to_have_count(4)

    beside = page.locator("#sampling-sliders")
    expect(beside.locator("b")).to_have_text(["1", "3", "1"])
    assert unnamed(page) == []
    beside.get_by_role("slider", name="Top-k").fill("0")
    expect(page.locator("#sampling-choice tr.cut")).to_have_count(0)
    page.get_by_label("Show all sampling parameters").uncheck()
    expect(page.locator("#top-k")).to_be_hidden()
    beside.get_by_role("slider", name="Top-k").fill("2")
    expect(page.locator("#sampling-choice tr.cut")).to_have_count(23)
    beside.get_by_role("slider", name="Temperature").fill("0.3")
    expect(page.locator("#temperature input[type=number]")).to_have_value("0.3")
    page.mouse.wheel(0, 4000)
    expect(page.locator(".multiples figure").last).to_be_in_viewport()
    expect(beside).to_be_in_viewport()
    open_mode(page, "#sampling-modes", "Sweep")
    expect(beside).to_be_hidden()


def the_template_is_a_switch_away(page: Page) -> None:
    look(page)
    expect(page.locator("#sampling-read .piece")).to_have_count(5)
    page.get_by_label("as a chat message").check()
    expect(page.locator("#sampling-read .special")).to_have_text(["<|user|>", "<|end|>", "<|assistant|>"])


def a_clicked_bar_is_appended(page: Page) -> None:
    page.locator("#sampling-choice").get_by_role("button", name="␠a", exact=True).click()
    expect(path(page)).to_have_count(1)
    assert pieces(page) == [" a"]
    leaf = page.locator("#sampling-leaf tbody button").first
    name = leaf.inner_text()
    leaf.click()
    expect(path(page)).to_have_count(2)
    assert pieces(page) == [" a", name.replace("␠", " ")]


def test_step_by_step_with_forks_by_keyboard_a_hostile_prompt_and_from_the_chat(open_page, faults, keep_screenshot):
    page = open_page(f"{WORDS}&seed=1&max_tokens=12")
    open_sampling(page, "Step by step")
    a_clicked_token_forks(page, keep_screenshot)
    by_keyboard_alone(page)
    a_hostile_prompt_is_text(page, faults)
    page.get_by_role("tab", name="Chat", exact=True).click()
    from_the_chat_to_sampling(page)


def from_the_chat_to_sampling(page: Page) -> None:
    ask(page, PROMPT)
    said = replies(page).inner_text()
    page.get_by_label("Colour by probability").check()
    spans = page.locator("#chat-0 .coloured .token")
    expect(spans).to_have_count(12)
    assert re.fullmatch(r"[<\d. ]+%", spans.first.get_attribute("title"))
    assert " ".join(replies(page).inner_text().split()) == " ".join(said.split())
    ask(page, "And of Peru")
    expect(page.locator("#chat-0 .coloured")).to_have_count(2)
    facts(page).first.click()
    page.get_by_role("link", name="Open in Sampling").click()
    expect(path(page)).to_have_count(12)
    assert "".join(pieces(page)).replace("⏎", "\n").split() == said.split()
    expect(page.locator("#sampling-prompt textarea")).to_have_value(PROMPT)
    page.get_by_role("tab", name="Chat", exact=True).click()
    page.get_by_role("button", name="Open in Sampling").click()
    expect(page.locator("#sampling-prompt textarea")).to_have_value("And of Peru")
    page.get_by_role("tab", name="Chat", exact=True).click()
    page.get_by_label("Colour by probability").uncheck()
    expect(page.locator("#chat-0 .coloured")).to_have_count(0)


def a_clicked_token_forks(page: Page, keep_screenshot: Callable[[Page, str], Path]) -> None:
    look(page)
    for count in range(1, 5):
        page.locator("#sampling-greedy").click()  # counts although the bars of the step before may not be there yet
        expect(path(page)).to_have_count(count)
    assert pieces(page) == FORKED

    path(page).nth(2).hover()
    card = page.locator(".token-card")
    expect(card).to_contain_text("rank 1")
    expect(card.locator(".other")).to_have_count(10)
    path(page).nth(2).click()
    other = card.locator("button.other:not([aria-current])").first
    chosen = other.locator(".piece").inner_text()
    other.click()
    expect(path(page)).to_have_count(3)
    expect(card).to_be_hidden()
    assert pieces(page) == [*FORKED[:2], chosen.replace("␠", " ")]
    branches = page.locator("#sampling-forks [data-go]")
    expect(branches).to_have_count(4)  # the prompt, what both share, and each of the two
    expect(page.locator("#sampling-forks [aria-current]")).to_contain_text(chosen)
    keep_screenshot(page, "sampling-fork")

    branches.nth(2).click()
    expect(path(page)).to_have_count(4)
    assert pieces(page) == FORKED
    with page.expect_download() as download:
        page.locator("#sampling-export-json").click()
    saved = json.loads(download.value.path().read_text("utf-8"))
    assert len(saved["nodes"]) == 5
    page.reload()
    open_sampling(page, "Step by step")
    expect(path(page)).to_have_count(4)


def by_keyboard_alone(page: Page) -> None:
    look(page)
    page.locator("#sampling-more").press("Enter")
    expect(path(page)).to_have_count(20)
    expect(page.locator("#sampling-more")).to_be_visible()
    path(page).first.focus()
    page.keyboard.press("ArrowRight")
    expect(path(page).nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    card = page.locator(".token-card")
    expect(card.locator("button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(path(page).nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    card.get_by_role("button", name="Go on from here").press("Enter")
    expect(path(page)).to_have_count(2)
    assert unnamed(page) == []


def a_hostile_prompt_is_text(page: Page, faults: FaultServer) -> None:
    hostile = f'<img src="{faults.url}/stolen.png" onerror="window.stolen=1">{{{{value}}}}${{window.stolen=2}}`</span>'
    open_mode(page, "#sampling-modes", "Next token")
    look(page, hostile)
    page.locator("#sampling-read summary").click()
    shown = page.locator("#sampling-read .pieces").inner_text().replace("\n", "")
    assert "<0x3C>" in shown
    open_mode(page, "#sampling-modes", "Step by step")
    page.locator("#sampling-more").click()
    expect(path(page).first).to_be_visible()
    path(page).first.click()
    page.keyboard.press("Escape")
    open_mode(page, "#sampling-modes", "Sweep")
    page.locator("#sweep-run").click()
    expect(page.locator("#sweep-grid")).to_contain_text("12 of 12")
    assert page.evaluate("window.stolen") is None
    assert [one.path for one in faults.received if "stolen" in one.path] == []
    assert page.locator("#sampling-modes img").count() == 0


def test_hostile_answers_are_text(open_page):
    """Of a model that only echoes: its tokens are whatever was typed, and they come with log-probabilities."""
    page = open_page("?models=scripted/echo")
    a_coloured_answer_of_markup_is_text(page)
    a_hostile_answer_of_another_server_is_text(page)


def a_coloured_answer_of_markup_is_text(page: Page) -> None:
    page.locator("#message textarea").fill(
        "<img src=x onerror=window.stolen=1> **bold** $x$ `code` [a](javascript:window.stolen=2)\n\n# head"
    )
    page.locator("#message textarea").press("Enter")
    answered(page)
    page.get_by_label("Colour by probability").check()
    expect(page.locator("#chat-0 .coloured")).to_have_count(1)
    expect(replies(page).first).to_contain_text(
        "<img src=x onerror=window.stolen=1> **bold** $x$ `code` [a](javascript"
    )
    expect(replies(page).first.locator("img, strong, code, a, h1, .katex")).to_have_count(0)
    assert page.evaluate("window.stolen") is None


def a_hostile_answer_of_another_server_is_text(page: Page) -> None:
    open_sampling(page, "Step by step")
    page.locator("#sampling-prompt textarea").fill("<img/src=x/onerror=window.stolen=1> <b>bold</b>")
    page.locator("#sampling-look").click()
    expect(path(page)).to_have_count(4)
    assert pieces(page)[2:] == [" <img/src=x/onerror=window.stolen=1>", " <b>bold</b>"]
    path(page).nth(2).click()
    card = page.locator(".token-card")
    expect(card).to_contain_text("onerror")
    expect(card.locator("button")).to_have_count(0)
    expect(page.locator("#sampling-leaf")).to_contain_text("The sweep works with this model too")
    assert page.evaluate("window.stolen") is None
    assert page.locator("#sampling-path img, .token-card img, #sampling-path b").count() == 0


def test_a_sweep_without_probabilities_stopped_and_drawn(open_page, faults):
    page = open_page("?models=custom/ok")
    use_endpoint(page, faults.openai, "sk-some-key")
    open_sampling(page)
    a_model_without_probabilities_is_offered_the_sweep(page)
    choose_instead(page, "Scripted: slow")
    a_sweep_streams_stops_and_is_drawn(page)


def a_model_without_probabilities_is_offered_the_sweep(page: Page) -> None:
    page.locator("#sampling-prompt textarea").fill("Hi")
    page.locator("#sampling-look").click()
    expect(page.locator("#sampling-choice [role=alert]")).to_contain_text("Use the sweep")
    open_mode(page, "#sampling-modes", "Sweep")
    seeds = page.locator("#sweep-seeds input")
    expect(seeds).not_to_have_value("")
    three = seeds.input_value()
    seeds.fill("1")
    page.locator("#sweep-run").click()
    expect(page.locator("#sweep-grid")).to_contain_text("4 of 4")
    expect(page.locator("#sweep-grid td").first).to_contain_text("Hello world")
    expect(page.locator("#sweep-run")).to_be_visible()  # it has ended: until then its fields are folded into a line
    unfold(page, "#sweep-setup")
    seeds.fill(three)


def a_sweep_streams_stops_and_is_drawn(page: Page) -> None:
    page.locator("#sampling-prompt textarea").fill("Count")
    page.locator("#sweep-tokens input[type=number]").fill("200")
    page.locator("#sweep-tokens input[type=number]").press("Tab")
    page.locator("#sweep-run").click()
    cells = page.locator("#sweep-grid td .text")
    expect(cells).to_have_count(12)
    page.keyboard.press("Escape")
    expect(page.locator("#sweep-run")).to_be_visible()
    expect(page.locator("#sweep-grid td.stopped")).to_have_count(12)

    choose_instead(page, "Scripted: words")
    page.locator("#sweep-example").click()
    expect(page.locator("#sweep-grid")).to_contain_text("12 of 12")
    expect(page.locator("#sweep-plot .js-plotly-plot .ytitle")).to_contain_text("Diversity")


@in_every_look()
def test_pictures_of_sampling(open_page, keep_screenshot, name, viewport, scheme, locale):
    page = open_page(WORDS, viewport=viewport, color_scheme=scheme, locale=locale)
    open_sampling(page)
    page.locator("#sampling-example").click()
    expect(page.locator("#sampling-choice tbody tr")).to_have_count(25)
    keep_screenshot(page, f"sampling-{name}-{scheme}-{locale}-next")
    modes = page.locator("#sampling-modes").get_by_role("tab")
    modes.nth(1).click()
    page.locator("#sampling-more").click()
    expect(page.locator("#sampling-stop")).to_have_count(0)
    expect(path(page)).to_have_count(20)
    keep_screenshot(page, f"sampling-{name}-{scheme}-{locale}-steps")
    contrast = page.evaluate(_CONTRAST)
    assert {name: ratio for name, ratio in contrast.items() if ratio < 4.5} == {}
    modes.nth(2).click()
    page.locator("#sweep-example").click()
    expect(page.locator("#sweep-plot .js-plotly-plot")).to_be_visible()
    expect(page.locator("#sweep-plot .xtitle").first).to_be_attached()
    keep_screenshot(page, f"sampling-{name}-{scheme}-{locale}-sweep")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


_CONTRAST = """() => {
  const light = colour => colour.match(/[\\d.]+/g).slice(0, 3).map(Number).map(part => {
    const share = part / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }).reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const ratios = {};
  for (const token of document.querySelectorAll('.legend .token')) {
    const style = getComputedStyle(token);
    const pair = [light(style.color), light(style.backgroundColor)].sort((a, b) => b - a);
    ratios[token.className] = (pair[0] + 0.05) / (pair[1] + 0.05);
  }
  return ratios;
}"""
"""How far a token's letters stand out from its colour; WCAG asks for 4.5."""
