"""The smallest things of the tab: an escaped text, an error in the place of a result, a picture's address."""

from __future__ import annotations

import base64

from playground.page.parts.notices import Notices
from playground.page.parts.render import Renderer
from providers.types import Image

NOTICES = Notices("vision")
say, draw_term, draw_sentence = NOTICES.say, NOTICES.draw_term, NOTICES.draw_sentence
draw_notice, draw_alert, draw_undo = NOTICES.draw_notice, NOTICES.draw_alert, NOTICES.draw_undo


def data_address(image: Image) -> str:
    """The picture itself as an address: nothing is fetched for it."""
    return f"data:{image.mime};base64,{base64.b64encode(image.content).decode('ascii')}"


def draw_cost(show: Renderer, cost: float | None) -> str:
    """US dollars as an estimate, escaped; "free" for nothing, "unknown" for what nobody published."""
    if cost is None:
        return say(show, "cost_unknown")
    if not cost:
        return say(show, "cost_nothing")
    return say(show, "cost_about", cost=show.dollars(cost))
