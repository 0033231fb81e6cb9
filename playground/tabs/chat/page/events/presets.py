"""Presets: system prompts of ours, and the assistants that a visitor keeps."""

from __future__ import annotations

from typing import Any

import gradio as gr

from playground.asking.lending import KeepsAssistants
from playground.languages import in_language
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.chat.lab.presets import presets
from playground.tabs.chat.page.fields import assistants_of
from playground.tabs.chat.page.layout import ChatLayout
from playground.tabs.chat.visit.visits import ChatVisits


def wire_presets(page: Page[ChatVisits], layout: ChatLayout) -> None:
    """A preset that is chosen here, and one that another tab hands over."""
    app = page.app

    def on_preset(name: str | None, request: gr.Request) -> list[object]:
        return choose_preset(app, app.who(request), name)

    def on_handed(handed: dict[str, Any] | None, request: gr.Request) -> list[object]:
        return receive_assistant(app, app.who(request), handed)

    filled = [layout.system, page.sidebar.sampling["temperature"], layout.grounded]
    layout.preset.input(on_preset, layout.preset, filled, **PRIVATE)
    page.handed.change(on_handed, page.handed, [layout.preset, *filled], **PRIVATE)


def named_presets(app: App[ChatVisits], who: Who) -> list[tuple[str, str]]:
    """Our assistants, then the visitor's own, as a dropdown's choices."""
    lender = app.lent(KeepsAssistants)
    own = lender.own_assistants(who.visitor) if lender is not None else ()
    ours = [(in_language(preset.name, who.language), preset.id) for preset in presets()]
    return [*ours, *((f"▤ {one.name}", one.id) for one in own)]


def choose_preset(app: App[ChatVisits], who: Who, name: str | None) -> list[object]:
    """The preset's system prompt, its temperature where it has one, and what it answers from where it has documents.

    Without a name, nothing is started from: the system prompt is empty again. Raises `AssistantError("assistant")` for
    one that is gone.
    """
    if not name:
        return ["", gr.skip(), ""]
    preset = next((preset for preset in presets() if preset.id == name), None)
    if preset is None:
        return [assistants_of(app).own_assistant(who.visitor, name).system, gr.skip(), who.text("chat.grounded")]
    temperature = gr.skip() if preset.temperature is None else gr.update(value=preset.temperature)
    return [in_language(preset.system, who.language), temperature, ""]


def receive_assistant(app: App[ChatVisits], who: Who, handed: dict[str, object] | None) -> list[object]:
    """An assistant that another tab hands over: `{"tab": "chat", "assistant": id}`."""
    if not handed or handed.get("tab") != "chat":
        return [gr.skip()] * 4
    name = str(handed.get("assistant"))
    choice = gr.update(choices=named_presets(app, who), value=name)
    return [choice, *choose_preset(app, who, name)]
