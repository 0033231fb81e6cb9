"""Ask: the answer as it grows, with the documents and without, and the conversation so far."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground.page.parts.active import wire_active
from playground.page.parts.examples import example_language, example_values
from playground.page.parts.pace import throttle
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.stops import wire_stop
from playground.page.parts.under_way import goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.rag.page.drawing.answers import draw_turn, draw_turns
from playground.tabs.rag.page.drawing.pieces import draw_alert, draw_notice, draw_sentence, draw_undo, say
from playground.tabs.rag.page.events.files import BesideFiles, RagFilesScreen, add
from playground.tabs.rag.page.events.inside import wire_then_inside
from playground.tabs.rag.page.events.scans import Scanned
from playground.tabs.rag.page.fields import RetrievalFields, checked_retrieval_of_ticked, stored_documents
from playground.tabs.rag.page.layout.tab import WAYS, RagLayout
from playground.tabs.rag.visit.ask import ask
from playground.tabs.rag.visit.values import Answered, RagRequest
from playground.tabs.rag.visit.visits import RagVisits
from playground.visitors.checks import checked_models, checked_text
from providers.errors import PlaygroundError

PLACE = "ask"
EXAMPLE_TOKENS = 80
"""The example is asked at temperature 0 and cut short: the smallest models go on for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RagAskScreen(Screen):
    """What asking redraws."""

    BUTTONS = ("ask", "stop")

    past: object = no_change()
    current: object = no_change()
    question: object = no_change()
    ask: object = no_change()
    stop: object = no_change()

    def again(self) -> list[object]:
        return BesideFiles(RagFilesScreen(), self).again()


def wire_ask(page: Page[RagVisits], layout: RagLayout, kept: Scanned) -> None:
    """Everything of "Ask"."""
    app, parts, files, fields = page.app, layout.asking, layout.files, layout.fields
    inputs = [parts.question, parts.compare, layout.assistant.system, *fields, *page.sidebar.inputs]
    searched = {f"rag.{name}": one for name, one in zip(WAYS, layout.searching.ways, strict=True)}
    cut = {"rag.tokens": files.tokens, "rag.overlap": files.overlap}
    wire_active(app, {**searched, **cut}, [parts.active], lead="rag.active")

    async def on_ask(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        async for screen in going.show(app.who(request), lambda who: _ask(page, layout, who, values)):
            yield screen.outputs()

    async def on_example(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        """Where there are no documents yet, the sample documents are added first."""
        who, now = app.who(request), RetrievalFields.of(values[3 : 3 + len(fields)])
        added = () if await _has_documents(app, who, now) else app.visits.samples()
        asked, other = await example_values(page, who, values)
        models, refs = await app.models(who), asked[3 + len(fields)] or []
        language = example_language([models[ref] for ref in refs[:1] if ref in models], who.language)
        question = app.texts.text(language, "rag.example_question")

        async def show_example(reader: Who) -> AsyncGenerator[BesideFiles]:
            if added:
                async with aclosing(add(app, reader, kept, now, added)) as screens:
                    async for left in screens:
                        yield BesideFiles(left, RagAskScreen())
            asking = _ask(page, layout, reader, [question, *asked[1:]], example=language, other=other)
            async with aclosing(asking) as screens:
                async for screen in screens:
                    yield BesideFiles(RagFilesScreen(), screen)

        async for both in going.show(who, show_example):
            yield both.again()

    async def on_load(request: gr.Request) -> list[object]:
        return (await open_conversation(app, app.who(request))).outputs()

    def on_new(request: gr.Request) -> list[object]:
        return clear_conversation(app, app.who(request)).outputs()

    async def on_undo(request: gr.Request) -> list[object]:
        who = app.who(request)
        app.visits.undo_clear(who.visitor)
        return (await open_conversation(app, who)).outputs()

    page.on_open(on_load, [], parts.outputs)
    going = goes_on(page, "rag-ask", [*files.outputs, *parts.outputs])
    for event in (parts.ask.click, parts.question.submit):
        event(on_ask, inputs, parts.outputs, **PRIVATE)
    wire_then_inside(page, layout, parts.example.click(on_example, inputs, [*files.outputs, *parts.outputs], **PRIVATE))
    wire_stop(app, parts.stop, app.visits.stop, PLACE)
    parts.new.click(on_new, None, parts.outputs, **PRIVATE)
    parts.current.undo(on_undo, None, parts.outputs, **PRIVATE)


async def _has_documents(app: App[RagVisits], who: Who, fields: RetrievalFields) -> bool:
    try:
        return bool(await stored_documents(app, who, fields))
    except PlaygroundError:  # adding will say what is wrong
        return False


async def _ask(
    page: Page[RagVisits], layout: RagLayout, who: Who, values: Sequence[Any], *, example: str = "", other: str = ""
) -> AsyncGenerator[RagAskScreen]:
    """`example` is the language in which the worked example is asked, empty for a question of the visitor's; `other` is
    the name of the model that is asked instead of the chosen one."""
    app, count = page.app, len(layout.fields)
    question, compare, system, *rest = values
    try:
        asking = RagRequest(
            question=checked_text(question or "", app.bounds),
            model=checked_models(rest[count])[0],
            sampling=page.sampling(rest[count + 1 :]),
            system=checked_text(system or "", app.bounds, empty=True),
            language=example or who.language,
            retrieval=await checked_retrieval_of_ticked(app, who, RetrievalFields.of(rest[:count])),
            compare=bool(compare),
        )
    except PlaygroundError as error:
        yield RagAskScreen.showing("ask", current=draw_alert(app.show(who), error))
        return
    if example:
        asking = replace(asking, sampling=replace(asking.sampling, temperature=0, max_tokens=EXAMPLE_TOKENS))
    async with aclosing(answer(app, who, asking, example=example, other=other)) as screens:
        async for screen in screens:
            yield screen


async def answer(
    app: App[RagVisits], who: Who, asking: RagRequest, *, example: str = "", other: str = ""
) -> AsyncGenerator[RagAskScreen]:
    """One turn. A question that could not be asked goes back into its box.

    `example`: the language of the worked example, which says how it was asked; empty for any other question. `other`:
    the name of the model that it is asked of, where that is not the chosen one.
    """
    show, models, before = app.show(who), await app.models(who), app.visits.turns(who.visitor)
    latest = Answered(question=asking.question)
    current = draw_turn(show, latest, models, len(before))
    yield RagAskScreen.showing("stop", past=draw_turns(show, before, models), current=current, question="")
    try:
        async with aclosing(throttle(app.going.keep(who, ask(app.visits, who.visitor, asking)))) as snapshots:
            async for latest in snapshots:
                yield RagAskScreen(current=draw_turn(show, latest, models, len(before)))
    except PlaygroundError as error:
        yield RagAskScreen.showing("ask", current=draw_alert(show, error), question=asking.question)
        return
    current = draw_turn(show, latest, models, len(before))
    current += draw_notice(show, "ask") if example or not before else ""
    if example:
        note = "example_note" if example == who.language else "example_language"
        current += f'<p class="quiet">{say(show, note, tokens=EXAMPLE_TOKENS)}</p>'
        current += f'<p class="quiet">{say(show, "example_other", model=other)}</p>' if other else ""
    yield RagAskScreen.showing("ask", current=current)


async def open_conversation(app: App[RagVisits], who: Who) -> RagAskScreen:
    """The conversation as it was left, or what there is to try."""
    show, before = app.show(who), app.visits.turns(who.visitor)
    if not before:
        return RagAskScreen(past="", current=draw_sentence(show, "empty_ask"))
    return RagAskScreen(past=draw_turns(show, before, await app.models(who)), current="")


def clear_conversation(app: App[RagVisits], who: Who) -> RagAskScreen:
    """A new conversation; the documents stay, and a click leads back to the one before."""
    show, before = app.show(who), app.visits.turns(who.visitor)
    app.visits.clear(who.visitor)
    current = (draw_undo(show, "begun") if before else "") + draw_sentence(show, "empty_ask")
    return RagAskScreen.showing("ask", past="", current=current, question="")
