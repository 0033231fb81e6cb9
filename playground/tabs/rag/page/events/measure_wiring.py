"""The events of "Measure", connected to what they do."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import gradio as gr

from playground.page.program import DOWNLOAD, PRIVATE, Page, Who
from playground.tabs.rag.page.drawing.pieces import alert
from playground.tabs.rag.page.events import files as filing
from playground.tabs.rag.page.events import measure as measuring
from playground.tabs.rag.page.events.choose import retrieval_of
from playground.tabs.rag.page.events.measure import Kept, Plan, Screen
from playground.tabs.rag.page.layout.measure import WAYS
from playground.tabs.rag.page.layout.tab import Layout, chosen_of
from playground.tabs.rag.visit.visits import RagVisits
from playground.visitors.checks import checked_models, checked_sampling
from providers.errors import PlaygroundError

_FIELDS = tuple(Plan.__dataclass_fields__)
_FIRST_SIZES = "200"
"""What the field for chunk lengths holds at first."""


def wire_measure(page: Page[RagVisits], layout: Layout, scanned: filing.Scanned) -> None:
    """Everything of "Measure"."""
    kept = Kept()
    _wire_questions(page, layout, kept)
    _wire_run(page, layout, kept, scanned)


def _wire_questions(page: Page[RagVisits], layout: Layout, kept: Kept) -> None:
    app, parts = page.app, layout.measuring
    proposing = parts.proposing
    inputs = [proposing.count, *layout.chosen, *page.sidebar.inputs]

    def switched(name: str) -> list[object]:
        return [gr.update(visible=name == "own"), gr.update(visible=name == "proposed")]

    async def read(request: gr.Request, path: object) -> str:
        return await measuring.read(app, app.who(request), kept, path)

    async def proposed(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        async with aclosing(_proposing(page, layout, app.who(request), kept, values)) as steps:
            async for step in steps:
                yield step

    def stopped(request: gr.Request) -> None:
        app.visits.stop(app.who(request).visitor, measuring.PROPOSE)

    parts.plan[0].change(switched, parts.plan[0], [parts.own, proposing.panel], queue=False, **PRIVATE)  # type: ignore[attr-defined]
    parts.file.change(read, parts.file, parts.told, **PRIVATE)
    proposing.propose.click(proposed, inputs, proposing.shown, **PRIVATE)
    proposing.stop.click(stopped, None, None, queue=False, **PRIVATE)


async def _proposing(
    page: Page[RagVisits], layout: Layout, who: Who, kept: Kept, values: Sequence[Any]
) -> AsyncGenerator[list[object]]:
    app, count = page.app, len(layout.chosen)
    wanted, *rest = values
    try:
        proposing = measuring.proposing_of(
            checked_models(rest[count])[0],
            checked_sampling(dict(zip(page.sidebar.sampling, rest[count + 1 :], strict=True)), app.bounds),
            wanted,
            retrieval_of(app, who, chosen_of(rest[:count])),
        )
    except PlaygroundError as error:
        yield [alert(app.show(who), error), gr.skip(), gr.skip(), gr.skip()]
        return
    async with aclosing(measuring.propose(app, who, kept, proposing)) as steps:
        async for step in steps:
            yield step


def _wire_run(page: Page[RagVisits], layout: Layout, kept: Kept, scanned: filing.Scanned) -> None:
    app, parts, files = page.app, layout.measuring, layout.files
    inputs = [*parts.plan, *layout.chosen]

    async def ran(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        async for screen in _running(page, app.who(request), kept, values):
            yield screen.outputs()

    async def tried(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        """On the sample questions, with the sample documents: those that are here already are not read again."""
        who, chosen = app.who(request), values[len(_FIELDS) :]
        first = ["samples", list(WAYS[:3])]
        adding = filing.add(app, who, scanned, chosen_of(chosen), app.visits.samples())
        async with aclosing(adding) as screens:
            async for left in screens:
                yield [*left.outputs(), *first, *Screen().outputs()]
                first = [gr.skip(), gr.skip()]
        typed = {**dict(zip(_FIELDS, values, strict=False)), "questions": "samples", "ways": WAYS[:3]}
        async for screen in _running(page, who, kept, [*(typed[name] for name in _FIELDS), *chosen]):
            yield [*[gr.skip()] * (len(files.shown) + 2), *screen.outputs()]

    def stopped(request: gr.Request) -> None:
        app.visits.stop(app.who(request).visitor, measuring.MEASURE)

    def opened(request: gr.Request) -> list[str]:
        return [measuring.empty(app.show(app.who(request))), _FIRST_SIZES]

    page.blocks.load(opened, None, [parts.table, parts.plan[_FIELDS.index("sizes")]], **PRIVATE)
    parts.run.click(ran, inputs, parts.shown, **PRIVATE)
    filled = [parts.plan[_FIELDS.index("questions")], parts.plan[_FIELDS.index("ways")]]
    parts.example.click(tried, inputs, [*files.shown, *filled, *parts.shown], **PRIVATE)
    parts.stop.click(stopped, None, None, queue=False, **PRIVATE)
    for kind, button in parts.exports.items():
        button.click(_exporter(page, kept, kind), None, layout.file, **PRIVATE).then(
            None, layout.file, None, js=DOWNLOAD, **PRIVATE
        )


async def _running(page: Page[RagVisits], who: Who, kept: Kept, values: Sequence[Any]) -> AsyncGenerator[Screen]:
    count = len(_FIELDS)
    try:
        plan = Plan(**dict(zip(_FIELDS, values[:count], strict=True)))
        retrieval = retrieval_of(page.app, who, chosen_of(values[count:]))
    except PlaygroundError as error:
        yield Screen.idle(progress=alert(page.app.show(who), error))
        return
    async with aclosing(measuring.run(page.app, who, kept, plan, retrieval)) as screens:
        async for screen in screens:
            yield screen


def _exporter(page: Page[RagVisits], kept: Kept, kind: str) -> Any:
    def exported(request: gr.Request) -> dict[str, str] | None:
        return measuring.exported(page.app.who(request), kept, kind)

    return exported
