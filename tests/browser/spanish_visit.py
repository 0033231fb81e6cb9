"""A visitor of a Spanish page on a machine without the Hub: from the default model to the one that speaks Spanish."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from playground.settings import DEFAULT_MODEL
from providers import catalog
from tests.browser.conftest import ready
from tests.browser.driving import DESKTOP, answered, facts, replies
from tests.browser.serving import Served, serving

GEMMA = next(model for model in catalog.load().models if model.terms == "gemma")
BEGUN = "La capital de Francia es una de las ciudades"
SHOTS = (
    "Pregunta: ¿Cuál es la capital de Italia?\nRespuesta: Roma\n"
    "Pregunta: ¿Cuál es la capital de Portugal?\nRespuesta: Lisboa\n"
    "Pregunta: ¿Cuál es la capital de Francia?\nRespuesta:"
)
NO_HUB = "http://127.0.0.1:9"
_LONG = 3_600_000
"""Milliseconds: 240 MB are fetched, unpacked and compared, by a machine that may be busy."""


@contextmanager
def without_the_second_model(home: Path, folder: Path) -> Iterator[Served]:
    """The program as it starts by itself, with the models of `home` but that one; the Hub does not answer."""
    for kind in ("models", "encoders"):
        (folder / "home" / kind).mkdir(parents=True)
        for model in (home / kind).iterdir():
            if model.is_dir() and "gemma" not in model.name and not model.name.startswith("."):
                shutil.copytree(model, folder / "home" / kind / model.name, copy_function=os.link)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", NO_HUB)
        patch.delenv("OMP_NUM_THREADS", raising=False)  # the tests' own, for tiny models; this is to have every core
        with serving(folder, model=DEFAULT_MODEL, messages_per_minute=1000) as served:
            yield served


@dataclass
class SpanishVisit:
    """What the visitor has seen, and after how many seconds since the terms were accepted."""

    page: Page
    took: dict[str, float] = field(default_factory=dict)
    _begun: float = 0.0

    @classmethod
    def open(cls, served: Served, browser: Browser) -> SpanishVisit:
        """Temperature 0 and 60 tokens, so that every visit reads the same."""
        size = ViewportSize(width=DESKTOP["width"], height=DESKTOP["height"])
        context = browser.new_context(locale="es-ES", viewport=size, reduced_motion="reduce")
        context.set_default_timeout(_LONG)
        page = context.new_page()
        page.goto(f"{served.url}?models={DEFAULT_MODEL}&temperature=0&max_tokens=60")
        ready(page)
        return cls(page)

    def choose_from_list(self) -> None:
        """The model among those that speak Spanish, once the Hub was asked in vain for more."""
        place = self.page.locator("#fetching")
        place.locator("summary").click()
        expect(place).to_contain_text("no se llega al Hugging Face Hub")
        place.get_by_role("button", name=re.compile(re.escape(GEMMA.name))).click()

    def accept(self) -> None:
        """Accept its terms, and wait until it is ready."""
        place = self.page.locator("#fetching")
        accept = place.get_by_role("button", name=re.compile("Acepto las condiciones"))
        accept.wait_for()
        self._begun = time.perf_counter()
        accept.click()
        expect(place.locator(".status.ready")).to_contain_text(GEMMA.name, timeout=_LONG)
        self._note("ready")

    def chat(self, text: str, name: str) -> tuple[str, float]:
        """What the model goes on with in Chat, and its tokens a second."""
        box, before = self.page.locator("#message textarea"), facts(self.page).count()
        box.fill(text)
        box.press("Enter")
        expect(box).to_have_value("")
        expect(facts(self.page)).to_have_count(before + 1, timeout=_LONG)  # of this reply: it has come to its end
        answered(self.page)
        self._note(name)
        speed = re.search(r"([\d.,]+)\s*tokens/s", facts(self.page).last.inner_text())
        return replies(self.page).last.inner_text(), float(speed[1].replace(",", ".")) if speed else 0.0

    def _note(self, name: str) -> None:
        self.took[name] = time.perf_counter() - self._begun
