"""What is expected of the page is waited for, before Playwright asks whether it is so.

Each time that something is not there yet Playwright (1.65) describes the whole page for a message that nobody reads: a
sixth of what our pages cost the browser. To wait for an element costs nothing of the kind, and ends with the same one.
"""

from __future__ import annotations

from typing import Any

from playwright._impl._errors import TimeoutError as NothingCame
from playwright._impl.assertions import LocatorAssertions

_ABSENCE = ("to.be.hidden", "to.be.attached", "to.be.detached", "to.be.in.viewport", "to.be.visible", "to.have.count")


def wait_before_expecting() -> None:
    """From now on, for all tests of this process."""
    expect = LocatorAssertions._call_expect

    async def call_expect(self: Any, expression: str, options: Any, title: str | None) -> Any:
        state = _state_of(expression, denied=self._is_not)
        if state:
            try:
                await self._actual_locator.wait_for(state=state, timeout=options["timeout"])
            except NothingCame:
                options = {**options, "timeout": 1}  # what was expected, and what is there instead, is told by this
        return await expect(self, expression, options, title)

    LocatorAssertions._call_expect = call_expect  # type: ignore[assignment]


def _state_of(expression: str, *, denied: bool) -> str | None:
    """What the one element must be for this to be true; `None` where it may be missing, or there may be many."""
    if expression == "to.be.visible" and not denied:
        return "visible"
    return None if expression in _ABSENCE or expression.endswith(".array") else "attached"
