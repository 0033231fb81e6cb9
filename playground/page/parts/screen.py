"""What one event may change on the page."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import ClassVar, Protocol, Self, runtime_checkable

import gradio as gr


def no_change() -> object:
    """The default of a screen's field: the component stays as it is."""
    return field(default_factory=gr.skip)


@runtime_checkable
class DrawnAgain(Protocol):
    """What is drawn when the page was read again in another language: see `parts.under_way`."""

    def again(self) -> list[object]:
        """An update for each of its places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A subclass has a field for each component that its event updates, in the order of the event's outputs."""

    BUTTONS: ClassVar[tuple[str, ...]] = ()
    """Those of the fields that are buttons, of which only some are shown at a time."""

    def outputs(self) -> list[object]:
        """An update for each component."""
        return [getattr(self, one.name) for one in fields(self)]

    def again(self) -> list[object]:
        """See `DrawnAgain`."""
        return self.outputs()

    @classmethod
    def showing(cls, *buttons: str, **places: object) -> Self:
        """With just these of its buttons, and these places changed; the rest stays as it is."""
        visible = {name: gr.update(visible=name in buttons) for name in cls.BUTTONS}
        return replace(cls(), **places, **visible)
