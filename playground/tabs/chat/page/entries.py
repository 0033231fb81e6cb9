"""The list of a visitor's conversations, drawn, and what is said about the one before."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import datetime

from playground.page.parts.notices import Notices
from playground.page.parts.render import Renderer
from playground.page.parts.signs import draw_sign
from playground.tabs.chat.lab.entry import Entry

_TEXTS = Notices("chat")
_SIGNS = {
    "pin": "M9 3h6l-1 6 3 3v2h-4.5L12 21l-.5-7H7v-2l3-3z",
    "rename": "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
    "delete": "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
}
"""Lines of 24 × 24."""


def draw_entries(show: Renderer, entries: Sequence[Entry], current: str, *, search: str = "", told: str = "") -> str:
    """A row a conversation: its title opens it; `told` stands above them."""
    if not entries:
        nothing = "history_none" if search else "history_empty"
        return told + _TEXTS.draw_sentence(show, nothing, search=search)
    rows = "".join(_row(show, one, current=one.id == current) for one in entries)
    return f'{told}<ul class="entries">{rows}</ul><p class="quiet">{_TEXTS.say(show, "history_bounds")}</p>'


def _row(show: Renderer, entry: Entry, *, current: bool) -> str:
    title, when = html.escape(entry.heading), datetime.fromtimestamp(entry.changed).isoformat(timespec="minutes")
    facts = f"{html.escape(show.moment(when))} · {_TEXTS.say(show, 'turns', count=entry.turns)}"
    here = ' aria-current="true"' if current else ""
    signs = "".join(_sign(show, what, entry) for what in _SIGNS)
    name, save = _TEXTS.say(show, "entry_name", title=entry.heading), _TEXTS.say(show, "entry_save")
    return (
        f'<li data-id="{entry.id}"><button type="button" class="entry" data-open="{entry.id}"{here}>{title}</button>'
        f'<form hidden><input type="text" maxlength="200" value="{title}" aria-label="{name}">'
        f'<button type="submit" class="inline-button">{save}</button></form>'
        f'<span class="quiet">{facts}</span><span class="signs">{signs}</span></li>'
    )


def _sign(show: Renderer, sign: str, entry: Entry) -> str:
    what = "unpin" if sign == "pin" and entry.pinned else sign
    name = _TEXTS.say(show, f"entry_{what}", title=entry.heading)
    return (
        f'<button type="button" data-do="{what}" aria-label="{name}" title="{name}">{draw_sign(_SIGNS[sign])}</button>'
    )


def draw_unreadable(show: Renderer, count: int) -> str:
    """That some are missing from the list; nothing where none is."""
    return f'<div class="notice" role="status">{_TEXTS.say(show, "unreadable", count=count)}</div>' if count else ""


def draw_deleted(show: Renderer, entry: Entry) -> str:
    """What was deleted, and the way back."""
    said, undo = _TEXTS.say(show, "entry_deleted", title=entry.heading), _TEXTS.say(show, "entry_restore")
    button = f'<button type="button" class="inline-button" data-do="restore">{undo}</button>'
    return f'<div class="notice past" role="status">{said} {button}</div>'


def draw_before(show: Renderer, conversation: str) -> str:
    """That a new conversation has begun, and the way back to the one before."""
    return _way(show, conversation, "begun", "begun_undo")


def draw_last(show: Renderer, entry: Entry) -> str:
    """The conversation that was held last, in a tab that has none yet."""
    return _way(show, entry.id, "last", "last_open", title=entry.heading)


def _way(show: Renderer, conversation: str, text: str, action: str, **values: object) -> str:
    said, go = _TEXTS.say(show, text, **values), _TEXTS.say(show, action)
    button = f'<button type="button" class="inline-button" data-open="{conversation}">{go}</button>'
    return f'<div class="notice past" role="status">{said} {button}</div>'
