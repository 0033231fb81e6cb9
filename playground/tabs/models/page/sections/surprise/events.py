"""Surprise: a text is shown to the models; and a game, one guess after another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

import gradio as gr

from playground.asking.pump import beats
from playground.page.parts.examples import example_language
from playground.page.parts.redrawn import MARK, is_marked
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.under_way import goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.models.lab.surprise import GuessingGame, ScoringPlan
from playground.tabs.models.page.pieces import draw_alert, draw_sentence
from playground.tabs.models.page.room import RoomLayout, join_models, recall, remember
from playground.tabs.models.page.sections.surprise.drawing import draw_game, draw_surprise
from playground.tabs.models.page.sections.surprise.layout import ModelsSurpriseLayout
from playground.tabs.models.visit.surprise import GAME, SECTION, begin, guess_next, surprise
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import checked_text
from providers.errors import PlaygroundError
from providers.types import ModelInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsSurpriseScreen(Screen):
    """The coloured texts, and two buttons."""

    BUTTONS = ("look", "stop")

    shown: object = no_change()
    looked_at: object = no_change()
    look: object = no_change()
    stop: object = no_change()


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessingScreen(Screen):
    """The game, the box for a guess and its button."""

    game: object = no_change()
    word: object = no_change()
    guess: object = no_change()


PART = "models-surprise"


def wire_surprise(page: Page[ModelsVisits], room: RoomLayout, layout: ModelsSurpriseLayout) -> None:
    app = page.app
    models = [page.sidebar.models, room.beside]

    async def on_look(request: gr.Request, text: str, *refs: object) -> AsyncGenerator[list[object]]:
        models = join_models(*refs)
        async for screen in going.show(app.who(request), lambda who: show_surprise(app, who, models, text)):
            yield screen.outputs()

    async def on_example(request: gr.Request, *refs: object) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        text = await example(app, who, join_models(*refs))
        first: object = text
        async for screen in going.show(who, lambda reader: show_surprise(app, reader, join_models(*refs), text)):
            yield [first, *screen.outputs()]
            first = gr.skip()

    async def on_restored(request: gr.Request, held: str) -> AsyncGenerator[list[object]]:
        """After the page was read again in another language."""
        text, refs = recall(held)
        if not refs or app.going.is_under_way(app.who(request), PART):  # which draws it
            yield ModelsSurpriseScreen().outputs()
            return
        async for screen in show_surprise(app, app.who(request), refs, text):
            yield screen.outputs()

    async def on_begin(request: gr.Request, text: str, *refs: object) -> list[object]:
        return (await begin_guessing(app, app.who(request), join_models(*refs), text)).outputs()

    def on_guess(request: gr.Request, typed: str) -> list[object]:
        return guess_word(app, app.who(request), typed).outputs()

    def on_game_restored(request: gr.Request, shown: object) -> list[object]:
        return (go_on_guessing(app, app.who(request)) if is_marked(shown) else GuessingScreen()).outputs()

    page.on_restored(on_game_restored, [layout.game], layout.game_outputs)
    going = goes_on(page, PART, layout.outputs)
    page.restored.change(on_restored, layout.looked_at, layout.outputs, **PRIVATE)
    gr.on([layout.look.click, layout.text.submit], on_look, [layout.text, *models], layout.outputs, **PRIVATE)
    layout.example.click(on_example, models, [layout.text, *layout.outputs], **PRIVATE)
    layout.begin.click(on_begin, [layout.text, *models], layout.game_outputs, **PRIVATE)
    gr.on([layout.guess.click, layout.word.submit], on_guess, layout.word, layout.game_outputs, **PRIVATE)
    room.stops[layout.stop] = SECTION


async def example(app: App[ModelsVisits], who: Who, refs: Sequence[str]) -> str:
    """A text in the page's language where the models that write speak it, else in English."""
    known = await app.visits.known_models(who.visitor)
    writers = [one for ref in refs if isinstance(one := known.get(ref), ModelInfo)]
    return who.texts.text(example_language(writers, who.language), "models.surprise_example_text")


async def show_surprise(
    app: App[ModelsVisits], who: Who, refs: Sequence[str], text: str
) -> AsyncGenerator[ModelsSurpriseScreen]:
    """Score the text with each model that writes and can be looked into."""
    show = app.show(who)
    try:
        sentence = checked_text(text, app.bounds)
        if not refs:
            yield ModelsSurpriseScreen(shown=draw_sentence(show, "no_models"))
            return
        yield ModelsSurpriseScreen.showing("stop", shown=draw_sentence(show, "reading"))
        working = surprise(app.visits, who.visitor, refs, sentence, ScoringPlan())
        async for _ in beats(task := asyncio.ensure_future(working)):
            yield ModelsSurpriseScreen()
        drawn = draw_surprise(show, task.result(), await app.visits.known_models(who.visitor))
        yield ModelsSurpriseScreen.showing("look", shown=drawn, looked_at=remember(text, refs))
    except PlaygroundError as error:
        yield ModelsSurpriseScreen.showing("look", shown=draw_alert(show, error))


async def begin_guessing(app: App[ModelsVisits], who: Who, refs: Sequence[str], text: str) -> GuessingScreen:
    """A game on the text in the box, or on the example, against the first of the models that writes."""
    show = app.show(who)
    known = await app.visits.known_models(who.visitor)
    writers = [ref for ref in refs if ref not in known or isinstance(known[ref], ModelInfo)]
    if not writers:
        return GuessingScreen(game=draw_sentence(show, "no_models"))
    try:
        sentence = checked_text(text if text.strip() else await example(app, who, refs), app.bounds)
        return _screen(app, who, await begin(app.visits, who.visitor, writers[0], sentence))
    except PlaygroundError as error:
        return GuessingScreen(
            game=draw_alert(show, error), word=gr.update(visible=False), guess=gr.update(visible=False)
        )


def guess_word(app: App[ModelsVisits], who: Who, typed: str) -> GuessingScreen:
    """One guess more."""
    try:
        return _screen(app, who, guess_next(app.visits, who.visitor, checked_text(typed, app.bounds)[:200]))
    except PlaygroundError as error:
        game = app.visits.find_work(who.visitor, GAME, GuessingGame)
        drawn, mark = (draw_game(app.show(who), game), MARK) if game is not None else ("", "")
        return GuessingScreen(game=drawn + draw_alert(app.show(who), error, "game_nothing") + mark)


def go_on_guessing(app: App[ModelsVisits], who: Who) -> GuessingScreen:
    """The game as it stands, where there is one; what is in the box stays."""
    game = app.visits.find_work(who.visitor, GAME, GuessingGame)
    return replace(_screen(app, who, game), word=gr.update(visible=not game.over)) if game else GuessingScreen()


def _screen(app: App[ModelsVisits], who: Who, game: GuessingGame) -> GuessingScreen:
    going = not game.over
    return GuessingScreen(
        game=draw_game(app.show(who), game) + MARK,
        word=gr.update(visible=going, value=""),
        guess=gr.update(visible=going),
    )
