"""The smallest things of the tab."""

from playground.page.parts.notices import Notices

NOTICES = Notices("prompting")
say, told, noticed, alert = NOTICES.say, NOTICES.told, NOTICES.noticed, NOTICES.alert
