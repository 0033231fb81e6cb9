"""Measuring: task sets, extraction, metrics, statistics, the runner, and the runs that are kept. No page needed."""

from playground.measuring.extract import Extraction, Sought, extract
from playground.measuring.outcomes import Attempt, Cell, Column, Outcome, Plan, Snapshot
from playground.measuring.run import run
from playground.measuring.slots import Control, Slots
from playground.measuring.tasks import Item, Kind, TaskSet

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
