"""Evaluation: metrics under the microscope, models compared, and every kept run of every tab."""

from __future__ import annotations

from playground.page.program import Page, Program
from playground.tabs.evaluation.page.api import publish
from playground.tabs.evaluation.page.events.compare import wire_compare
from playground.tabs.evaluation.page.events.judge import wire_judge
from playground.tabs.evaluation.page.events.microscope import wire_many, wire_microscope
from playground.tabs.evaluation.page.events.runs import wire_runs
from playground.tabs.evaluation.page.kind import ComparisonKind
from playground.tabs.evaluation.page.layout.tab import lay_out_evaluation
from playground.tabs.evaluation.visit.visits import EvaluationVisits

__all__ = ["NAME", "ORDER", "build", "open", "publish"]

NAME = "evaluation"
ORDER = 70
SAMPLES = True


def open(program: Program) -> EvaluationVisits:
    visits = EvaluationVisits(program.reach, program.sessions, program.settings.code_allowed)
    program.kinds.register(ComparisonKind(visits=visits))
    return visits


def build(page: Page[EvaluationVisits]) -> None:
    layout = lay_out_evaluation(page)
    wire_microscope(page, layout)
    wire_many(page, layout)
    wire_compare(page, layout)
    wire_judge(page, layout)
    wire_runs(page, layout)
