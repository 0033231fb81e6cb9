"""A kept run of any kind as a file."""

from __future__ import annotations

from playground.measuring.kinds import RunFile
from playground.measuring.outcomes import Outcomes
from playground.measuring.store import StoredRun
from playground.page.parts.downloads import File
from playground.page.parts.run_list import load_run
from playground.page.program import App, Who
from playground.tabs.evaluation.page.drawing.report import report
from playground.tabs.evaluation.page.events.items import kind_of
from playground.tabs.evaluation.visit.visits import EvaluationVisits
from providers.errors import PlaygroundError

REPORT = "report"
"""A page to print, which any run has."""


def exports_of(app: App[EvaluationVisits], run: StoredRun) -> tuple[str, ...]:
    """The kinds of files that are made of it."""
    return tuple(dict.fromkeys((*kind_of(app, run).EXPORTS, REPORT)))


def export_any(app: App[EvaluationVisits], who: Who, run: object, kind: str) -> File | None:
    """A kept run; `None` where there is none, or its kind makes no such file."""
    try:
        stored, outcomes = load_run(app, who, run)
    except PlaygroundError:  # nothing is open: the list says so
        return None
    file = run_as_file(app, who, stored, outcomes, kind)
    return {"name": file.name, "type": file.type, "content": file.content} if file is not None else None


def run_as_file(app: App[EvaluationVisits], who: Who, run: StoredRun, outcomes: Outcomes, kind: str) -> RunFile | None:
    """`None` where no such file is made of it."""
    show, known = app.show(who), kind_of(app, run)
    if kind == REPORT:
        return report(show, known, run, outcomes)
    return known.export(show, run, outcomes, kind) if kind in known.EXPORTS else None
