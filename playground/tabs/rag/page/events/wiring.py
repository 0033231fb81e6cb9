"""The events of the tab, connected to what they do."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import gradio as gr

from playground.page.parts.examples import spoken
from playground.page.program import PRIVATE, Page, Who
from playground.tabs.rag.page.drawing.pieces import alert, told
from playground.tabs.rag.page.events import ask as answering
from playground.tabs.rag.page.events import choose as choosing
from playground.tabs.rag.page.events import files as filing
from playground.tabs.rag.page.events import look as looking
from playground.tabs.rag.page.layout.tab import Layout, chosen_of
from playground.tabs.rag.visit.values import RagRequest
from playground.tabs.rag.visit.visits import RagVisits
from playground.visitors.checks import checked_models, checked_sampling, checked_text
from providers.errors import PlaygroundError


def wire_files(page: Page[RagVisits], layout: Layout, kept: filing.Scanned) -> None:
    """Everything of the left side."""
    app, parts = page.app, layout.files
    chosen = layout.chosen

    async def opened(request: gr.Request, *values: Any) -> list[object]:
        who = app.who(request)
        every = choosing.embeddings(app, app.show(who), who)
        first = every[0][1] if every else ""
        return [
            gr.update(choices=every, value=first),
            choosing.about(app, who, first),
            await filing.listed(app, who, chosen_of(values)),
        ]

    async def uploaded(request: gr.Request, paths: object, *values: Any) -> AsyncGenerator[list[object]]:
        async for screen in filing.upload(app, app.who(request), kept, chosen_of(values), paths):
            yield screen.outputs()

    async def pasted(request: gr.Request, name: str, text: str, *values: Any) -> AsyncGenerator[list[object]]:
        async for screen in filing.paste(app, app.who(request), kept, chosen_of(values), name, text):
            yield screen.outputs()

    async def sampled(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        async for screen in filing.add(app, app.who(request), kept, chosen_of(values), app.visits.samples()):
            yield screen.outputs()

    async def scanned(request: gr.Request, event: gr.EventData, *values: Any) -> AsyncGenerator[list[object]]:
        async for screen in filing.read_scanned(app, app.who(request), kept, chosen_of(values), event.name):
            yield screen.outputs()

    def stopped(request: gr.Request) -> None:
        app.visits.stop(app.who(request).visitor, filing.PLACE)

    async def removed(request: gr.Request, event: gr.EventData, *values: Any) -> str:
        return await filing.remove(app, app.who(request), chosen_of(values), event.document)

    def ticked(event: gr.EventData) -> list[str]:
        return list(choosing.names(event.excluded))

    async def relisted(request: gr.Request, *values: Any) -> str:
        return await filing.listed(app, app.who(request), chosen_of(values))

    async def embedded(request: gr.Request, *values: Any) -> list[object]:
        who, now = app.who(request), chosen_of(values)
        return [choosing.about(app, who, str(now.embedding or "")), await filing.listed(app, who, now)]

    page.blocks.load(opened, chosen, [parts.embedding, parts.about, parts.listing], **PRIVATE)
    adding = [
        parts.upload.upload(uploaded, [parts.upload, *chosen], parts.shown, **PRIVATE),
        parts.paste.click(pasted, [parts.name, parts.text, *chosen], parts.shown, **PRIVATE),
        parts.samples.click(sampled, chosen, parts.shown, **PRIVATE),
        parts.progress.ocr(scanned, chosen, parts.shown, **PRIVATE),
        parts.listing.remove(removed, chosen, parts.listing, **PRIVATE),
    ]
    for event in adding:
        _then_inside(page, layout, event)
    parts.stop.click(stopped, None, None, queue=False, **PRIVATE)
    parts.listing.tick(ticked, None, parts.excluded, queue=False, **PRIVATE)
    parts.embedding.input(embedded, chosen, [parts.about, parts.listing], **PRIVATE)
    for slider in (parts.tokens, parts.overlap):
        slider.release(relisted, chosen, parts.listing, **PRIVATE)


def _then_inside(page: Page[RagVisits], layout: Layout, event: gr.events.Dependency) -> None:
    """The documents to choose from inside follow those on the left."""
    app, document = page.app, layout.inside.document

    async def followed(request: gr.Request, current: object, *values: Any) -> object:
        return await looking.documents(app, app.who(request), chosen_of(values), current)

    event.then(followed, [document, *layout.chosen], document, **PRIVATE)


def wire_ask(page: Page[RagVisits], layout: Layout, kept: filing.Scanned) -> None:
    """Everything of "Ask"."""
    app, parts, files = page.app, layout.asking, layout.files
    chosen = layout.chosen
    inputs = [parts.question, parts.compare, layout.assistant.system, *chosen, *page.sidebar.inputs]

    async def asked(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        async for screen in _asking(page, layout, app.who(request), values):
            yield screen.outputs()

    async def tried(request: gr.Request, *values: Any) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        count = len(files.shown)
        if not await _has_documents(page, who, values[3 : 3 + len(chosen)]):
            now = chosen_of(values[3 : 3 + len(chosen)])
            async with aclosing(filing.add(app, who, kept, now, app.visits.samples())) as screens:
                async for left in screens:
                    yield [*left.outputs(), *answering.Screen().outputs()]
        models, refs = await answering.models_of(app, who), values[3 + len(chosen)] or []
        language = spoken([models[ref] for ref in refs[:1] if ref in models], who.language)
        question = app.texts.text(language, "rag.example_question")
        async for screen in _asking(page, layout, who, [question, *values[1:]], example=language):
            yield [*[gr.skip()] * count, *screen.outputs()]

    def stopped(request: gr.Request) -> None:
        app.visits.stop(app.who(request).visitor, answering.PLACE)

    async def opened(request: gr.Request) -> list[object]:
        return (await answering.opened(app, app.who(request))).outputs()

    def cleared(request: gr.Request) -> list[object]:
        return answering.cleared(app, app.who(request)).outputs()

    page.blocks.load(opened, None, parts.shown, **PRIVATE)
    for event in (parts.ask.click, parts.question.submit):
        event(asked, inputs, parts.shown, **PRIVATE)
    _then_inside(page, layout, parts.example.click(tried, inputs, [*files.shown, *parts.shown], **PRIVATE))
    parts.stop.click(stopped, None, None, queue=False, **PRIVATE)
    parts.new.click(cleared, None, parts.shown, **PRIVATE)


async def _has_documents(page: Page[RagVisits], who: Who, values: Sequence[Any]) -> bool:
    try:
        return bool(await filing.stored(page.app, who, chosen_of(values)))
    except PlaygroundError:  # adding will say what is wrong
        return False


async def _asking(
    page: Page[RagVisits], layout: Layout, who: Who, values: Sequence[Any], *, example: str = ""
) -> AsyncGenerator[answering.Screen]:
    """`example` is the language in which the worked example is asked; empty for a question of the visitor's."""
    app, count = page.app, len(layout.chosen)
    question, compare, system, *rest = values
    try:
        asking = RagRequest(
            question=checked_text(question or "", app.bounds),
            model=checked_models(rest[count])[0],
            sampling=checked_sampling(dict(zip(page.sidebar.sampling, rest[count + 1 :], strict=True)), app.bounds),
            system=checked_text(system or "", app.bounds, empty=True),
            language=example or who.language,
            retrieval=await choosing.with_files(app, who, chosen_of(rest[:count])),
            compare=bool(compare),
        )
    except PlaygroundError as error:
        yield answering.Screen.idle(current=alert(app.show(who), error))
        return
    if example:
        asking = replace(asking, sampling=replace(asking.sampling, temperature=0, max_tokens=answering.EXAMPLE_TOKENS))
    async with aclosing(answering.answer(app, who, asking, example=example)) as screens:
        async for screen in screens:
            yield screen


def wire_search(page: Page[RagVisits], layout: Layout) -> None:
    """Everything of "Search": a switch searches again."""
    app, parts = page.app, layout.searching
    inputs = [parts.question, *layout.chosen]

    async def searched(request: gr.Request, question: str, *values: Any) -> str:
        return await looking.search(app, app.who(request), chosen_of(values), question)

    async def again(request: gr.Request, question: str, *values: Any) -> object:
        if not (question or "").strip():
            return gr.skip()
        return await looking.search(app, app.who(request), chosen_of(values), question)

    def opened(request: gr.Request) -> str:
        return told(app.show(app.who(request)), "empty_search")

    page.blocks.load(opened, None, parts.found, **PRIVATE)
    for event in (parts.search.click, parts.question.submit):
        event(searched, inputs, parts.found, **PRIVATE)
    for switch in parts.ways:
        changed = switch.release if isinstance(switch, gr.Slider) else switch.input  # type: ignore[attr-defined]
        changed(again, inputs, parts.found, trigger_mode="always_last", **PRIVATE)


def wire_inside(page: Page[RagVisits], layout: Layout) -> None:
    """Everything of "Inside", and the page beside."""
    app, parts, chosen = page.app, layout.inside, layout.chosen

    async def shown(request: gr.Request, document: object, *values: Any) -> list[object]:
        return [await looking.leaf(app, app.who(request), chosen_of(values), document), ""]

    async def turned(request: gr.Request, event: gr.EventData, document: object, *values: Any) -> str:
        return await looking.leaf(app, app.who(request), chosen_of(values), document, event.first)

    async def neared(request: gr.Request, event: gr.EventData, document: object, *values: Any) -> str:
        return await looking.neighbours(app, app.who(request), chosen_of(values), document, event.chunk)

    async def drawn(request: gr.Request, question: str, *values: Any) -> list[object]:
        return await looking.draw_map(app, app.who(request), chosen_of(values), question)

    async def opened(request: gr.Request, *values: Any) -> object:
        return await looking.documents(app, app.who(request), chosen_of(values))

    async def read(request: gr.Request, event: gr.EventData, *values: Any) -> str:
        place = (event.document, event.page, event.start, event.end)
        return await looking.read(app, app.who(request), chosen_of(values), place)

    page.blocks.load(opened, chosen, parts.document, **PRIVATE)
    parts.document.change(shown, [parts.document, *chosen], [parts.chunks, parts.near], **PRIVATE)
    for slider in (layout.files.tokens, layout.files.overlap):
        slider.release(shown, [parts.document, *chosen], [parts.chunks, parts.near], **PRIVATE)
    parts.chunks.leaf(turned, [parts.document, *chosen], parts.chunks, **PRIVATE)
    parts.chunks.near(neared, [parts.document, *chosen], parts.near, **PRIVATE)
    for event in (parts.draw.click, parts.question.submit):
        event(drawn, [parts.question, *chosen], [parts.told, parts.map], **PRIVATE)
    asking = layout.asking
    for place in (
        *(asking.past, asking.current, layout.searching.found, layout.files.listing),
        *(parts.chunks, parts.near, layout.reader),
    ):
        place.read(read, chosen, layout.reader, **PRIVATE)
    layout.reader.close(lambda: "", None, layout.reader, queue=False, **PRIVATE)
