"""Runs: what was measured is listed, named, compared, opened again, finished, exported and deleted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import gradio as gr

from playground.measuring.store import STRATEGIES
from playground.page.parts.downloads import File
from playground.page.parts.redrawn import MARK, is_marked
from playground.page.parts.run_exports import draw_exports, wire_exports
from playground.page.parts.run_files import FILE_TYPES, run_file
from playground.page.parts.run_list import RunList, load_run
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.prompting.page.drawing.pieces import NOTICES
from playground.tabs.prompting.page.events.measure import MEASURES, reopen
from playground.tabs.prompting.page.layout.tab import PromptingLayout
from playground.tabs.prompting.visit.visits import PromptingVisits
from providers.errors import PlaygroundError

LIST = RunList(NOTICES, (STRATEGIES,))


def wire_runs(page: Page[PromptingVisits], layout: PromptingLayout) -> None:
    """Everything of "Runs"."""
    app, parts, running = page.app, layout.kept, layout.measuring.outputs

    def on_open(request: gr.Request, run: str | None, opened: str, seen: str) -> list[object]:
        """A run that has ended, or was opened, since the last time is the chosen one."""
        chosen = opened if opened not in ("", seen) else run
        return [*list_runs(app, app.who(request), chosen), opened or seen]

    def on_choose(request: gr.Request, run: str | None, named: str) -> list[object]:
        return choose_run(app, app.who(request), run, named)

    def on_rename(request: gr.Request, run: str | None, name: str) -> list[object]:
        return rename_run(app, app.who(request), run, name)

    def on_delete(request: gr.Request, run: str | None) -> list[object]:
        return delete_run(app, app.who(request), run)

    def on_compare(request: gr.Request, run: str | None, other: str | None) -> str:
        return compare_runs(app, app.who(request), run, other)

    async def on_reopen(request: gr.Request, run: str | None) -> list[object]:
        screen = await asyncio.to_thread(reopen, app, app.who(request), run or "")
        return [gr.Tabs(selected="set"), *screen.outputs()]

    async def on_finish(request: gr.Request, run: str | None) -> AsyncGenerator[list[object]]:
        first: object = gr.Tabs(selected="set")
        async with aclosing(MEASURES.show(app, app.who(request), run or "")) as screens:
            async for screen in screens:
                yield [first, *screen.outputs()]
                first = gr.skip()

    def on_load(request: gr.Request) -> list[object]:
        return list_runs(app, app.who(request))

    def on_restored(request: gr.Request, told: object, run: str | None, other: str | None) -> object:
        return compare_runs(app, app.who(request), run, other) if is_marked(told) else gr.skip()

    page.on_open(on_load, [], parts.outputs)
    page.restored.change(on_restored, [parts.told, parts.run, parts.other], parts.told, **PRIVATE)
    opened, seen = layout.measuring.open_run, gr.State("")
    layout.runs.select(on_open, [parts.run, opened, seen], [*parts.outputs, seen], **PRIVATE)
    filled = [parts.name, parts.surely, parts.proceed, parts.named]
    parts.run.input(on_choose, [parts.run, parts.named], filled, **PRIVATE)
    for event in (parts.rename.click, parts.name.submit):
        event(on_rename, [parts.run, parts.name], parts.outputs, **PRIVATE)
    parts.delete.click(lambda: gr.update(visible=True), None, parts.surely, queue=False, **PRIVATE)
    parts.surely.click(on_delete, parts.run, parts.outputs, **PRIVATE)
    parts.compare.click(on_compare, [parts.run, parts.other], parts.told, **PRIVATE)
    parts.reopen.click(on_reopen, parts.run, [layout.modes, *running], **PRIVATE)
    parts.proceed.click(on_finish, parts.run, [layout.modes, *running], **PRIVATE)
    wire_exports(app, parts.exports, layout.file, lambda who, run, kind: export_run(app, who, run, kind), parts.run)


def list_runs(app: App[PromptingVisits], who: Who, chosen: str | None = None, said: str = "") -> list[object]:
    """The runs as they are now: updates of the table, both lists, the name, "really delete", what is told, files,
    "finish it", which is shown for a run that was stopped half-way, and the run that is named."""
    found, hidden = LIST.list_runs(app, who, chosen), gr.update(visible=False)
    if found.chosen is None:
        empty = gr.update(choices=[], value=None)
        return [found.table, empty, empty, "", hidden, said, "", hidden, ""]
    choices = list(found.choices)
    return [
        found.table,
        gr.update(choices=choices, value=found.chosen.id),
        gr.update(choices=choices, value=found.other),
        found.chosen.name,
        hidden,
        said,
        draw_exports(app.show(who), FILE_TYPES),
        gr.update(visible=not found.chosen.whole),
        found.chosen.id,
    ]


def choose_run(app: App[PromptingVisits], who: Who, run: str | None, named: str) -> list[object]:
    """The name, "really delete", "finish it" and the run that is named.

    A list says that something was chosen whenever it is left: a name that is being written stays then.
    """
    if run == named:
        return [gr.skip()] * 4
    _, _, _, name, surely, _, _, proceed, chosen = list_runs(app, who, run)
    return [name, surely, proceed, chosen]


def rename_run(app: App[PromptingVisits], who: Who, run: str | None, name: str) -> list[object]:
    """Give a run a name."""
    return list_runs(app, who, run, LIST.rename(app, who, run, name))


def delete_run(app: App[PromptingVisits], who: Who, run: str | None) -> list[object]:
    """Delete a run with its answers."""
    return list_runs(app, who, None, LIST.delete(app, who, run))


def compare_runs(app: App[PromptingVisits], who: Who, run: str | None, other: str | None) -> str:
    """Two runs on what they share; a result is drawn again in another language."""
    drawn = LIST.compare(app, who, run, other)
    return drawn + MARK if "<table" in drawn else drawn


def export_run(app: App[PromptingVisits], who: Who, run: str | None, kind: str) -> File | None:
    """A run as a file; `None` where there is none, or no such file is made of it."""
    try:
        found, outcomes = load_run(app, who, run)
    except PlaygroundError:  # nothing is chosen: the list says so
        return None
    if kind not in FILE_TYPES:
        return None
    file = run_file(app.show(who), found, outcomes, kind)
    return {"name": file.name, "type": file.type, "content": file.content}
