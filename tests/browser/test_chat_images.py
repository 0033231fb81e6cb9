"""Images in a conversation, as a visitor sends them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ready
from tests.browser.driving import (
    answered,
    ask,
    attach,
    column,
    facts,
    hand_over,
    open_panel,
    pictures,
    questions,
    replies,
    waiting,
)
from tests.browser.serving import Served
from tests.playground import images

SEER = "?models=scripted/seer"


@pytest.fixture
def red(tmp_path: Path) -> Path:
    file = tmp_path / "red.png"
    file.write_bytes(images.png(800, 600))
    return file


@pytest.fixture
def trip(tmp_path: Path) -> Path:
    file = tmp_path / "trip.jpg"
    file.write_bytes(images.photo(600, 400))
    return file


def begin_anew(page: Page) -> None:
    page.locator("#new").click()
    expect(questions(page)).to_have_count(0)
    expect(waiting(page)).to_have_count(0)


def test_images_are_sent_downloaded_kept_brought_back_and_deleted(open_page, red, trip, served, keep_screenshot):
    page = open_page("?models=scripted/seer,scripted/echo")
    one_model_sees_and_the_other_says_what_to_do(page, red, trip)
    keep_screenshot(page, "chat-images")
    downloads_hold_the_images(page)
    begin_anew(page)
    the_images_stay_when_the_question_is_edited_and_after_a_reload(page, red)
    begin_anew(page)
    undo_brings_them_back_and_deleting_the_conversation_deletes_them(page, red, trip, served)


def one_model_sees_and_the_other_says_what_to_do(page: Page, red: Path, trip: Path) -> None:
    attach(page, red, trip)
    ask(page, "What is this?", wait=False)
    expect(replies(page)).to_have_text(re.compile(r"^I was sent 2 images: image/png, .*; image/jpeg, .*this\?"))
    answered(page)
    expect(column(page, 1)).to_contain_text("Scripted: echo cannot see images")
    expect(column(page, 1)).to_contain_text("“OCR + text model” in the Vision tab")
    expect(waiting(page)).to_have_count(0)
    for number in (0, 1):
        expect(pictures(page, number)).to_have_count(2)
        expect(pictures(page, number).first).to_have_attribute("alt", "Image 1: red.png")
        height = pictures(page, number).first.evaluate("one => one.getBoundingClientRect().height")
        assert 40 < height <= 200
    expect(questions(page)).to_have_attribute("aria-label", "user's message: What is this?")
    facts(page).click()
    expect(column(page)).to_contain_text("made smaller for this model, from 800 × 600")


def downloads_hold_the_images(page: Page) -> None:
    files = {}
    for kind in ("json", "markdown", "python"):
        with page.expect_download() as download:
            page.locator(f"#export-{kind}").click()
        files[kind] = download.value.path().read_text("utf-8")
    assert json.loads(files["json"])["turns"][0]["pictures"][0]["image"][0] == "image/png"
    assert "[image: PNG, 800 × 600]" in files["markdown"]
    compile(files["python"], "aula_chat.py", "exec")
    assert "data:image/png;base64," in files["python"]


def the_images_stay_when_the_question_is_edited_and_after_a_reload(page: Page, red: Path) -> None:
    ask(page, "Nothing to see")
    attach(page, red)
    ask(page, "first", wait=False)
    answered(page)
    assert questions(page).nth(0).locator("xpath=..").locator(".pictures").count() == 0
    column(page).get_by_label("Edit").last.click()
    expect(column(page).locator(".edit-textarea")).to_have_value("first")
    expect(pictures(page)).to_have_count(1)
    column(page).locator(".edit-textarea").fill("other")
    column(page).get_by_label("Submit").click()
    expect(replies(page).last).to_have_text(re.compile("^I was sent 1 image: .*You asked: other"))
    answered(page)
    expect(pictures(page)).to_have_count(1)
    page.locator("#regenerate").click()
    answered(page)
    page.reload()
    ready(page)
    expect(questions(page)).to_have_text(["Nothing to see", "other"])
    expect(questions(page).nth(1).locator("xpath=..").locator(".pictures img")).to_have_count(1)
    expect(pictures(page)).to_have_count(1)


def undo_brings_them_back_and_deleting_the_conversation_deletes_them(
    page: Page, red: Path, trip: Path, served: Served
) -> None:
    before = set(served.home.rglob("conversations/*.json"))
    attach(page, red, trip)
    ask(page, "first")
    kept = list(set(served.home.rglob("conversations/*.json")) - before)
    assert kept and images.PLACE not in kept[0].read_text("utf-8")
    page.locator("#undo").click()
    expect(page.locator("#message textarea")).to_have_value("first")
    expect(pictures(page)).to_have_count(0)
    expect(waiting(page)).to_have_count(2)
    page.get_by_label("Remove image 1: red.png").click()
    expect(waiting(page)).to_have_count(1)
    page.locator("#message textarea").press("Enter")
    expect(replies(page)).to_have_text(re.compile("^I was sent 1 image: image/jpeg"))
    answered(page)
    page.locator("#new").click()
    expect(pictures(page)).to_have_count(0)
    open_panel(page, "#history")
    page.get_by_label("Delete “first”").click()
    expect(page.locator("#entries")).to_contain_text("was deleted")
    assert not [path for path in kept if path.exists()]
    attach(page, red)
    page.locator("#new").click()
    expect(waiting(page)).to_have_count(0)


def test_on_a_phone_and_by_somebody_else_who_does_not_find_them(open_page, red, trip, tmp_path, keep_screenshot):
    phone = open_page(
        f"{SEER}&__theme=dark", viewport={"width": 390, "height": 844}, color_scheme="dark", locale="es-ES"
    )
    with phone.expect_response(re.compile("/upload")) as uploaded:
        attach(phone, red, trip)
    on_a_phone_in_the_dark_nothing_is_wider_than_the_screen(phone, keep_screenshot)
    page = open_page(SEER)
    nobody_else_finds_them(page, uploaded.value.json())
    sending_waits_for_an_image_that_is_on_its_way(page, red)
    begin_anew(page)
    an_image_is_pasted_or_dropped_and_text_wins_over_its_picture(page)
    begin_anew(page)
    what_is_no_image_is_named_and_the_text_stays(page, tmp_path, red)


def on_a_phone_in_the_dark_nothing_is_wider_than_the_screen(
    page: Page, keep_screenshot: Callable[[Page, str], Path]
) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#attach")).to_have_text(re.compile(r"\+ Imagen"))
    remove = page.get_by_label("Quitar la imagen 1: red.png").bounding_box()
    assert remove["width"] >= 24 and remove["height"] >= 24
    keep_screenshot(page, "chat-images-phone-waiting")
    ask(page, "¿Qué es?")
    expect(pictures(page)).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    keep_screenshot(page, "chat-images-phone")


def nobody_else_finds_them(other: Page, paths: list[str]) -> None:
    assert paths
    for path in paths:
        found = other.request.get(f"{other.url.split('?')[0]}gradio_api/file={path}")
        assert found.status == 403
    expect(waiting(other)).to_have_count(0)
    expect(pictures(other)).to_have_count(0)


def sending_waits_for_an_image_that_is_on_its_way(page: Page, red: Path) -> None:
    page.locator("#message textarea").fill("What?")
    page.locator("#compose input[type=file]").set_input_files(red)
    page.locator("#message textarea").press("Enter")
    expect(waiting(page)).to_have_count(1)
    expect(page.locator("#waiting .adding")).to_be_hidden()
    expect(page.locator("#message textarea")).to_have_value("What?")
    expect(questions(page)).to_have_count(0)
    page.locator("#message textarea").press("Enter")
    expect(replies(page)).to_have_text(re.compile("^I was sent 1 image"))
    answered(page)


def an_image_is_pasted_or_dropped_and_text_wins_over_its_picture(page: Page) -> None:
    page.locator("#message textarea").focus()
    hand_over(page, "#message textarea", "paste", "pasted.png", "image/png", images.png())
    expect(waiting(page)).to_have_count(1)
    hand_over(page, "#chat-0", "drop", "dropped.jpg", "image/jpeg", images.photo())
    expect(waiting(page)).to_have_count(2)
    expect(page.locator("#waiting .adding")).to_be_hidden()
    hand_over(page, "#message textarea", "paste", "cell.png", "image/png", images.png(), "a cell of a table")
    ask(page, "What are these?")
    expect(replies(page)).to_have_text(re.compile("^I was sent 2 images: image/png, .*; image/jpeg"))


def what_is_no_image_is_named_and_the_text_stays(page: Page, tmp_path: Path, red: Path) -> None:
    drawing = tmp_path / "drawing.png"
    drawing.write_bytes(images.SVG)
    page.locator("#message textarea").fill("half a sentence")
    page.locator("#compose input[type=file]").set_input_files([drawing, red])
    expect(page.locator("#waiting .adding")).to_be_visible()
    expect(page.locator("#waiting .adding")).to_be_hidden()
    expect(page.locator("#notice")).to_contain_text("“drawing.png” is a drawing made of instructions (SVG)")
    expect(waiting(page)).to_have_count(1)
    expect(page.locator("#message textarea")).to_have_value("half a sentence")
    page.locator("#compose input[type=file]").set_input_files([red] * 4)
    expect(page.locator("#notice")).to_contain_text("at most 4 images")
    expect(waiting(page)).to_have_count(4)
    page.locator("#message textarea").fill("")
    page.locator("#message textarea").press("Enter")
    expect(page.locator("#notice")).to_contain_text("nothing to answer yet")
    expect(waiting(page)).to_have_count(4)
