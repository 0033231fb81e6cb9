"""The Chat tab drawn: a column as a Chatbot takes it; images that wait to be sent, and those above the questions."""

from __future__ import annotations

import base64
import hashlib
import html
import inspect
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playground.asking.reply import Reply
from playground.page.parts.render import Renderer
from playground.page.parts.signs import CLOSE, draw_sign
from playground.page.parts.verbatim import tags_shown
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.export import measures
from playground.tabs.chat.lab.pictures import MessagePicture
from playground.visitors.checks import MAX_COLUMNS


def messages(show: Renderer, conversation: Conversation, column: int) -> list[dict[str, Any]]:
    """A column as a Chatbot takes it: question, reasoning, answer, and a line of facts that opens."""
    last = len(conversation.turns) - 1
    earlier = _earlier(show, conversation, last, column)
    return earlier + (turn_messages(show, conversation, last, column, last=True) if last >= 0 else [])


def _earlier(show: Renderer, conversation: Conversation, before: int, column: int) -> list[dict[str, Any]]:
    return [one for turn in range(before) for one in turn_messages(show, conversation, turn, column)]


def turn_messages(
    show: Renderer, conversation: Conversation, turn: int, column: int, *, last: bool = False
) -> list[dict[str, Any]]:
    """One turn of a column: see `messages`. The last one leads to Sampling by a button, the others by a link."""
    shown: list[dict[str, Any]] = [{"role": "user", "content": tags_shown(conversation.turns[turn].question)}]
    reply = conversation.reply(turn, column)
    return shown + (show.not_asked() if reply is None else show.reply(reply, None if last else (turn, column)))


def as_gradio_has_it(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Messages in the form that Gradio's Chatbot makes of them, for events whose values it is not to look at again."""
    return [
        {
            "role": one["role"],
            "metadata": one.get("metadata"),
            "content": [{"text": inspect.cleandoc(one["content"]), "type": "text"}],
            "options": one.get("options"),
        }
        for one in messages
    ]


@dataclass(slots=True)
class RunColumns:
    """The columns as a run redraws them. Of a conversation that grows only the last turn is drawn again."""

    show: Renderer
    _finished: list[list[dict[str, Any]]] | None = None
    _last: list[Reply | None] = field(default_factory=lambda: [None] * MAX_COLUMNS)
    _drawn: list[object] = field(default_factory=lambda: [[] for _ in range(MAX_COLUMNS)])

    def draw(self, conversation: Conversation) -> list[object]:
        """All columns, each a list of messages as `as_gradio_has_it`; empty where the last turn has no place."""
        last, replies = len(conversation.turns) - 1, conversation.turns[-1].replies
        if self._finished is None:  # a run changes none but its last turn
            every = range(MAX_COLUMNS)
            self._finished = [as_gradio_has_it(_earlier(self.show, conversation, last, n)) for n in every]
        for n, reply in enumerate(replies[:MAX_COLUMNS]):
            if (reply is None and not self._drawn[n]) or (reply is not None and reply is not self._last[n]):
                growing = as_gradio_has_it(turn_messages(self.show, conversation, last, n, last=True))
                self._drawn[n], self._last[n] = [*self._finished[n], *growing], reply
        return list(self._drawn)


def draw_lost(show: Renderer, conversation: Conversation) -> str:
    """That the conversation was damaged, and what became of it; nothing of one that is whole."""
    if not conversation.lost:
        return ""
    return f'<div class="notice" role="alert">{html.escape(show.text("chat.lost", count=conversation.lost))}</div>'


def draw_sending(*, running: bool, unsent: str = "", ran: Sequence[int] = (), here: str = "") -> str:
    """For `chat/show_sending.js`. Marked with the time: the browser is to notice it where nothing else changed, too.

    `ran` are the columns that this computer has answered: `here` is what their sign says from then on.
    """
    told = {"ran": list(ran), "here": here} if ran else {}
    return json.dumps({"running": running, "unsent": unsent, **told, "at": time.time_ns()})


def draw_question_pictures(show: Renderer, conversation: Conversation) -> str:
    """A template for every question with images: `chat/question_images.js` puts it above the question in each column.

    They are no part of the messages: a message's text is what is copied, edited and read aloud.
    """
    return "".join(_template(show, turn, one.pictures) for turn, one in enumerate(conversation.turns) if one.pictures)


def _template(show: Renderer, turn: int, pictures: Sequence[MessagePicture]) -> str:
    images = "".join(_image(show, one, number) for number, one in enumerate(pictures, start=1))
    key = hashlib.sha256(images.encode()).hexdigest()[:16]
    return f'<template data-turn="{turn}" data-key="{key}">{images}</template>'


def _image(show: Renderer, picture: MessagePicture, number: int) -> str:
    alt = html.escape(show.text("chat.image", number=number, name=picture.name))
    encoded = base64.b64encode(picture.small.content).decode()
    title = html.escape(f"{picture.name} · {measures(picture.image)}")
    return f'<img src="data:{html.escape(picture.small.mime)};base64,{encoded}" alt="{alt}" title="{title}">'


def draw_waiting_pictures(show: Renderer, pictures: Sequence[MessagePicture], *, more: bool = False) -> str:
    """What goes along with the next message, each with a button that takes it back; `more` are on their way."""
    figures = "".join(_figure(show, one, number) for number, one in enumerate(pictures, start=1))
    now = " now" if more else ""
    adding = f'<p class="adding quiet{now}" role="status">{html.escape(show.text("chat.adding"))}</p>'
    return f'<div class="pictures">{figures}</div>{adding}'


def _figure(show: Renderer, picture: MessagePicture, number: int) -> str:
    name = html.escape(show.text("chat.remove_image", number=number, name=picture.name))
    remove = (
        f'<button type="button" data-remove="{number}" aria-label="{name}" title="{name}">{draw_sign(CLOSE)}</button>'
    )
    return f"<figure>{_image(show, picture, number)}{remove}</figure>"
