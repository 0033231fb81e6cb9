"""Run by a test that kills it: a slow comparison, which says after each kept answer how many there are."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from pathlib import Path

from providers.adapters.scripted import Scripted
from tests.playground.tabs.evaluation.comparing import ADDER, WHO, WORDS, begun, visits_of, wanted

QUESTIONS = 20


async def main(home: Path) -> None:
    visits = visits_of(home, Scripted(delay=0.05))
    run = await begun(visits, wanted(WORDS, ADDER, count=QUESTIONS))
    async with aclosing(visits.compare(WHO, run)) as snapshots:
        async for snapshot in snapshots:
            print(len(snapshot.outcomes), flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
