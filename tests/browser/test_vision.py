"""The Vision tab in a real browser: images added, asked about in two columns, labelled, measured."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.driving import in_every_look, open_mode
from tests.browser.serving import ROOT
from tests.browser.test_look import unnamed
from tests.playground.asking.hostile_images import HTML, photo_with_location, saved

BOTH = "?models=scripted/seer,scripted/echo"
SIGN = ROOT / "assets" / "samples" / "images" / "sign.en.jpg"
_PASTE = """async content => {
  const bytes = Uint8Array.from(atob(content), one => one.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], 'pasted.png', {type: 'image/png'}));
  document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData: given, bubbles: true, cancelable: true}));
}"""


def open_vision(page: Page, mode: str | None = None) -> None:
    page.get_by_role("tab", name=re.compile("^(Vision|Visión)$")).click()
    # What depends on the visitor comes all at once, the samples with it.
    expect(page.locator("#vision-samples [data-sample]")).to_have_count(8)
    expect(page.locator("#vision-ocr input")).not_to_have_count(0)
    if mode is not None:
        open_mode(page, "#vision-modes", mode)


def add(page: Page, *files: Path) -> None:
    count = pictures(page).count()
    page.locator("#vision-upload input[type=file]").set_input_files(list(files))
    expect(pictures(page)).to_have_count(count + len(files))


def pictures(page: Page) -> Locator:
    return page.locator("#vision-pictures figure")


def ask(page: Page, question: str) -> None:
    page.locator("#vision-question textarea").fill(question)
    page.locator("#vision-question textarea").press("Enter")
    begun(page)
    answered(page)


def begun(page: Page) -> None:
    """The question has left its box."""
    expect(page.locator("#vision-question textarea")).to_have_value("")


def answered(page: Page) -> None:
    expect(page.locator("#vision-stop")).to_have_count(0)
    expect(page.locator("#vision-ask")).to_be_visible()
    expect(facts(page, 0).last).to_be_visible()


def said(page: Page, number: int) -> Locator:
    chat = page.locator(f"#vision-chat-{number}")
    return chat.locator("[data-testid=bot]:not(:has(.thought-group)) .message-content")


def facts(page: Page, number: int) -> Locator:
    return page.locator(f"#vision-chat-{number} .thought-group .title")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "my photo.jpg"
    file.write_bytes(photo_with_location())
    return file


def test_labels_are_compared_and_an_upload_is_asked_about_in_two_columns(open_page, photo):
    page = open_page(BOTH)
    open_vision(page, "Labels")
    a_picture_is_compared_with_labels(page)
    ways_are_measured(page)
    open_mode(page, "#vision-modes", "Ask")
    pictures(page).first.locator("[data-remove]").click()
    expect(pictures(page)).to_have_count(0)
    an_upload_is_asked_about_in_two_columns(page, photo)
    every_control_has_a_name(page)
    it_is_there_after_a_reload_and_is_saved(page)
    a_new_conversation_lets_a_picture_be_removed(page)


def a_picture_is_compared_with_labels(page: Page) -> None:
    page.locator("#vision-label-example").click()
    expect(page.locator("#vision-bars .fits tbody tr")).to_have_count(4)
    expect(page.locator("#vision-bars .fits tbody tr").first).to_contain_text("a white thing")
    expect(page.locator("#vision-bars")).to_contain_text("softmax")
    page.locator("#vision-labels textarea").fill("<b>red</b>\na blue thing")
    page.locator("#vision-label-run").click()
    expect(page.locator("#vision-bars .fits tbody tr")).to_have_count(2)
    expect(page.locator("#vision-bars b")).to_have_count(0)


def ways_are_measured(page: Page) -> None:
    open_mode(page, "#vision-modes", "Measure")
    page.locator("#vision-count input[type=number]").fill("4")
    page.get_by_label("OCR + text model", exact=True).last.uncheck()
    page.locator("#vision-measure-run").click()
    expect(page.locator("#vision-measure-progress")).to_contain_text("Measured 12 of 12 answers")
    expect(page.locator("#vision-measure-progress")).to_contain_text("Scripted: echo cannot see")
    expect(page.locator("#vision-table tbody tr")).to_have_count(3)
    expect(page.locator("#vision-plot .js-plotly-plot")).to_be_visible()
    with page.expect_download() as coming:
        page.locator("#vision-csv").click()
    assert len(Path(coming.value.path()).read_text("utf-8-sig").splitlines()) > 12


def an_upload_is_asked_about_in_two_columns(page: Page, photo: Path) -> None:
    expect(page.locator("#vision-who")).to_contain_text("Scripted: echo cannot see images")
    page.get_by_label("OCR + Scripted: echo").check()
    expect(page.locator("#vision-columns .column-name:visible")).to_have_text(["Scripted: seer", "Scripted: echo"])
    expect(page.locator("#vision-who")).not_to_contain_text("cannot see")
    add(page, photo, SIGN)
    first = pictures(page).first
    expect(first).to_contain_text("80 × 120 pixels")
    expect(first).to_contain_text("which were removed")
    expect(pictures(page).nth(1).locator(".costs")).to_contain_text("free, on this computer")
    expect(pictures(page).nth(1)).to_contain_text("What is the name of the street?")

    ask(page, "What is the street called?")
    expect(said(page, 0)).to_contain_text("I was sent 2 images: image/jpeg, 80 × 120 pixels; image/jpeg,")
    expect(said(page, 1)).to_contain_text("Lantern Street")
    expect(facts(page, 0).last).to_contain_text("tokens")
    expect(facts(page, 1).first).to_contain_text("Text read in the image")
    expect(pictures(page).nth(1).locator("svg rect").first).to_be_attached()
    expect(page.locator("#vision-notice .noticing")).to_be_visible()
    expect(pictures(page).locator("[data-remove]")).to_have_count(0)


def every_control_has_a_name(page: Page) -> None:
    for number in (1, 2, 0):
        page.locator("#vision-modes").get_by_role("tab").nth(number).click()
        assert unnamed(page) == []


def it_is_there_after_a_reload_and_is_saved(page: Page) -> None:
    ask(page, "And again?")
    expect(said(page, 0).last).to_contain_text("I was sent 2 images")
    page.reload()
    open_vision(page)
    expect(said(page, 0)).to_have_count(2)
    with page.expect_download() as coming:
        page.locator("#vision-export-json").click()
    told = json.loads(Path(coming.value.path()).read_text("utf-8"))
    assert [one["name"] for one in told["pictures"]] == ["my photo.jpg", "sign.en.jpg"]


def a_new_conversation_lets_a_picture_be_removed(page: Page) -> None:
    page.locator("#vision-new").click()
    expect(said(page, 0)).to_have_count(0)
    pictures(page).first.locator("[data-remove]").click()
    expect(pictures(page)).to_have_count(1)


def test_what_cannot_be_asked_the_example_a_pasted_image_and_stop(open_page, tmp_path):
    page = open_page("?models=scripted/echo,scripted/slow")
    open_vision(page)
    expect(page.locator("#vision-columns")).to_contain_text("Ask about an image")
    errors_stand_where_the_answer_would_be(page, tmp_path)
    without_pictures(page)
    the_example_reads_a_receipt_and_a_line_shows_its_box(page)
    without_pictures(page)
    paste_adds_and_escape_stops(page)


def without_pictures(page: Page) -> None:
    page.locator("#vision-new").click()
    expect(said(page, 0)).to_have_count(0)
    while left := pictures(page).count():
        pictures(page).first.locator("[data-remove]").click()
        expect(pictures(page)).to_have_count(left - 1)


def errors_stand_where_the_answer_would_be(page: Page, tmp_path: Path) -> None:
    ask_nothing = page.locator("#vision-notice [role=alert]")
    page.locator("#vision-ask").click()
    expect(ask_nothing).to_contain_text("Write a question first.")
    page.locator("#vision-question textarea").fill("What is it?")
    page.locator("#vision-ask").click()
    expect(ask_nothing).to_contain_text("There is no image yet.")
    page.locator("#vision-samples [data-sample='shapes.png']").click()
    expect(pictures(page)).to_have_count(1)
    page.locator("#vision-ask").click()
    expect(ask_nothing).to_contain_text("None of the chosen models can see images.")
    hostile = tmp_path / "<img src=x onerror=stolen()>.png"
    hostile.write_bytes(HTML)
    page.locator("#vision-upload input[type=file]").set_input_files(hostile)
    expect(page.locator("#vision-progress [role=alert]")).to_contain_text("is not an image")
    expect(page.locator("#vision-progress img")).to_have_count(0)
    expect(pictures(page)).to_have_count(1)


def the_example_reads_a_receipt_and_a_line_shows_its_box(page: Page) -> None:
    page.locator("#vision-example").click()
    expect(page.locator("#vision-notice .noticing")).to_be_visible()
    expect(page.get_by_label("OCR + Scripted: echo")).to_be_checked()
    expect(said(page, 0)).to_contain_text("37.90")
    figure = pictures(page).first
    figure.locator(".read summary").click()
    line = figure.locator("tr[data-block]", has_text="37.90").first
    line.hover()
    box = figure.locator(f"rect[data-block='{line.get_attribute('data-block')}']")
    expect(box).to_have_class(re.compile("marked"))
    figure.locator("[data-question]").nth(1).click()
    expect(page.locator("#vision-question textarea")).to_have_value("How many cheese rolls were bought?")


def paste_adds_and_escape_stops(page: Page) -> None:
    content = saved(Image.new("RGB", (30, 20), "green"), "PNG")
    page.evaluate(_PASTE, base64.b64encode(content).decode())
    expect(pictures(page)).to_have_count(1)
    expect(pictures(page)).to_contain_text("30 × 20 pixels")
    page.get_by_label("OCR + Scripted: echo").uncheck()
    page.get_by_label("OCR + Scripted: slow").check()
    expect(page.locator("#vision-columns .column-name:visible")).to_have_text(["Scripted: slow"])
    page.locator("#vision-question textarea").fill("Count")
    page.locator("#vision-question textarea").press("Enter")
    expect(said(page, 0)).to_contain_text("1 2 3")
    page.keyboard.press("Escape")
    answered(page)
    expect(facts(page, 0).last).to_contain_text("stopped")


@in_every_look()
def test_pictures_of_vision(open_page, keep_screenshot, name, viewport, scheme, locale):
    page = open_page(BOTH, viewport=viewport, color_scheme=scheme, locale=locale)
    open_vision(page)
    page.locator("#vision-example").click()
    expect(page.locator("#vision-notice .noticing")).to_be_visible()
    keep_screenshot(page, f"vision-{name}-{scheme}-{locale}")
    for number in range(3):
        page.locator("#vision-modes").get_by_role("tab").nth(number).click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
