"""What a model's chat template takes: found by trying it, whatever model it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jinja2 import TemplateError

from providers.fit import fold_system, join_turns
from providers.types import Change, Message

_SAID = "b9d1"
"""What the turns say that a template is tried with."""
Show = Callable[[list[dict[str, str]]], str]
"""The text of turns, with what opens the reply. May raise `TemplateError` and `ValueError`."""


class Template:
    """`None` for a model that has none: it continues text, and takes messages in any order."""

    def __init__(self, show: Show | None) -> None:
        self._show = show
        self._takes_system = self._times("system", "user") not in (None, 1)
        alone = self._times("user")
        self._joins = alone is not None and self._loses(alone, "user", "user")
        self._opens_with_user = alone is not None and self._loses(alone, "assistant", "user")

    def place(self, messages: Sequence[Message]) -> tuple[tuple[Message, ...], tuple[Change, ...]]:
        """The messages in a form that the template takes, and what was changed for it.

        Instructions for which it has no place stand before the first message. Where it wants user and assistant in
        turn, neighbours of one role are joined, and what an assistant said before any user is part of the first turn.
        """
        given = placed = tuple(messages)
        changes: list[Change] = []
        if self._show is None:
            return given, ()
        if not self._takes_system and (placed := fold_system(placed)) != given:
            changes.append(Change(what="system", reason="system_in_first_message"))
        joined = join_turns(placed, first="user" if self._opens_with_user else None) if self._strict else placed
        if joined != placed:
            changes.append(Change(what="history", reason="turns_joined"))
        return joined, tuple(changes)

    @property
    def _strict(self) -> bool:
        return self._joins or self._opens_with_user

    def _loses(self, alone: int, *roles: str) -> bool:
        """Turns of these roles are refused, or not all of them are shown."""
        times = self._times(*roles)
        return times is None or times < alone * len(roles)

    def _times(self, *roles: str) -> int | None:
        """How often the template shows what turns of these roles say; `None` where it refuses them."""
        if self._show is None:
            return None
        try:
            return self._show([{"role": role, "content": _SAID} for role in roles]).count(_SAID)
        except (TemplateError, ValueError):
            return None


def mark_after_turn(render: Show) -> str:
    """What the template writes after an assistant's turn; nothing where it cannot be told.

    `render` is without what opens a reply.
    """
    try:
        text = render([{"role": "user", "content": "a"}, {"role": "assistant", "content": _SAID}])
    except (TemplateError, ValueError):  # a template with an order of its own: its other marks have to do
        return ""
    return text.rpartition(_SAID)[2].strip() if _SAID in text else ""  # some read the parts of a message, and no text
