"""Whoever writes to a model that hardly speaks the language is told: as it was measured, else as its makers say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from playground.page.program import App, Program, Who
from playground.settings import Settings
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.page.events.speaking import describe_speaking
from playground.tabs.chat.page.fields import ChatWho
from playground.tabs.chat.visit.visits import ChatVisits
from playground.text import texts
from playground.visitors.conversations import ConversationKey
from playground.visitors.reach import Reach
from providers import catalog
from providers.types import ModelInfo
from tests.playground.opening import open_chat

ROWS = catalog.load().models
GEMMA = next(model for model in ROWS if model.terms == "gemma")
SMOL = next(model for model in ROWS if model.id.endswith("SmolLM2-135M-Instruct"))
SPANISH = "¿Cuál es la capital de Francia y qué se puede ver allí?"
BAD, GOOD = (("en", 1.28), ("es", 1.95)), (("en", 1.18), ("es", 1.12))
WHO = ChatWho("ana", "es", texts())


@pytest.fixture
def app(tmp_path: Path) -> App[ChatVisits]:
    return open_chat(Settings(_env_file=None, home=tmp_path, model="scripted", memory_gb=4))


async def told(
    app: App[ChatVisits], monkeypatch: pytest.MonkeyPatch, question: str, *models: ModelInfo, hub: bool = False
) -> tuple[str, int]:
    """What is said of `models` after that question, and how often the Hub was asked."""
    asked, known = list[bool](), {model.ref: model for model in ROWS} | {model.ref: model for model in models}

    async def loaded(visits: ChatVisits, key: ConversationKey) -> Conversation:
        return Conversation().ask(question, tuple(model.ref for model in models))

    async def every(program: Program, who: Who) -> dict[str, ModelInfo]:
        return known

    async def reaches_hub(reach: Reach) -> bool:
        asked.append(hub)
        return hub

    monkeypatch.setattr(ChatVisits, "load_in_thread", loaded)
    monkeypatch.setattr(Program, "models", every)
    monkeypatch.setattr(Reach, "reaches_hub", reaches_hub)
    return await describe_speaking(app, WHO, [model.ref for model in models]), len(asked)


async def test_once_by_the_catalogue_before_it_was_measured(
    app: App[ChatVisits], monkeypatch: pytest.MonkeyPatch
) -> None:
    said, asked = await told(app, monkeypatch, SPANISH, SMOL)
    assert SMOL.name in said and f'data-use="{GEMMA.ref}"' in said and "238" in said and "data-dismiss" in said
    assert asked == 1 and "Qwen" not in said, "the Hub does not answer"
    said, _ = await told(app, monkeypatch, SPANISH, SMOL, hub=True)
    assert "Qwen2.5 0.5B Instruct (GGUF" in said and "Apache-2.0" in said
    assert await told(app, monkeypatch, "What is the capital of France, please?", SMOL) == ("", 0)
    assert await told(app, monkeypatch, SPANISH, GEMMA) == ("", 0)


async def test_what_was_measured_decides(app: App[ChatVisits], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its makers say: a good one raises nothing, a bad one does, one of the visitor's own too."""
    assert await told(app, monkeypatch, SPANISH, replace(SMOL, bits=GOOD, here=True)) == ("", 0)
    bad = replace(GEMMA, bits=BAD, here=True)
    said, _ = await told(app, monkeypatch, SPANISH, bad)
    assert bad.name in said and f'data-use="{bad.ref}"' not in said
    own = replace(SMOL, id="ana/own", name="Own", languages=(), package=None, bits=BAD, here=True)
    assert "Own" in (await told(app, monkeypatch, SPANISH, own))[0]
    unknown = replace(own, bits=())
    assert await told(app, monkeypatch, SPANISH, unknown) == ("", 0), "nothing is said where nothing is known"
