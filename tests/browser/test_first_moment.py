"""The moment the page answers: every endpoint called and every tab opened, all at once, in a process that has imported
nothing yet.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from playwright.sync_api import Browser

from playground.settings import DEFAULT_MODEL
from providers import catalog
from tests.browser.conftest import watch
from tests.browser.serving import ROOT, Served, serving
from tests.providers.adapters.huggingface import tiny, tiny_encoders, tiny_heads, tiny_vision
from tests.providers.adapters.huggingface.weights.repairing import recorded

EMBEDDING = catalog.load().embeddings[0]
RECEIPT = ROOT / "assets" / "samples" / "images" / "receipt.en.jpg"
TABS = ("Chat", "Prompting", "RAG", "Sampling", "Vision", "Models", "Evaluation")
PATIENCE = 300
"""Seconds: for one that hangs; a busy machine is slow, not wrong."""
AGAIN = 3
"""How many at once ask for the next tokens, whose tokenizer is read beside the model."""


@dataclass(frozen=True)
class Models:
    """Which model writes, and which one is asked about a picture; its text is read for it where it does not see."""

    writes: str
    sees: str
    ocr: bool = False


def endpoints(models: Models) -> dict[str, Callable[[Client], Any]]:
    """One call of each; those of the documents follow one another, as a visitor's do."""
    given: Mapping[str, Any] = {"model": models.writes, "max_tokens": 4}
    several: Mapping[str, Any] = {"models": [models.writes], "max_tokens": 4}

    def documents(client: Client) -> list[Any]:
        added = client.predict(text="The moon pulls the sea.", name="moon.txt", api_name="/rag_add")
        found = client.predict(question="What pulls the sea?", api_name="/rag_search")
        return [added["added"], found, client.predict(message="What pulls the sea?", **given, api_name="/rag_ask")]

    def vision(client: Client) -> Any:
        picture = [handle_file(str(RECEIPT))]
        asked = {"message": "What is it?", "images": picture, "ocr": models.ocr, "max_tokens": 4}
        return client.predict(**asked, model=models.sees, api_name="/vision")

    def next_tokens(client: Client) -> Any:
        return client.predict(prompt="The fox", model=models.writes, api_name="/next_tokens")

    return {
        "chat": lambda client: client.predict(message="Hello", **given, api_name="/chat"),
        "models": lambda client: client.predict(api_name="/models"),
        "prompting": lambda client: client.predict(question="Add 1 and 2.", **several, api_name="/prompting"),
        "evaluate": lambda client: client.predict(n=1, **several, api_name="/evaluate"),
        "documents": documents,
        "vision": vision,
        "sweep": lambda client: client.predict(prompt="Hello", temperatures=[0.5], **given, api_name="/sweep"),
        "model_card": lambda client: client.predict(model=models.writes, api_name="/model_card"),
        "tokenize": lambda client: client.predict(text="Hello", models=[models.writes], api_name="/tokenize"),
        "attention": lambda client: client.predict(text="Hello you", model=models.writes, api_name="/attention"),
        "surprisal": lambda client: client.predict(text="Hello you", models=[models.writes], api_name="/surprisal"),
        "fill_mask": lambda client: client.predict(text="Hello ___", api_name="/fill_mask"),
        "transform": lambda client: client.predict(text="Hello you", api_name="/transform"),
        "ngram": lambda client: client.predict(text="Hello you", api_name="/ngram"),
        **{f"next_tokens {number}": next_tokens for number in range(AGAIN)},
    }


def ends(served: Served, models: Models, meanwhile: Callable[[], None]) -> dict[str, Any]:
    """What came of every call, a result or what was refused."""

    def call(ask: Callable[[Client], Any]) -> Any:
        try:
            return ask(served.client(httpx_kwargs={"timeout": PATIENCE}))
        except AppError as refused:
            return refused

    asked = endpoints(models)
    with ThreadPoolExecutor(len(asked)) as pool:
        running = {name: pool.submit(call, ask) for name, ask in asked.items()}
        meanwhile()
        return {name: one.result() for name, one in running.items()}


def open_every_tab(served: Served, browser: Browser, trouble: list[str], visitors: int = 1) -> None:
    """By each of so many visitors; where there are several, beginning with different ones."""
    pages = []
    for number in range(visitors):
        page = browser.new_context(locale="en-US").new_page()
        page.set_default_timeout(PATIENCE * 1000)
        watch(page, served.url, trouble)
        page.goto(served.url)
        for name in (*TABS[number:], *TABS[:number]):
            page.get_by_role("tab", name=name, exact=True).first.click()
        pages.append(page)
    for page in pages:
        page.locator("#status .ready, #status [role=alert]").wait_for(state="attached")
        trouble += page.locator("[role=alert]").all_inner_texts()
        page.context.close()


def refusals(found: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(end) for name, end in found.items() if isinstance(end, AppError)}


def sizes(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.name[0] != "."}


def save_heads(home: Path) -> None:
    """The catalogue's first model that fills a blank, and its first that rewrites: tiny, under their names."""
    rows = catalog.load().heads
    for head, save in (("fill_mask", tiny_heads.save_bert), ("seq2seq", tiny_heads.save_t5)):
        first = next(row for row in rows if row.head == head)
        save(home / "encoders" / first.id.replace("/", "--"))


def test_every_endpoint_and_every_tab_at_once_with_the_models_here(
    tmp_path: Path, browser: Browser, trouble: list[str]
) -> None:
    home = tmp_path / "home"
    tiny.save_llama(home / "models" / "tiny--llama")
    tiny_vision.save_idefics(home / "models" / "tiny--idefics")
    (tmp_path / "made").mkdir()
    made = tiny_encoders.save_sentences(tmp_path / "made")
    recorded(made, home / "encoders" / EMBEDDING.id.replace("/", "--"), EMBEDDING.id, dtype="float32")
    save_heads(home)
    before = sizes(home)
    models = Models("huggingface/tiny/llama", "huggingface/tiny/idefics")
    with serving(tmp_path, model=models.writes, offline=True, messages_per_minute=1000) as served:
        found = ends(served, models, lambda: open_every_tab(served, browser, trouble))
        assert refusals(found) == {}
        assert trouble == []
        assert found["documents"][0] == ["moon.txt"]
        assert all(len(found[f"next_tokens {number}"]) == 25 for number in range(AGAIN))
        assert "Traceback" not in served.log.read_text("utf-8")
    assert before.items() <= sizes(home).items()


@pytest.mark.long
def test_every_endpoint_and_every_tab_at_once_with_no_model_here(
    tmp_path: Path, browser: Browser, trouble: list[str]
) -> None:
    models = Models(DEFAULT_MODEL, DEFAULT_MODEL, ocr=True)
    with serving(tmp_path, model=models.writes, offline=True, messages_per_minute=1000) as served:
        found = ends(served, models, lambda: open_every_tab(served, browser, trouble))
        assert isinstance(found["models"], list)
        told = refusals(found)
        in_cards = {"models", "prompting", "evaluate", "sweep", "model_card", "tokenize", "surprisal", "ngram"}
        assert found.keys() - told.keys() <= in_cards, "these tell it in their cards, or need no model"
        assert all("is not on this computer" in text for text in told.values()), told
        assert all("is not on this computer" in text for text in trouble), trouble
        assert "Traceback" not in served.log.read_text("utf-8")


@pytest.mark.long
@pytest.mark.network
@pytest.mark.parametrize("start", range(4))
def test_every_endpoint_and_every_tab_at_once_with_the_default_model(
    start: int, tmp_path: Path, model_home: Path, browser: Browser, trouble: list[str]
) -> None:
    home = tmp_path / "home"
    for name in ("models", "encoders"):
        shutil.copytree(model_home / name, home / name, copy_function=os.link)
    save_heads(home)
    before, models = sizes(home), Models(DEFAULT_MODEL, DEFAULT_MODEL, ocr=True)
    with serving(tmp_path, model=models.writes, offline=True, messages_per_minute=1000) as served:
        found = ends(served, models, lambda: open_every_tab(served, browser, trouble, len(TABS)))
        assert refusals(found) == {}
        assert trouble == []
        assert found["documents"][2]["text"]
        assert "Traceback" not in served.log.read_text("utf-8")
    assert before.keys() <= sizes(home).keys()
