"""Open pages as Gradio remembers them, without what only its deep links need."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from gradio.state_holder import SessionState, StateHolder

if TYPE_CHECKING:
    import gradio as gr


class LightSession(SessionState):
    """As Gradio's own, but components are described when they are first changed, not all of them at the beginning.

    Gradio describes each of the page's components for every visitor, so that a deep link could restore them: 2 MB and
    a tenth of a second of each page opened. The page has no deep links (see `playground.web.guard`).
    """

    def __init__(self, blocks: gr.Blocks) -> None:
        self.blocks_config = copy(blocks.default_config)
        self.config_values = {}
        self.state_data = {}
        self._state_ttl = {}
        self.is_closed = False
        self.STATE_TTL_WHEN_CLOSED = 3600


class LightSessions(StateHolder):
    """Gradio's holder of open pages, of light ones."""

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = LightSession(self.blocks)
        return super().__getitem__(session_id)
