"""The Models tab in a real browser, on the real packaged models: tokens, attention head by head, and the game."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import HANGS, ready, watch
from tests.browser.driving import settle
from tests.browser.serving import Served
from tests.browser.test_look import unnamed
from tests.providers.adapters.huggingface import tiny_heads

pytestmark = pytest.mark.network

SENTENCE = "The cat that chased the mice was hungry because it"
HOSTILE = "<img src=x onerror=window.stolen=1></figure>{{value}}<|im_end|> \u202eabc ꙮ [CLS]"
_HEADS = """async figure => {
  const slider = figure.querySelector('input[data-choose=head]');
  const seen = new Set();
  for (let head = 1; head <= Number(slider.max); head++) {
    slider.value = head;
    slider.dispatchEvent(new Event('input', {bubbles: true}));
    seen.add(figure.querySelector('canvas.heat').toDataURL());
  }
  return seen.size;
}"""


@pytest.fixture(scope="module")
def seen(taken_apart: Served, browser: Browser) -> Iterator[Page]:
    """One page for the tests that begin alike: the tab, opened."""
    page = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 860}).new_page()
    page.set_default_timeout(HANGS)
    heard: list[str] = []
    watch(page, taken_apart.url, heard)
    page.goto(taken_apart.url)
    ready(page)
    assert page.locator("#card-table").count() == 0, "nothing of the tab is made before it is chosen"
    open_models(page)
    yield page
    page.context.close()
    assert heard == []


def open_models(page: Page) -> None:
    page.get_by_role("tab", name=re.compile("^(Models|Modelos)$")).click()
    expect(page.locator("#card-table table")).to_be_visible()


def section(page: Page, number: int) -> None:
    page.locator("#models-sections").get_by_role("tab").nth(number).click()
    settle(page)


def test_cards_and_tokens(seen):
    expect(seen.locator("#models-late > .intro")).to_be_hidden()  # the result comes first
    expect(seen.locator("#card-table")).to_contain_text("134,515,008")
    expect(seen.locator("#card-table")).to_contain_text("22,713,216")
    block = seen.locator("#card-diagrams figure").first.locator("[data-block=attention]")
    block.focus()
    seen.keyboard.press("Enter")
    expect(seen.locator("#card-diagrams figure").first.locator("[data-told=attention]")).to_be_visible()
    expect(seen.locator("#card-diagrams figure").nth(1).locator("[data-told=attention]")).to_be_hidden()

    section(seen, 1)
    seen.locator("#tokens-odd-strawberry").click()
    expect(seen.locator("#tokens-shown figure")).to_have_count(2)
    seen.locator("#tokens-text textarea").fill(HOSTILE)
    seen.locator("#tokens-cut").click()
    expect(seen.locator("#tokens-shown")).to_contain_text("unknown to this tokenizer")
    pieces = seen.locator("#tokens-shown figure").first.locator(".cut-token b")
    assert "<img" in "".join(pieces.all_inner_texts()).replace("\n", "") or pieces.count() > 10
    assert seen.locator("#tokens-shown img").count() == 0 and seen.evaluate("window.stolen") is None


def test_attention_head_by_head_and_without_a_layer(seen):
    section(seen, 2)
    seen.locator("#attention-sentence textarea").fill(SENTENCE)
    seen.locator("#attention-sentence textarea").press("Enter")
    writer = seen.locator("figure.attention[data-drawn]").first
    expect(seen.locator("figure.attention[data-drawn]")).to_have_count(2)
    asked: list[str] = []
    seen.on("request", lambda one: asked.append(one.url))
    assert writer.evaluate(_HEADS) == 9, "every head has a picture of its own"
    assert asked == [], "moving between heads asks the server nothing"
    told = writer.locator(".looks").inner_text()
    writer.locator(".from button").nth(3).click()
    expect(writer.locator(".looks")).not_to_have_text(told)
    expect(writer.locator(".looks")).to_contain_text("“chased” in layer 16, head 9")
    expect(writer.locator(".to .masked")).to_have_count(6)
    assert seen.locator("figure.attention").nth(1).locator(".to .masked").count() == 0

    writer.locator("[data-switch=layer]").click()
    expect(seen.locator("#attention-effect")).to_contain_text("Without layer 16")
    writer.locator("[data-switch=none]").click()
    expect(seen.locator("#attention-effect .answer")).to_have_count(0)
    writer.locator("[data-ask=lens]").click()
    expect(seen.locator("#attention-asked tbody tr")).to_have_count(31)
    seen.locator("#attention-sentence textarea").fill("Another sentence")
    seen.locator("#attention-look").click()
    expect(seen.locator("figure.attention[data-drawn]").first.locator(".from button")).to_have_count(2)
    expect(seen.locator("#attention-asked tbody tr")).to_have_count(0)
    assert unnamed(seen) == []


def test_surprise_and_the_guessing_game(seen):
    section(seen, 3)
    seen.locator("#surprise-text textarea").fill("The capital of France is Paris, and Madrid is in Spain.")
    seen.locator("#surprise-look").click()
    expect(seen.locator("#surprise-shown tbody tr")).to_have_count(1)
    seen.locator("#guess-begin").click()
    expect(seen.locator("#guess-shown")).to_contain_text("The capital of France is?")
    seen.locator("#guess-word input, #guess-word textarea").fill("Paris")
    seen.locator("#guess-word input, #guess-word textarea").press("Enter")
    expect(seen.locator("#guess-shown .right")).to_be_visible()
    expect(seen.locator("#guess-shown")).to_contain_text("You 1, SmolLM2 135M Instruct 1, of 1 guess")


def test_architectures_on_one_sentence(seen, tmp_path):
    section(seen, 4)
    expect(seen.locator("#architectures-shown figure")).to_have_count(0)
    seen.locator("#architectures-settings > button").click()
    expect(seen.locator("#architectures-training textarea")).to_be_visible()
    seen.locator("#architectures-length").get_by_text("20", exact=True).click()
    box = seen.locator("#architectures-fill-mask input")
    box.fill(str(tiny_heads.save_bert(tmp_path / "bert")))
    box.press("Enter")
    seen.locator("#architectures-sentence textarea").fill("The cat sat on the ___ of the old lighthouse.")
    seen.locator("#architectures-compare").click()
    figures = seen.locator("#architectures-shown figure")
    expect(seen.locator("#architectures-shown .noticing")).to_be_visible()
    expect(figures).to_have_count(6)
    kinds = [one.get_attribute("data-kind") for one in figures.all()]
    assert kinds == ["ngram", "fill_mask", "fill_mask", "seq2seq", "causal", "asked"]
    expect(figures.nth(1).locator(".guesses li")).to_have_count(5)
    expect(figures.nth(2)).to_contain_text("its files hold a BertModel")
    expect(figures.nth(3)).to_contain_text("It is not on this computer")
    expect(figures.nth(4).locator(".architecture-text .prompt")).to_have_text("The cat sat on the")
    rows = seen.locator("#architectures-shown tbody th")
    assert {"n-gram model"} < set(rows.all_inner_texts()), "the n-gram model against the LLM"
    assert unnamed(seen) == []


def test_architectures_in_spanish_on_a_phone(taken_apart, browser):
    phone = browser.new_context(locale="es-ES", viewport={"width": 390, "height": 844}).new_page()
    phone.set_default_timeout(HANGS)
    heard: list[str] = []
    watch(phone, taken_apart.url, heard)
    phone.goto(taken_apart.url)
    ready(phone)
    open_models(phone)
    section(phone, 4)
    phone.locator("#architectures-sentence textarea").fill("El faro ___ y el ___ y el ___")
    phone.locator("#architectures-compare").click()
    expect(phone.locator("#architectures-shown .noticing")).to_be_visible()
    figures = phone.locator("#architectures-shown figure")
    expect(figures.first).to_contain_text("modelo de n-gramas")
    expect(figures.first.locator(".architecture-text")).to_contain_text("El faro")
    expect(phone.locator("#architectures-shown")).to_contain_text("Cómo se sostienen los textos")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.context.close()
    assert heard == []


@pytest.mark.long
def test_from_a_notebook(taken_apart):
    """The four endpoints, called as a notebook calls them."""
    from gradio_client.exceptions import AppError

    client = taken_apart.client()
    card = client.predict(api_name="/model_card")
    assert card["parameters"]["total"] == 134_515_008 and json.dumps(card)
    encoder = client.predict("huggingface/sentence-transformers/all-MiniLM-L6-v2", api_name="/model_card")
    assert encoder["kind"] == "encoder"
    (cut,) = client.predict(text="Hello, world", api_name="/tokenize")
    assert "".join(token["text"] for token in cut["tokens"]) == "Hello, world" and cut["gives_back"]
    seen = client.predict(text="Hello, world", layer=1, head=2, api_name="/attention")
    assert all(abs(sum(row) - 1) < 1e-4 for row in seen["attention"][0][0])
    (found,) = client.predict(text="The capital of France is Paris.", window=64, stride=16, api_name="/surprisal")
    assert found["perplexity"] > 1 and found["stride"] == 16
    for name, wrong in (
        ("/attention", {"text": ""}),
        ("/surprisal", {"text": "x", "window": 1}),
        ("/tokenize", {"text": ""}),
    ):
        with pytest.raises(AppError):
            client.predict(**wrong, api_name=name)
