"""Measuring: task sets, extraction, metrics, statistics, the runner, and the runs that are kept. No page needed."""

from playground.labs.evaluation.extract import Extraction, Sought, extract
from playground.labs.evaluation.outcomes import Attempt, Cell, Column, Outcome, Plan, Snapshot
from playground.labs.evaluation.run import run
from playground.labs.evaluation.slots import Control, Slots
from playground.labs.evaluation.tasks import Item, Kind, TaskSet

__all__ = [
    "Attempt",
    "Cell",
    "Column",
    "Control",
    "Extraction",
    "Item",
    "Kind",
    "Outcome",
    "Plan",
    "Slots",
    "Snapshot",
    "Sought",
    "TaskSet",
    "extract",
    "run",
]
