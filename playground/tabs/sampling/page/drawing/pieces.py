"""The smallest things drawn: a word with its explanation, a sentence."""

from __future__ import annotations

from playground.page.parts.notices import Notices

NOTICES = Notices("sampling")
draw_term, draw_sentence = NOTICES.draw_term, NOTICES.draw_sentence
draw_notice, draw_alert = NOTICES.draw_notice, NOTICES.draw_alert
