"""Open pages as Gradio remembers them, without what only its deep links need."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from gradio.components import State
from gradio.state_holder import SessionState, StateHolder

if TYPE_CHECKING:
    import gradio as gr

_AN_HOUR = 3600
"""Seconds that Gradio keeps what is in a `gr.State` of a page that was closed."""


class LightSession(SessionState):
    """As Gradio's own, but components are not described.

    Gradio describes each of the page's components for every visitor, and each again that an event changes, so that a
    deep link could restore them: 2 MB and much of the work of each page opened. This page has no deep links (see
    `playground.web.guard`), and nothing else reads the descriptions.
    """

    def __init__(self, blocks: gr.Blocks) -> None:
        self.blocks_config = copy(blocks.default_config)
        self.config_values = {}
        self.state_data = {}
        self._state_ttl = {}
        self.is_closed = False
        self.STATE_TTL_WHEN_CLOSED = _AN_HOUR

    def __setitem__(self, key: int, value: Any) -> None:
        if isinstance(self.blocks_config.blocks.get(key), State):
            super().__setitem__(key, value)
        else:
            self.blocks_config.blocks[key] = value

    def _update_config(self, key: int) -> None:
        pass

    def _update_value_in_config(self, key: int, value: Any) -> None:
        pass


class LightSessions(StateHolder):
    """Gradio's holder of open pages, of light ones."""

    def __init__(self, blocks: gr.Blocks) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.set_blocks(blocks)

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = LightSession(self.blocks)
        return super().__getitem__(session_id)
