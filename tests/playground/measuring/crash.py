"""Run by a test that kills it: a slow run, every finished cell kept in the file it is given; or the rest of one."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path

from playground.measuring import Control, run
from playground.measuring.store import Runs
from tests.playground.measuring.test_run import crash_description, crash_plan


async def main(path: Path) -> None:
    runs = Runs(path)
    kept = runs.list()
    name = kept[0].id if kept else runs.create("crash", crash_description())  # after a kill it goes on
    async for _ in run(crash_plan(seconds=0.05), Control(), partial(runs.keep, name), runs.to_resume(name)):
        pass


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
