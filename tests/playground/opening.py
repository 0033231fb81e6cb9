"""The program with its tabs open, and no page in front."""

from __future__ import annotations

from playground.page import shell
from playground.page.program import App, Program
from playground.settings import Settings
from playground.tabs.chat.visit.visits import ChatVisits
from playground.text import texts
from playground.visitors import Sessions
from playground.visitors.reach import Reach
from providers import catalog


def open_program(settings: Settings) -> Program:
    """As `playground.page.create` puts it together; with the scripted models."""
    rows = catalog.load()
    sessions = Sessions.of(settings, rows)
    reach = Reach(rows, settings.options(), sessions.vault, scripted=True, terms=sessions.terms)
    opened: dict[str, object] = {}
    label = shell.labels(texts())
    program = Program(settings=settings, texts=texts(), reach=reach, sessions=sessions, label=label, opened=opened)
    shell.open_tabs(program, opened)
    return program


def open_chat(settings: Settings) -> App[ChatVisits]:
    """The program as the Chat tab's events see it."""
    program = open_program(settings)
    visits = program.opened["chat"]
    assert isinstance(visits, ChatVisits)
    return App(**{name: getattr(program, name) for name in program.__dataclass_fields__}, visits=visits)
