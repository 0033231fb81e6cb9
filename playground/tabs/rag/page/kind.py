"""Measurements of searching, for whoever lists runs: drawn as the tab draws them."""

from __future__ import annotations

import html
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from playground.measuring import Snapshot
from playground.measuring.kinds import RunFile
from playground.measuring.outcomes import Outcomes
from playground.measuring.store import ColumnDescription, StoredRun
from playground.page.parts.render import Renderer
from playground.page.parts.run_kinds import AnyKind, call_columns
from playground.tabs.rag.lab.measuring.table import tables_by_language
from playground.tabs.rag.page.drawing.measures import Tables, draw_measures
from playground.tabs.rag.page.export import to_csv, to_json
from playground.tabs.rag.visit.kept import MEASUREMENT, asked_in, keys_of, wanted_of
from playground.tabs.rag.visit.measure import resume
from playground.tabs.rag.visit.visits import RagVisits


@dataclass(frozen=True, slots=True)
class RetrievalKind(AnyKind):
    """How well searching finds the passages that hold the answers."""

    NAME: str = MEASUREMENT
    EXPORTS: tuple[str, ...] = ("csv", "json", "jsonl")
    visits: RagVisits = field(kw_only=True)

    def describe(self, show: Renderer, run: StoredRun) -> str:
        it = wanted_of(run.description)
        languages = sorted({one.language for one in it.questions if one.language})
        parts = [
            show.text("prompting.title_questions", count=len(it.questions)),
            ", ".join(show.language_name(language) for language in languages),
            str(run.description.details.get("embedding", "")),
            ", ".join(show.text(f"rag.way_{way}") for way in it.ways),
            show.text("rag.title_sizes", sizes=", ".join(dict.fromkeys(one for _, one in keys_of(run.description)))),
            show.text("rag.title_metrics", k=it.k),
            show.text("prompting.title_when", when=show.moment(run.created)),
        ]
        return " · ".join(part for part in parts if part)

    def draw(self, show: Renderer, run: StoredRun, outcomes: Outcomes) -> str:
        name, said = html.escape(run.name), html.escape(self.describe(show, run))
        title = f'<h4 class="part run-title">{name} <small>{said}</small></h4>'
        return title + draw_measures(show, kept_tables(run, outcomes), wanted_of(run.description).k)

    def title_columns(self, show: Renderer, run: StoredRun) -> StoredRun:
        sizes = {one.key: str(one.options.get("cutting", "")) for one in run.description.columns}
        several = len(set(sizes.values())) > 1

        def name_column(one: ColumnDescription) -> str:
            key = f"rag.way_{one.strategy}"
            way = show.text(key) if show.has(key) else one.strategy
            return show.text("rag.column_name", way=way, tokens=sizes[one.key]) if several else way

        return call_columns(run, name_column)

    def export(self, show: Renderer, run: StoredRun, outcomes: Outcomes, kind: str) -> RunFile:
        found, k = kept_tables(run, outcomes), wanted_of(run.description).k
        if kind == "csv":
            return RunFile(name=f"aula-{run.id}.csv", type="text/csv", content=to_csv(found, k))
        if kind == "json":
            return RunFile(name=f"aula-{run.id}.json", type="application/json", content=to_json(found, k))
        return AnyKind.export(self, show, run, outcomes, kind)

    async def resume(self, visitor: str, run: str) -> AsyncGenerator[Snapshot]:
        async for snapshot in resume(self.visits, visitor, run):
            yield snapshot

    def stop(self, visitor: str) -> None:
        self.visits.sessions.work.stop(visitor, "rag-measure")


def kept_tables(run: StoredRun, outcomes: Outcomes) -> Tables:
    """As they are drawn under "Measure"."""
    return tables_by_language(outcomes, keys_of(run.description), asked_in(run.description))
