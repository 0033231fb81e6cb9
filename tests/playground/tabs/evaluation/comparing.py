"""Comparisons of scripted models by one visitor: what tests of them, and the program that one kills, begin with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from playground.measuring.tasks import load
from playground.settings import Settings
from playground.strategies.runs.describe import RunRequest
from playground.tabs.evaluation.visit.visits import EvaluationVisits
from playground.visitors import Sessions
from playground.visitors.reach import Reach
from providers import catalog
from providers.adapters.scripted import Scripted
from providers.types import Sampling

WHO = "visitor"
ADDER, WORDS = "scripted/adder", "scripted/words"


def visits_of(home: Path, scripted: Scripted | None = None, model: str = "scripted") -> EvaluationVisits:
    chosen = Settings(_env_file=None, home=home, model=model, messages_per_minute=500)  # type: ignore[call-arg]
    rows = catalog.load()
    sessions = Sessions.of(chosen, rows)
    reach = Reach(rows, chosen.options(), sessions.vault, scripted=True)
    reach._shared["scripted"] = scripted or Scripted()
    return EvaluationVisits(reach, sessions)


def wanted(*models: str, count: int = 4, **values: object) -> RunRequest:
    plain = RunRequest(
        tasks=load("arithmetic", "en"),
        count=count,
        models=models,
        strategies=("zero_shot",),
        sampling=Sampling(max_tokens=16),
        seed=3,
    )
    return replace(plain, **values)  # type: ignore[arg-type]


async def begun(visits: EvaluationVisits, asked: RunRequest) -> str:
    await visits.propose(WHO, asked)
    return visits.create(WHO, "a comparison", visits.confirm(WHO))
