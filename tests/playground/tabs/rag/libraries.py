"""Libraries of a visitor's: where the tests of documents begin."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any, TypeVar

from playground.asking.upload import Upload
from playground.settings import Settings
from playground.tabs.rag.lab.index.vectors import VectorIndex
from playground.tabs.rag.lab.parsing import Parsers
from playground.tabs.rag.visit.values import Ingest, RetrievalSetup
from playground.tabs.rag.visit.visits import RagVisits, bounds_of
from playground.visitors import Sessions
from playground.visitors.reach import Reach
from providers import catalog

ANA = "ana"
T = TypeVar("T")
LIGHTHOUSE = (
    "# The lighthouse\n\nThe lighthouse of Cape Morran was built in 1874 by the engineer Adela Finch. It is 41 metres "
    "high.\n\n## The keeper\n\nThe last keeper, Tomas Brill, left the tower in 1983 and kept bees in the valley.\n"
)
BAKERY = (
    "The bakery on Alder Street opens at six. Its rye bread needs two days, and the baker is called Ines Calderon.\n"
)


def library_of(home: Path, parsers: Parsers | None = None, **settings: Any) -> RagVisits:
    """A visitor has none until something is added. Without `parsers`, it has its own."""
    chosen = Settings(_env_file=None, home=home, model="scripted", messages_per_minute=500, **settings)  # type: ignore[call-arg]  # of pydantic-settings
    rows = catalog.load()
    sessions = Sessions.of(chosen, rows)
    reach = Reach(rows, chosen.options(), sessions.vault, scripted=True)
    parsers = parsers or Parsers(bounds_of(chosen))
    return RagVisits(reach, sessions, VectorIndex.at(home / "index"), parsers, chosen.documents)


def upload(name: str, text: str) -> Upload:
    return Upload(name, text.encode())


FILES = (upload("lighthouse.md", LIGHTHOUSE), upload("bakery.txt", BAKERY))
USUAL = RetrievalSetup()


async def last(values: AsyncGenerator[T]) -> T:
    """The last value; there is one."""
    found: T | None = None
    async with aclosing(values):
        async for found in values:  # noqa: B007
            pass
    assert found is not None
    return found


async def filled(library: RagVisits, visitor: str = ANA, *files: Upload) -> Ingest:
    """The visitor's library with these files, else with two."""
    return await last(library.add(visitor, files or FILES, USUAL))
