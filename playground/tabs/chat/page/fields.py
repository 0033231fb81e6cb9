"""What the tab's and the sidebar's components hold, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.asking.errors import AssistantError
from playground.asking.lending import Ground, KeepsAssistants
from playground.page.program import App, Page, Who
from playground.tabs.chat.lab.presets import presets
from playground.tabs.chat.visit.run import Choices
from playground.tabs.chat.visit.visits import ChatVisits
from playground.visitors import ConversationKey
from playground.visitors.checks import checked_models, checked_text
from playground.visitors.conversations import FIRST


@dataclass(frozen=True, slots=True)
class ChatWho(Who):
    """The visitor behind a call, and the conversation that their browser tab shows."""

    conversation: str = FIRST

    @property
    def key(self) -> ConversationKey:
        return ConversationKey(self.visitor, self.conversation)

    @classmethod
    def of(cls, who: Who, conversation: object) -> ChatWho:
        """With the id that came along, or the first conversation where none did. Raises `ArgumentError` for no id."""
        key = ConversationKey(who.visitor, conversation or FIRST)  # type: ignore[arg-type]  # the key checks it
        return cls(who.visitor, who.language, who.texts, who.page, key.id)


def who_at(app: App[ChatVisits], request: gr.Request, conversation: object) -> ChatWho:
    """See `ChatWho.of`."""
    return ChatWho.of(app.who(request), conversation)


def checked_choices(page: Page[ChatVisits], who: Who, values: Sequence[Any]) -> Choices:
    """From the values of `ChatLayout.choices`: preset, system prompt, models, sampling. Raises `InputError`s."""
    preset, system, models, *sampling = values
    return Choices(
        models=checked_models(models),
        sampling=page.sampling(sampling),
        system=checked_text(system or "", page.app.bounds, empty=True),
        assistant=preset if isinstance(preset, str) else "",
        ground=_ground(page.app, who, preset),
    )


def _ground(app: App[ChatVisits], who: Who, preset: object) -> Ground | None:
    """The documents of the visitor's own assistant; ours have none. Raises `AssistantError("assistant")`."""
    if not isinstance(preset, str) or not preset or any(preset == one.id for one in presets()):
        return None
    return assistants_of(app).ground(who.visitor, preset, who.language)


def assistants_of(app: App[ChatVisits]) -> KeepsAssistants:
    """Whoever keeps the visitors' own assistants. Raises `AssistantError("assistant")` where nobody does."""
    if (lender := app.find_lender(KeepsAssistants)) is None:
        raise AssistantError("assistant")
    return lender
