"""Meaning as vectors: texts are compared, words added and taken away, a word looked at in several sentences."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import gradio as gr

from playground.asking.pump import beats
from playground.page.parts.redrawn import MARK, is_marked
from playground.page.parts.render import Renderer
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.under_way import UnderWay, goes_on
from playground.page.program import EACH, PRIVATE, App, Page, Who
from playground.tabs.models.lab.analogies import parse_words
from playground.tabs.models.lab.vectors import parse_texts
from playground.tabs.models.lab.word_in_context import find_word
from playground.tabs.models.page.pieces import draw_alert, draw_sentence, draw_waiting
from playground.tabs.models.page.room import RoomLayout, join_models, recall, remember
from playground.tabs.models.page.sections.vectors.drawing import draw_compared
from playground.tabs.models.page.sections.vectors.layout import ANALOGIES, ModelsVectorsLayout
from playground.tabs.models.page.sections.vectors.words import draw_contexts, draw_solved
from playground.tabs.models.visit.vectors import SECTION, compare, in_contexts, solve
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import checked_text
from providers.errors import PlaygroundError
from providers.types import Progress

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsVectorsScreen(Screen):
    """The figures of the texts, and two buttons."""

    BUTTONS = ("compare", "stop")

    shown: object = no_change()
    looked_at: object = no_change()
    compare: object = no_change()
    stop: object = no_change()


PART = "models-vectors"


def wire_vectors(page: Page[ModelsVisits], room: RoomLayout, layout: ModelsVectorsLayout) -> None:
    app, models = page.app, [page.sidebar.models, room.beside]

    async def on_compare(request: gr.Request, texts: str, *refs: object) -> AsyncGenerator[list[object]]:
        models = join_models(*refs)
        async for screen in going.show(app.who(request), lambda who: compare_texts(app, who, models, texts)):
            yield screen.outputs()

    async def on_example(request: gr.Request, *refs: object) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        texts = who.text("models.vectors_example_texts")
        first: object = texts
        async for screen in going.show(who, lambda reader: compare_texts(app, reader, join_models(*refs), texts)):
            yield [first, *screen.outputs()]
            first = gr.skip()

    async def on_restored(request: gr.Request, held: str) -> AsyncGenerator[list[object]]:
        """After the page was read again in another language."""
        texts, refs = recall(held)
        if not refs or app.going.is_under_way(app.who(request), PART):  # which draws it
            yield ModelsVectorsScreen().outputs()
            return
        async for screen in compare_texts(app, app.who(request), refs, texts):
            yield screen.outputs()

    going = goes_on(page, PART, layout.outputs)
    page.restored.change(on_restored, layout.looked_at, layout.outputs, **PRIVATE)
    layout.compare.click(on_compare, [layout.texts, *models], layout.outputs, **PRIVATE)
    layout.example.click(on_example, models, [layout.texts, *layout.outputs], **PRIVATE)
    _wire_analogies(page, room, layout)
    _wire_contexts(page, room, layout)
    room.stops[layout.stop] = SECTION


def _wire_analogies(page: Page[ModelsVisits], room: RoomLayout, layout: ModelsVectorsLayout) -> None:
    app, models = page.app, [page.sidebar.models, room.beside]

    async def on_solve(request: gr.Request, plus: str, minus: str, *refs: object) -> AsyncGenerator[str]:
        asked = (join_models(*refs), plus, minus)
        async for drawn in solving.show(app.who(request), lambda who: ending(solve_words(app, who, *asked))):
            yield drawn

    async def on_solved(request: gr.Request, shown: object, *values: str) -> AsyncGenerator[object]:
        """After the page was read again in another language."""
        if not is_marked(shown):
            yield gr.skip()
            return
        async for drawn in on_solve(request, *values):
            yield drawn

    solved = [layout.plus, layout.minus, *models]
    solving = goes_on(page, "models-analogies", layout.solved)
    page.restored.change(on_solved, [layout.solved, *solved], layout.solved, **PRIVATE)
    begun = [layout.solve.click, layout.plus.submit, layout.minus.submit]
    gr.on(begun, on_solve, solved, layout.solved, **PRIVATE)
    clicks, drawn = [one.click for one in layout.analogies.values()], [layout.plus, layout.minus, layout.solved]
    analogy = _analogy(app, solving, {one: name for name, one in layout.analogies.items()})
    gr.on(clicks, analogy, models, drawn, **EACH)


def _wire_contexts(page: Page[ModelsVisits], room: RoomLayout, layout: ModelsVectorsLayout) -> None:
    app, models = page.app, [page.sidebar.models, room.beside]

    async def on_look(request: gr.Request, word: str, sentences: str, *refs: object) -> AsyncGenerator[str]:
        asked = (join_models(*refs), word, sentences)
        async for drawn in looking.show(app.who(request), lambda who: ending(look_at_word(app, who, *asked))):
            yield drawn

    async def on_looked(request: gr.Request, shown: object, *values: str) -> AsyncGenerator[object]:
        """After the page was read again in another language."""
        if not is_marked(shown):
            yield gr.skip()
            return
        async for drawn in on_look(request, *values):
            yield drawn

    async def on_word_example(request: gr.Request, *refs: object) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        given = [who.text("models.contexts_example_word"), who.text("models.contexts_example_sentences")]
        first: list[object] = [*given]
        asked = (join_models(*refs), given[0], given[1])
        async for drawn in looking.show(who, lambda reader: ending(look_at_word(app, reader, *asked))):
            yield [*first, drawn]
            first = [gr.skip(), gr.skip()]

    seen = [layout.word, layout.sentences, *models]
    looking = goes_on(page, "models-contexts", layout.seen)
    page.restored.change(on_looked, [layout.seen, *seen], layout.seen, **PRIVATE)
    gr.on([layout.look.click, layout.word.submit], on_look, seen, layout.seen, **PRIVATE)
    layout.word_example.click(on_word_example, models, [layout.word, layout.sentences, layout.seen], **PRIVATE)


def _analogy(app: App[ModelsVisits], solving: UnderWay, buttons: Mapping[object, str]) -> Any:
    """One event for all buttons, each of which has its words."""

    async def on_analogy(request: gr.Request, event: gr.EventData, *refs: object) -> AsyncGenerator[list[object]]:
        who, name = app.who(request), buttons.get(event.target, ANALOGIES[0])
        given = [who.text(f"models.analogy_{name}_{part}") for part in ("plus", "minus")]
        first: list[object] = [*given]
        asked = (join_models(*refs), given[0], given[1])
        async for drawn in solving.show(who, lambda reader: ending(solve_words(app, reader, *asked))):
            yield [*first, drawn]
            first = [gr.skip(), gr.skip()]

    return on_analogy


async def ending(drawn: AsyncGenerator[str]) -> AsyncGenerator[str]:
    """The same, with a mark on what is drawn last: it stays when the page is read again in another language."""
    last = ""
    async for last in drawn:
        yield last
    if last:
        yield last + MARK


async def compare_texts(
    app: App[ModelsVisits], who: Who, refs: Sequence[str], lines: str
) -> AsyncGenerator[ModelsVectorsScreen]:
    """Each text's vector by each model: how alike they are, and a map."""
    show = app.show(who)
    try:
        texts = parse_texts(checked_text(lines, app.bounds))
        if not refs:
            yield ModelsVectorsScreen(shown=draw_sentence(show, "no_models"))
            return
        yield ModelsVectorsScreen.showing("stop", shown=draw_sentence(show, "reading"))
        told: list[Progress] = []
        async for _ in beats(task := asyncio.ensure_future(compare(app.visits, who.visitor, refs, texts, told.append))):
            yield ModelsVectorsScreen(shown=draw_waiting(show, told[-1])) if told else ModelsVectorsScreen()
            told.clear()
        drawn = draw_compared(show, texts, task.result(), await app.visits.known_models(who.visitor))
        yield ModelsVectorsScreen.showing("compare", shown=drawn, looked_at=remember(lines, refs))
    except PlaygroundError as error:
        yield ModelsVectorsScreen.showing("compare", shown=draw_alert(show, error, "vectors_nothing"))


async def solve_words(
    app: App[ModelsVisits], who: Who, refs: Sequence[str], plus: str, minus: str
) -> AsyncGenerator[str]:
    """What lies where the words lead, in each model."""
    show = app.show(who)
    try:
        words = parse_words(checked_text(plus, app.bounds, empty=True), checked_text(minus, app.bounds, empty=True))
        if not refs:
            yield draw_sentence(show, "no_models")
            return
        async for drawn in _waited_for(show, solve(app.visits, who.visitor, refs, words)):
            yield (
                drawn
                if isinstance(drawn, str)
                else draw_solved(show, drawn, await app.visits.known_models(who.visitor))
            )
    except PlaygroundError as error:
        yield draw_alert(show, error)


async def look_at_word(
    app: App[ModelsVisits], who: Who, refs: Sequence[str], word: str, sentences: str
) -> AsyncGenerator[str]:
    """The word's vectors in each sentence, in each model."""
    show = app.show(who)
    try:
        found = find_word(checked_text(word, app.bounds), checked_text(sentences, app.bounds))
        if not refs:
            yield draw_sentence(show, "no_models")
            return
        async for drawn in _waited_for(show, in_contexts(app.visits, who.visitor, refs, found)):
            if isinstance(drawn, str):
                yield drawn
            else:
                yield draw_contexts(show, found, drawn, await app.visits.known_models(who.visitor))
    except PlaygroundError as error:
        yield draw_alert(show, error, "contexts_nothing")


async def _waited_for(show: Renderer, working: Coroutine[object, object, T]) -> AsyncGenerator[str | T]:
    """That the models read, again with every beat, and at last what came of it."""
    said = draw_sentence(show, "reading")
    yield said
    async for _ in beats(task := asyncio.ensure_future(working)):
        yield said
    yield task.result()
