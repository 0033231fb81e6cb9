"""The smallest things of the tab."""

from playground.page.parts.notices import Notices

NOTICES = Notices("evaluation")
say, draw_sentence = NOTICES.say, NOTICES.draw_sentence
draw_notice, draw_alert = NOTICES.draw_notice, NOTICES.draw_alert
