"""Assistants as the page offers them: system prompts of ours, and those that a visitor keeps."""

from __future__ import annotations

import gradio as gr

from playground.asking.lending import KeepsAssistants
from playground.languages import in_language
from playground.page.program import App, Who
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.presets import presets
from playground.tabs.chat.page.fields import assistants_of
from playground.tabs.chat.visit.visits import ChatVisits


def assistant_names(app: App[ChatVisits], who: Who) -> dict[str, str]:
    """The name of each assistant by its id: ours, then the visitor's own."""
    lender = app.find_lender(KeepsAssistants)
    own = lender.own_assistants(who.visitor) if lender is not None else ()
    return {one.id: in_language(one.name, who.language) for one in presets()} | {one.id: one.name for one in own}


def offered_assistants(app: App[ChatVisits], who: Who) -> list[tuple[str, str]]:
    """As a dropdown's choices; the visitor's own say that they have documents."""
    ours = {one.id for one in presets()}
    return [
        (name if id in ours else who.text("chat.own_assistant", name=name), id)
        for id, name in assistant_names(app, who).items()
    ]


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


def assistant_of(app: App[ChatVisits], who: Who, conversation: Conversation) -> tuple[str | None, str]:
    """Which assistant a conversation goes on with, and what is said of its documents; `None` for one that is gone."""
    id = conversation.assistant
    if id not in assistant_names(app, who):
        return None, ""
    return id, "" if any(id == one.id for one in presets()) else who.text("chat.grounded")
