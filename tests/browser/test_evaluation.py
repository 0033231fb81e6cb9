"""The Evaluation tab in a real browser: scores that move, models compared, every tab's runs in one list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import PHONE, choose, open_mode
from tests.browser.test_look import unnamed

MODES = "#evaluation-modes"
TWO = "?models=scripted/adder,scripted/words&temperature=0"


def open_evaluation(page: Page, name: str = "Evaluation") -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    expect(page.locator("#compare-table .told")).to_be_visible()


def compared(page: Page) -> None:
    expect(page.locator("#compare-progress")).to_contain_text("Finished")
    expect(page.locator("#compare-items [data-item]").first).to_be_visible()


def test_models_are_compared_every_run_is_listed_and_scores_move(open_page):
    page = open_page(TWO)
    seeing_is_measured(page)
    open_evaluation(page)
    models_are_compared(page)
    every_run_is_listed(page)
    scores_move_as_one_types(page)


def scores_move_as_one_types(page: Page) -> None:
    open_mode(page, MODES, "Metrics")
    score = page.locator("#microscope-result [data-metric=rouge_1] .share")
    expect(score).to_have_text("0.222")
    expect(page.locator("#microscope-notice")).to_contain_text("It means the same")
    expect(page.locator("#microscope-meaning [data-metric=semantic]")).to_be_visible()
    candidate = page.locator("#microscope-candidate textarea")
    candidate.fill("Doctors recommend vaccinating children before the school year starts")
    expect(score).to_have_text("1.000")
    expect(page.locator("#microscope-result .candidate-words mark.gram-4")).to_have_count(9)
    candidate.fill('<img src=x onerror="window.stolen=1">')
    expect(page.locator("#microscope-result .candidate-words")).to_contain_text("<img src=x")
    page.locator("#microscope-references textarea").fill("")
    expect(page.locator("#microscope-result [data-cause='input_error.references']")).to_be_visible()
    choose(page, "#microscope-example", "A wrong number")
    expect(candidate).to_have_value("The train to Toledo leaves at 17:45 from platform 9.")
    page.locator("#many > button").click()
    page.locator("#many-example").click()
    expect(page.locator("#many-result")).to_contain_text("Confusion matrix")
    assert page.evaluate("window.stolen") is None
    assert unnamed(page) == []


def seeing_is_measured(page: Page) -> None:
    page.get_by_role("tab", name="Vision", exact=True).click()
    open_mode(page, "#vision-modes", "Measure")
    page.locator("#vision-count input[type=number]").fill("2")
    page.get_by_label("OCR + text model", exact=True).last.uncheck()
    page.locator("#vision-measure-run").click()
    expect(page.locator("#vision-csv")).to_be_visible()


def models_are_compared(page: Page) -> None:
    page.locator("#compare-example").click()
    compared(page)
    table = page.locator("#compare-table")
    expect(table.locator("[data-column]")).to_have_count(2)
    for said in ("p (Holm)", "on this computer", "What left this computer", "estimated", "What to notice"):
        expect(table).to_contain_text(said)
    page.locator("#compare-items [data-item]").first.click()
    expect(page.locator("#compare-item .attempt")).to_have_count(2)
    with page.expect_download() as saved:
        page.locator("#compare-table [data-export=report]").click()
    report = Path(saved.value.path()).read_text("utf-8")
    assert report.startswith("<!doctype html>") and "CO₂" in report


def every_run_is_listed(page: Page) -> None:
    open_mode(page, MODES, "Runs")
    listed = page.locator("#all-runs [data-run]")
    expect(listed).to_have_count(2)
    expect(listed.nth(0)).to_contain_text("Models")
    expect(listed.nth(1)).to_contain_text("Seeing")
    listed.nth(0).get_by_role("button").click()
    expect(page.locator("#all-runs-drawn table").first).to_be_visible()
    page.locator("#all-runs-name").locator("input, textarea").fill("Mine")
    page.locator("#all-runs-rename").click()
    expect(listed.nth(0)).to_contain_text("Mine")
    listed.nth(1).get_by_role("button").click()
    expect(page.locator("#all-runs-drawn table").first).to_be_visible()
    expect(page.locator("#all-runs-drawn [data-export=notebook]")).to_have_count(0)
    expect(page.locator("#all-runs-items [data-item]").first).to_be_visible()
    with page.expect_download() as saved:
        page.locator("#all-runs-drawn [data-export=jsonl]").click()
    run = json.loads(Path(saved.value.path()).read_text("utf-8").split("\n")[0])
    assert run["description"]["measurement"] == "vision"
    assert unnamed(page) == []


@pytest.mark.long
def test_a_phone_in_spanish(open_page):
    page = open_page(TWO, locale="es-ES", viewport=PHONE)
    open_evaluation(page, "Evaluación")
    page.locator("#compare-example").click()
    expect(page.locator("#compare-table")).to_contain_text("Preguntas necesarias")
    for mode in ("Métricas", "Mediciones"):
        open_mode(page, MODES, mode)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.long
def test_two_thousand_cells_stay_usable(open_page, tmp_path):
    """Pages of fifty questions: the table holds no more, whichever page is asked for."""
    file = tmp_path / "sums.csv"
    file.write_text("question,answer\n" + "".join(f"Add {n} and 1.,{n + 1}\n" for n in range(1000)), "utf-8")
    page = open_page("?models=scripted/adder,scripted/echo&temperature=0")
    open_evaluation(page)
    page.locator("#compare-own > button").click()
    page.locator("#compare-own input[type=file]").set_input_files(file)
    expect(page.locator("#compare-own-told")).to_contain_text("1000 rows")
    page.locator("#compare-own-told").get_by_role("button").click()
    expect(page.locator("#compare-own-told")).to_contain_text("1,000")
    page.locator("#compare-count input").fill("1000")
    page.locator("#compare-run").click()
    expect(page.locator("#compare-progress")).to_contain_text("2000 of 2000 answers")
    expect(page.locator("#compare-items [data-item]")).to_have_count(50)
    page.locator("#compare-page input").fill("20")
    page.locator("#compare-page input").press("Enter")
    expect(page.locator("#compare-items")).to_contain_text("Add 999 and 1.")
    expect(page.locator("#compare-items [data-item]")).to_have_count(50)
