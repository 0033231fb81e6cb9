"""What open pages show of a visitor's conversations: who watches a run, and which columns were laid out last."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from playground.asking.pump import HEARTBEAT
from playground.visitors import ConversationKey

_PATIENCE = 2 * HEARTBEAT


class ColumnLayout:
    """One laying out of a conversation's columns, as long as it goes on."""

    __slots__ = ("__weakref__",)


@dataclass(eq=False, slots=True)
class View:
    """A page that shows what becomes of a conversation, until that has ended or the page is given another one."""

    left: asyncio.Event = field(default_factory=asyncio.Event)
    """The page shows another conversation by now."""
    _over: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    async def wait(self, ended: asyncio.Event, seconds: float | None = None) -> None:
        """Until that has ended or the page was left, so many seconds at most."""
        waiting = [asyncio.ensure_future(one.wait()) for one in (ended, self.left)]
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()


@dataclass(slots=True)
class Views:
    """By page, as Gradio names them: one page, one conversation at a time."""

    _open: dict[str, list[View]] = field(default_factory=dict, repr=False)
    _layouts: WeakValueDictionary[ConversationKey, ColumnLayout] = field(
        default_factory=WeakValueDictionary, repr=False
    )

    def begin_layout(self, key: ConversationKey) -> ColumnLayout:
        """Whoever begins last to lay out the conversation's columns knows the models that are chosen now."""
        self._layouts[key] = begun = ColumnLayout()
        return begun

    def is_latest(self, key: ConversationKey, layout: ColumnLayout) -> bool:
        """Nobody has begun to lay out the columns since."""
        return self._layouts.get(key) is layout

    @contextmanager
    def at(self, page: str) -> Iterator[View]:
        """A view, as long as something is drawn on the page."""
        view = View()
        self._open.setdefault(page, []).append(view)
        try:
            yield view
        finally:
            view._over.set()
            self._open[page].remove(view)
            if not self._open[page]:
                del self._open[page]

    async def leave(self, page: str) -> None:
        """The page is given another conversation: nothing of the one before is drawn on it from now on.

        What is being drawn has half a second to end: whoever draws looks up four times a second.
        """
        views = list(self._open.get(page, ()))
        for view in views:
            view.left.set()
        if views:
            ending = [asyncio.ensure_future(view._over.wait()) for view in views]
            await asyncio.wait(ending, timeout=_PATIENCE)
            for one in ending:
                one.cancel()
