"""Prompting: strategies side by side on one question, and measured on a set of them."""

from __future__ import annotations

from playground.asking.lending import Search, SearchesDocuments
from playground.page.program import Page, Program
from playground.tabs.prompting.page.api import publish
from playground.tabs.prompting.page.events.ask import wire_ask
from playground.tabs.prompting.page.events.measure import wire_measure
from playground.tabs.prompting.page.events.results import wire_results
from playground.tabs.prompting.page.events.runs import wire_runs
from playground.tabs.prompting.page.events.strategies import wire_strategies
from playground.tabs.prompting.page.kind import StrategiesKind
from playground.tabs.prompting.page.layout.tab import lay_out_prompting
from playground.tabs.prompting.visit.visits import PromptingVisits

__all__ = ["NAME", "ORDER", "build", "open", "publish"]

NAME = "prompting"
ORDER = 30
SAMPLES = True


def open(program: Program) -> PromptingVisits:
    async def searcher(visitor: str) -> Search | None:
        lender = program.find_lender(SearchesDocuments)
        return await lender.document_search(visitor) if lender is not None else None

    visits = PromptingVisits(program.reach, program.sessions, program.settings.code_allowed, searcher)
    program.kinds.register(StrategiesKind(visits=visits))
    return visits


def build(page: Page[PromptingVisits]) -> None:
    layout = lay_out_prompting(page)
    wire_strategies(page, layout)
    wire_ask(page, layout)
    wire_measure(page, layout)
    wire_results(page, layout)
    wire_runs(page, layout)
