"""What a notebook or a script imports: names that stay here, wherever their code moves to.

Exported notebooks import this module alone, besides `providers`.
"""

from __future__ import annotations

from contextlib import AsyncExitStack

from playground.asking.opening import opened_for
from playground.command_line import command_line
from playground.measuring import Attempt, Column, Control, Outcome, Plan, Sought, TaskSet, extract, run
from playground.measuring.metrics import Scoring, scored
from playground.measuring.store import RunDescription, run_from_json
from playground.measuring.summary import summarise
from playground.strategies.runs.columns import ColumnTools, columns_of
from playground.tabs.sampling.lab import Grid, groups, look, next_tokens, sweep, visible
from playground.visitors import Conversations, KeyVault
from playground.visitors.nearness import Nearness
from playground.visitors.reach import Reach
from playground.visitors.terms import Acceptances
from playground.visitors.vault import environment_keys
from providers import catalog

__all__ = [
    "Attempt",
    "Column",
    "Control",
    "Grid",
    "Outcome",
    "Plan",
    "Scoring",
    "Sought",
    "TaskSet",
    "extract",
    "groups",
    "look",
    "make_columns",
    "next_tokens",
    "run",
    "run_from_json",
    "scored",
    "summarise",
    "sweep",
    "visible",
]


async def make_columns(stack: AsyncExitStack, description: RunDescription) -> tuple[Column, ...]:
    """The columns of a kept run, ready to run again: settings and keys are those of the environment.

    The models stay open as long as the stack. Raises what opening them raises, `UnsupportedRequest("likelihood")`.
    """
    settings, rows = command_line([]), catalog.load()
    keys, conversations = KeyVault(86_400, environment_keys(rows)), Conversations(settings.home)
    terms = Acceptances(rows.terms, conversations, frozenset(settings.accepted_terms))
    reach = Reach(rows, settings.options(), keys, scripted=True, terms=terms)
    refs = list(dict.fromkeys(one.model for one in description.columns))
    opened = await opened_for(stack, reach, "", refs)
    return await columns_of(
        description, opened, ColumnTools(embed=Nearness(reach, description.versions.get("embedding", "")))
    )
