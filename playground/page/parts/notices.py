"""The smallest things a tab says, as HTML: an escaped text, a word that explains itself, a sentence, an error."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from playground.page.parts.measures import draw_explained
from playground.page.parts.render import Renderer
from providers.errors import Failure, PlaygroundError
from providers.types import Change


@dataclass(frozen=True, slots=True)
class Notices:
    """`scope` is the tab's name in the texts: `Notices("rag").say(show, "nothing")` is the text `rag.nothing`."""

    scope: str

    def say(self, show: Renderer, name: str, /, **values: object) -> str:
        """A text of the tab, escaped."""
        return html.escape(show.text(f"{self.scope}.{name}", **values))

    def draw_term(self, show: Renderer, name: str) -> str:
        """A technical word that explains itself by the text `<name>_info`."""
        return draw_explained(self.say(show, name), self.say(show, f"{name}_info"))

    def draw_sentence(self, show: Renderer, name: str, /, **values: object) -> str:
        """A sentence in the place of a result."""
        return f'<p class="told" role="status">{self.say(show, name, **values)}</p>'

    def draw_notice(self, show: Renderer, mode: str) -> str:
        """What there is to see, once something is there: the text `notice_<mode>`."""
        lead, text = self.say(show, "notice"), self.say(show, f"notice_{mode}")
        return f'<p class="noticing"><strong>{lead}</strong> {text}</p>'

    def draw_undo(self, show: Renderer, name: str) -> str:
        """What was just begun anew or taken away, and the way back: its place has the script `undo`, and that event."""
        undo = html.escape(show.text("page.undo"))
        button = f'<button type="button" class="inline-button" data-undo>{undo}</button>'
        return f'<div class="notice past" role="status">{self.say(show, name)} {button}</div>'

    def draw_alert(self, show: Renderer, error: PlaygroundError, empty: str = "nothing") -> str:
        """What went wrong, and what to do. `empty` is the sentence for what was left empty."""
        if error.key == "input_error.empty":  # its own sentence speaks of a message
            return f'<div class="notice" role="alert" data-cause="{error.key}">{self.say(show, empty)}</div>'
        return show.alert(Failure.of(error))


def draw_changes(show: Renderer, changes: Sequence[Change]) -> str:
    """What a model was not asked as it was wanted, and why; nothing where nothing changed."""
    lines = "".join(f"<li>{html.escape(show.change(change))}</li>" for change in changes)
    return f'<ul class="changes">{lines}</ul>' if lines else ""
