"""What the events of "A set" do: propose a run, ask before it costs anything, run it, draw what came of it."""

from __future__ import annotations

import asyncio
import html
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, fields

import gradio as gr

from playground.measuring import Snapshot
from playground.measuring.store import RunDescription
from playground.page.parts.pace import paced
from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.strategies.runs.describe import Estimate
from playground.tabs.prompting.page.drawing.pieces import alert, told
from playground.tabs.prompting.page.drawing.results import lines, partial, progress, table
from playground.tabs.prompting.page.events.ask import Ways
from playground.tabs.prompting.page.events.plan import Plan, name_of, wanted_of
from playground.tabs.prompting.page.events.read import stored, whole_table
from playground.tabs.prompting.visit.visits import PromptingVisits
from providers.errors import PlaygroundError

PLACE = "set"


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What changes on the page while a run goes on; the rest stays as it is."""

    progress: object = field(default_factory=gr.skip)
    table: object = field(default_factory=gr.skip)
    run: object = field(default_factory=gr.skip)
    pause: object = field(default_factory=gr.skip)
    proceed: object = field(default_factory=gr.skip)
    stop: object = field(default_factory=gr.skip)
    confirm: object = field(default_factory=gr.skip)
    cancel: object = field(default_factory=gr.skip)
    open_run: object = field(default_factory=gr.skip)

    def outputs(self) -> list[object]:
        return [getattr(self, one.name) for one in fields(self)]

    @classmethod
    def showing(cls, *buttons: str, **places: object) -> Screen:
        """With just these buttons."""
        every = ("run", "pause", "proceed", "stop", "confirm", "cancel")
        return cls(**places, **{name: gr.update(visible=name in buttons) for name in every})


async def start(app: App[PromptingVisits], who: Who, plan: Plan, ways: Ways) -> AsyncGenerator[Screen]:
    """Run what costs nothing; ask first about what may cost something."""
    show = app.show(who)
    try:
        wanted = wanted_of(app, who, plan, ways)
        yield Screen.showing("stop", progress=told(show, "state_of_loading"), table="", open_run="")
        _, found = await app.visits.propose(who.visitor, wanted)
        if not found.free:
            said = f'<div class="notice" role="alert">{html.escape(price(show, found))}</div>'
            yield Screen.showing("confirm", "cancel", progress=said)
            return
        async with aclosing(go(app, who)) as screens:
            async for screen in screens:
                yield screen
    except PlaygroundError as error:
        yield Screen.showing("run", progress=alert(show, error))


async def go(app: App[PromptingVisits], who: Who) -> AsyncGenerator[Screen]:
    """Run what was proposed last."""
    show = app.show(who)
    try:
        description = app.visits.confirmed(who.visitor)
        run = app.visits.create(who.visitor, name_of(who, description), description)
    except PlaygroundError as error:
        yield Screen.showing("run", progress=alert(show, error))
        return
    async with aclosing(measure(app, who, run)) as screens:
        async for screen in screens:
            yield screen


async def measure(app: App[PromptingVisits], who: Who, run: str) -> AsyncGenerator[Screen]:
    """A kept run from where it is to its end, the table five times a second."""
    show = app.show(who)
    try:
        with app.visits.runs(who.visitor) as runs:
            description = runs.load(run).description
        first, begun, state = True, 0, ""
        async with aclosing(paced(app.visits.measure(who.visitor, run, PLACE))) as snapshots:
            async for snapshot in snapshots:
                begun = len(snapshot.outcomes) if first else begun
                drawn = {"progress": progress(show, snapshot, begun), "table": _live(show, description, snapshot)}
                if snapshot.state in ("stopped", "done"):
                    break
                changed = first or state != snapshot.state
                buttons = ("proceed" if snapshot.state == "paused" else "pause", "stop")
                yield Screen.showing(*buttons, **drawn, open_run="") if changed else Screen(**drawn)
                first, state = False, snapshot.state
        found = await asyncio.to_thread(lines, description, snapshot.outcomes)
        shown = whole_table(show, description, found, snapshot.outcomes)
        yield Screen.showing("run", progress=progress(show, snapshot, begun), table=shown, open_run=run)
    except PlaygroundError as error:
        yield Screen.showing("run", progress=alert(show, error), open_run=run)


def reopen(app: App[PromptingVisits], who: Who, run: str) -> Screen:
    """A kept run as it ended. Takes some tenths of a second."""
    show = app.show(who)
    try:
        description, outcomes = stored(app, who, run)
    except PlaygroundError as error:
        return Screen.showing("run", progress=alert(show, error), table="", open_run="")
    ended = Snapshot(
        state="done" if len(outcomes) >= description.total else "stopped", total=description.total, outcomes=outcomes
    )
    shown = whole_table(show, description, lines(description, outcomes), outcomes)
    return Screen.showing("run", progress=progress(show, ended, 0), table=shown, open_run=run)


def _live(show: Renderer, description: RunDescription, snapshot: Snapshot) -> str:
    return table(show, partial(description, snapshot.outcomes))


def price(show: Renderer, found: Estimate) -> str:
    """What a run may cost, before it begins, in a sentence."""
    values = {"models": ", ".join(found.elsewhere), "calls": f"{found.calls:,}"}
    if found.cost is None:
        said = show.text("prompting.cost_nobody_knows", **values)
    else:
        said = show.text(
            "prompting.cost_about", cost=f"{found.cost:.4f}" if found.cost < 1 else f"{found.cost:.2f}", **values
        )
    return said
