"""The real Gemma 3 270M through the page: its terms accepted, a text gone on with, and the examples of two tabs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from playground.asking.text_language import detect_language
from tests.browser.conftest import ARTEFACTS, watch
from tests.browser.spanish_visit import BEGUN, GEMMA, SHOTS, SpanishVisit, without_the_second_model

pytestmark = [pytest.mark.network, pytest.mark.long]
_LONG = 3_600_000


def test_the_real_model_in_spanish(
    model_home: Path, browser: Browser, tmp_path: Path, trouble: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The examples are asked of it although the sidebar names the default model, and they say so."""
    with without_the_second_model(model_home, tmp_path) as served:
        visit = SpanishVisit.open(served, browser)
        page = visit.page
        watch(page, served.url, trouble)
        ARTEFACTS.mkdir(exist_ok=True)
        visit.chat("¿Cuál es la capital de Francia y qué se puede ver allí?", "first")
        notice = page.locator("#speaking .notice")
        expect(notice).to_contain_text("apenas habla español")
        expect(notice.get_by_role("button")).to_have_count(2)
        page.screenshot(path=ARTEFACTS / "spanish-notice.png")
        notice.get_by_role("button", name=re.compile(f"{re.escape(GEMMA.name)}.*238")).click()
        expect(notice).to_be_hidden()
        visit.accept()
        said, _ = visit.chat(BEGUN, "text")
        assert detect_language(said) == "es", said
        answer, speed = visit.chat(SHOTS, "few-shot")
        assert answer.split()[0].strip(".,") == "París", answer
        expect(notice).to_be_hidden()

        page.get_by_role("tab", name="Muestreo", exact=True).click()
        page.locator("#sampling-prompt textarea").fill(BEGUN)
        page.locator("#sampling-prompt textarea").press("Enter")
        expect(page.locator("#sampling-choice tbody tr").first).to_be_visible(timeout=_LONG)
        page.screenshot(path=ARTEFACTS / "spanish-sampling.png")

        page.goto(f"{served.url}?models=huggingface/HuggingFaceTB/SmolLM2-135M-Instruct")
        page.locator("#status .ready").wait_for()
        page.get_by_role("tab", name="Prompting", exact=True).click()
        for box in page.locator("#prompting-strategies label").all():
            box.locator("input").set_checked("shot" in box.inner_text())
        page.locator("#prompting-example").click()
        expect(page.locator("#prompting-cards .noticing")).to_be_visible(timeout=_LONG)
        cards = page.locator("#prompting-cards .attempt")
        expect(cards).to_have_count(2)
        for card in cards.all():
            expect(card).to_contain_text(GEMMA.name)
        exact = cards.nth(1).locator("details.exact").first
        exact.locator("summary").click()
        expect(exact).to_contain_text("Pregunta:")
        expect(exact).to_contain_text("Respuesta:")
        page.screenshot(path=ARTEFACTS / "spanish-prompting.png", full_page=True)

        page.get_by_role("tab", name="RAG", exact=True).click()
        page.locator("#rag-example").click()
        expect(page.locator("#rag-current .noticing")).to_be_visible(timeout=_LONG)
        expect(page.locator("#rag-current")).to_contain_text(f"Se preguntó a {GEMMA.name}")
        expect(page.locator("#rag-current")).to_contain_text("¿Cuántos minutos")
        with_documents = page.locator("#rag-current .sides").inner_text()
        assert re.search(r"\w{4}", with_documents)
        page.screenshot(path=ARTEFACTS / "spanish-rag.png", full_page=True)
        page.context.close()
        assert trouble == []
    with capsys.disabled():
        print(f"\n{visit.took}, {speed:.0f} tokens/s\n{said!r}\n{answer!r}\n{with_documents!r}")
