"""Does few-shot help the default model? Accuracy on our sentiment and topic sets, with 95 % intervals, and McNemar's p.

`python -m tests.benchmarks.strategies [--home FOLDER] [--n 44] [--language en] [--model NAME] [--seed 0]`

Greedy (temperature 0), replies of at most 24 tokens, the first examples of each set. Both strategies get the same
questions. Intervals are Wilson's; p is McNemar's exact one, for few-shot against zero-shot.
"""

from __future__ import annotations

import argparse
import asyncio
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

from platformdirs import user_cache_path

from playground.asking.opening import opened_for
from playground.measuring import Control, Plan, run
from playground.measuring.summary import ColumnSummary, summarise
from playground.measuring.tasks import load
from playground.settings import DEFAULT_MODEL
from playground.strategies.runs.columns import columns_of
from playground.strategies.runs.describe import RunRequest, describe
from playground.visitors import KeyVault
from playground.visitors.reach import Reach
from providers import catalog
from providers.base import Options
from providers.types import Sampling

SETS = ("sentiment", "topic")
STRATEGIES = ("zero_shot", "few_shot")
LONGEST = 24


async def measured(reach: Reach, task_set: str, given: argparse.Namespace) -> tuple[ColumnSummary, ...]:
    """Both strategies on one set."""
    wanted = RunRequest(
        tasks=load(task_set, given.language),
        count=given.n,
        models=(given.model,),
        strategies=STRATEGIES,
        sampling=Sampling(temperature=0, max_tokens=LONGEST),
        seed=given.seed,
    )
    async with AsyncExitStack() as stack:
        opened = await opened_for(stack, reach, "", [given.model])
        description = await describe(wanted, opened)
        plan = Plan(columns=await columns_of(description, opened), items=description.items, seed=given.seed)
        async with aclosing(run(plan, Control())) as snapshots:
            async for snapshot in snapshots:
                final = snapshot
    return summarise(final.outcomes, [column.key for column in description.columns], description.baseline)


def line(task_set: str, one: ColumnSummary) -> str:
    """One row of the table."""
    share = "–" if one.mean is None else f"{one.mean:.2f} [{one.low:.2f}, {one.high:.2f}]"
    it = one.comparison
    p = "" if it is None else f"p = {it.p:.3f}" if it.p >= 0.001 else "p < 0.001"
    against = "–" if it is None else f"+{it.better} / −{it.worse}, {p}"
    tokens = (one.input_tokens + one.output_tokens) / max(1, one.cells)
    seconds = "–" if one.seconds is None else f"{one.seconds:.2f} s"
    strategy = one.key.partition("@")[0]
    return f"| {task_set} | {strategy} | {share} | {one.items} | {against} | {tokens:.0f} | {seconds} |"


async def table(given: argparse.Namespace) -> None:
    """Print a row as soon as it is measured."""
    rows = catalog.load()
    reach = Reach(rows, Options(home=given.home), KeyVault(3600), scripted=True)
    heads = ("set", "strategy", "accuracy [95 %]", "n", "few-shot against zero-shot", "tokens/question", "median")
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for task_set in SETS:
        for one in await measured(reach, task_set, given):
            print(line(task_set, one), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=user_cache_path("aula", appauthor=False))
    parser.add_argument("--n", type=int, default=44)
    parser.add_argument("--language", choices=("en", "es"), default="en")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--seed", type=int, default=0)
    asyncio.run(table(parser.parse_args()))


if __name__ == "__main__":
    main()
