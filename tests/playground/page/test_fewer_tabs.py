"""A page with some of the tabs: of the others neither places nor endpoints, and no way that leads to them."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from playground import page
from playground.asking.reply import Reply
from playground.page.parts.render import SAMPLING
from playground.page.program import Who
from playground.settings import Settings


def test_only_the_tabs_that_were_asked_for(tmp_path: Path):
    created = page.create(Settings(home=tmp_path, model="scripted", tabs=("rag", "models"), offline=True))
    blocks = created.blocks.blocks.values()
    assert {one.id for one in blocks if isinstance(one, gr.Tab)} >= {"rag", "models"}
    assert not {one.id for one in blocks if isinstance(one, gr.Tab)} & {"chat", "sampling", "vision"}
    named = {event.api_name for event in created.blocks.fns.values() if event.api_visibility == "public"}
    assert "surprisal" in named
    assert not named & {"chat", "next_tokens"}
    assistant = next(one for one in blocks if one.elem_id == "rag-assistant")
    assert assistant.visible is False
    assert {one.module.NAME for one in created.tabs} >= {"chat", "sampling"}, "what they keep is still cleared away"
    show = created.program.show(Who("ada", "en", created.program.texts))
    said = show.reply(Reply(model="scripted/echo", text="Hello", state="done"), (0, 0))
    assert SAMPLING not in str(said)
