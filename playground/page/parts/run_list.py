"""What can be done with kept runs, for every tab that lists some: listed, named, deleted, two of them compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from playground.measuring.outcomes import Outcomes
from playground.measuring.store import StoredRun
from playground.measuring.summary import Comparison
from playground.page.parts.notices import Notices
from playground.page.parts.render import Renderer
from playground.page.parts.run_tables import draw_runs, draw_two, run_line, say
from playground.page.program import Program, Who
from playground.visitors.kept_runs import KeptRuns
from providers.errors import PlaygroundError

_SHARED = Notices("run_list")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRuns:
    """The runs as they are now: as a table, as the choices of a dropdown, the chosen one, and another to compare it
    with. `table` is a sentence, and the rest empty, where there are none or they cannot be read."""

    table: str
    choices: tuple[tuple[str, str], ...] = ()
    chosen: StoredRun | None = None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class RunList:
    """Runs of these kinds of measurement, or all where none is named. `notices` has the tab's texts `empty_runs` and
    `compared_none`. All of it takes some milliseconds, and tells what goes wrong in the place of its result."""

    notices: Notices
    measurements: tuple[str, ...] = ()

    def list_runs(self, app: Program, who: Who, chosen: str | None = None, *, first: bool = True) -> ListedRuns:
        """With `first`, the newest is chosen where `chosen` is none of them."""
        show, kinds = app.show(who), not self.measurements
        try:
            runs = KeptRuns(app.sessions).list_runs(who.visitor, self.measurements)
        except PlaygroundError as error:
            return ListedRuns(table=self.notices.draw_alert(show, error))
        if not runs:
            return ListedRuns(table=self.notices.draw_sentence(show, "empty_runs"))
        runs = tuple(_title_columns(app, show, run) for run in runs)
        one = next((run for run in runs if run.id == chosen), runs[0] if first else None)
        others = [run for run in runs if one is not None and run.id != one.id]
        alike = [run for run in others if one and run.description.measurement == one.description.measurement]
        return ListedRuns(
            table=draw_runs(show, runs, one.id if one is not None else None, kinds=kinds),
            choices=tuple((run_line(show, run, kinds=kinds), run.id) for run in runs),
            chosen=one,
            other=next((run.id for run in (*alike, *others)), None),
        )

    def rename(self, app: Program, who: Who, run: str | None, name: object) -> str:
        """Give a run a name; what is told of it."""
        show = app.show(who)
        try:
            with KeptRuns(app.sessions).open(who.visitor) as runs:
                runs.rename(run or "", " ".join(str(name).split()) or str(run))
        except PlaygroundError as error:
            return self.notices.draw_alert(show, error)
        return _SHARED.draw_sentence(show, "renamed")

    def delete(self, app: Program, who: Who, run: str | None) -> str:
        """Delete a run with its answers; what is told of it."""
        show = app.show(who)
        try:
            with KeptRuns(app.sessions).open(who.visitor) as runs:
                runs.delete(run or "")
        except PlaygroundError as error:
            return self.notices.draw_alert(show, error)
        return _SHARED.draw_sentence(show, "deleted")

    def compare(self, app: Program, who: Who, run: str | None, other: str | None) -> str:
        """Two runs on what they share, or why they are not compared."""
        show = app.show(who)
        if not run or not other or run == other:
            return f'<div class="notice" role="alert">{say(show, "compare_two")}</div>'
        try:
            one, two, found = self._compare_runs(app, who, run, other)
        except PlaygroundError as error:
            return self.notices.draw_alert(show, error)
        return draw_two(show, one, two, found) if found else self.notices.draw_sentence(show, "compared_none")

    def _compare_runs(
        self, app: Program, who: Who, run: str, other: str
    ) -> tuple[StoredRun, StoredRun, Mapping[str, Comparison]]:
        with KeptRuns(app.sessions).open(who.visitor) as runs:
            one, two = runs.load(run), runs.load(other)
            return one, two, runs.compare(one.id, two.id)


def load_run(app: Program, who: Who, run: object) -> tuple[StoredRun, Outcomes]:
    """A kept run of any kind, with its answers. Raises `MeasuringError("run")`, `StorageFailed`."""
    with KeptRuns(app.sessions).open(who.visitor) as runs:
        named = run if isinstance(run, str) else ""
        return runs.load(named), runs.outcomes(named)


def _title_columns(app: Program, show: Renderer, run: StoredRun) -> StoredRun:
    kind = app.kinds.of(run.description.measurement)
    return run if kind is None else kind.title_columns(show, run)
