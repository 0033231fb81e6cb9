"""A run's questions, page by page, and one of them opened: for a comparison that just ended, and for any kept run."""

from __future__ import annotations

import gradio as gr

from playground.measuring.kinds import MeasurementKind
from playground.measuring.outcomes import Outcomes
from playground.measuring.store import StoredRun
from playground.page.parts.held import held_values, hold_values
from playground.page.parts.render import Renderer
from playground.page.parts.run_items import draw_run_items, pages_of
from playground.page.parts.run_kinds import AnyKind
from playground.page.parts.run_list import load_run
from playground.page.program import EACH, PRIVATE, App, Page, Who
from playground.tabs.evaluation.page.drawing.pieces import draw_alert
from playground.tabs.evaluation.page.layout.compare import EvaluationItemsLayout
from playground.tabs.evaluation.visit.visits import EvaluationVisits
from providers.errors import PlaygroundError


def wire_items(page: Page[EvaluationVisits], parts: EvaluationItemsLayout, run: gr.blocks.Block) -> None:
    """`run` holds the run that is open."""
    app = page.app

    def on_page(request: gr.Request, opened: str | None, number: object, differ: bool) -> list[object]:
        return turn_to(app, app.who(request), opened or "", number, differ=bool(differ))

    def on_pick(request: gr.Request, event: gr.EventData, opened: str | None) -> list[str]:
        item = str(event.item)
        return [open_item(app, app.who(request), opened or "", item), hold_values(opened or "", item)]

    for field in (parts.page, parts.differ):
        field.input(on_page, [run, parts.page, parts.differ], [parts.page, parts.items], **PRIVATE)
    parts.items.pick(on_pick, run, [parts.item, parts.picked], **EACH)


def kind_of(app: App[EvaluationVisits], run: StoredRun) -> MeasurementKind[Renderer]:
    """How a run is handled; one that nobody here knows, as any run."""
    return app.kinds.of(run.description.measurement) or AnyKind()


def show_items(show: Renderer, run: StoredRun, outcomes: Outcomes) -> dict[str, object]:
    """Places of a screen: the questions of a run that is shown anew."""
    last = pages_of(run.description, outcomes, differ=False)
    number = gr.update(value=1, maximum=last, visible=last > 1)
    items = draw_run_items(show, run.description, outcomes)
    return {"row": gr.update(visible=True), "page": number, "differ": False, "items": items, "item": ""}


def hide_items() -> dict[str, object]:
    """Places of a screen: nothing of an earlier run stays under a new one."""
    return {"row": gr.update(visible=False), "page": 1, "differ": False, "items": "", "item": ""}


def show_items_again(app: App[EvaluationVisits], who: Who, run: str, held: tuple[object, ...]) -> dict[str, object]:
    """Places of a screen: the questions of a kept run, as they were before the page was read again."""
    number, differ, picked = held
    of, item = held_values(picked, 2)
    page, items = list_items(app, who, run, number, differ=bool(differ))
    opened = open_item(app, who, run, str(item)) if of == run else ""
    shown = {"row": gr.update(visible=True), "page": page, "differ": bool(differ)}
    return {**shown, "items": items, "item": opened}


def list_items(app: App[EvaluationVisits], who: Who, run: str, number: object, *, differ: bool) -> list[object]:
    """Updates of the page's number and of the table."""
    show = app.show(who)
    try:
        stored, outcomes = load_run(app, who, run)
    except PlaygroundError as error:
        return [gr.skip(), draw_alert(show, error)]
    description = kind_of(app, stored).title_columns(show, stored).description
    last = pages_of(description, outcomes, differ=differ)
    asked = int(number) if isinstance(number, int | float) and abs(number) < 1e6 else 1
    chosen = min(max(1, asked), last)
    drawn = draw_run_items(show, description, outcomes, chosen, differ=differ)
    return [gr.update(value=chosen, maximum=last, visible=last > 1), drawn]


def turn_to(app: App[EvaluationVisits], who: Who, run: str, number: object, *, differ: bool) -> list[object]:
    """As `list_items`, for a number that is being written: it is corrected, and else what is typed meanwhile stays."""
    page, drawn = list_items(app, who, run, number, differ=differ)
    if isinstance(page, dict) and page.get("value") == number:
        page = {name: value for name, value in page.items() if name != "value"}
    return [page, drawn]


def open_item(app: App[EvaluationVisits], who: Who, run: str, item: str) -> str:
    """One question with all that was answered to it."""
    show = app.show(who)
    try:
        stored, outcomes = load_run(app, who, run)
    except PlaygroundError as error:
        return draw_alert(show, error)
    return kind_of(app, stored).draw_item(show, stored, outcomes, item)
