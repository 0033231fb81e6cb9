"""The Chat tab drawn: a column as a Chatbot takes it; images that wait to be sent, and those above the questions."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Sequence
from typing import Any

from playground.page.parts.render import Renderer, tags_shown
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.export import measures
from playground.tabs.chat.lab.pictures import MessagePicture


def messages(show: Renderer, conversation: Conversation, column: int) -> list[dict[str, Any]]:
    """A column as a Chatbot takes it: question, reasoning, answer, and a line of facts that opens."""
    shown: list[dict[str, Any]] = []
    for number, turn in enumerate(conversation.turns):
        shown.append({"role": "user", "content": tags_shown(turn.question)})
        reply = conversation.reply(number, column)
        if reply is not None:
            shown += show.reply(reply, (number, column))
    return shown


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
    remove = f'<button type="button" data-remove="{number}" aria-label="{name}" title="{name}">✕</button>'
    return f"<figure>{_image(show, picture, number)}{remove}</figure>"
