"""Look: a prompt is read and the choice of its next token shown; the sliders reshape it; a reply arrives from Chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import gradio as gr

from playground.asking.lending import RecallsReplies, ReplyPlace
from playground.asking.pump import beats
from playground.page.parts.clearing import wire_model_alerts
from playground.page.parts.notices import draw_changes
from playground.page.parts.render import legend
from playground.page.parts.under_way import UnderWay
from playground.page.program import PRIVATE, App, Page, Who
from playground.page.sidebar.events import draw_status
from playground.tabs.sampling.page.drawing.pieces import draw_alert, draw_sentence
from playground.tabs.sampling.page.drawing.sliders import BESIDE, draw_sliders
from playground.tabs.sampling.page.drawing.tokens import draw_path
from playground.tabs.sampling.page.events.tree import SamplingScreen, redraw, reshape, show_message
from playground.tabs.sampling.page.fields import SamplingPrompt
from playground.tabs.sampling.page.layout import FIRST, SamplingLayout
from playground.tabs.sampling.visit.visits import SamplingVisits
from playground.visitors.checks import checked_models, checked_text
from playground.web.scripts import script_function
from providers.errors import InputError, PlaygroundError, UnsupportedRequest
from providers.sampling import with_effect
from providers.types import Message, Sampling

_RESHAPING = with_effect("reshapes", "cuts", "penalises")
"""The sliders that change the choice of one token."""


def wire_look(page: Page[SamplingVisits], layout: SamplingLayout, going: UnderWay) -> None:
    """The prompt, its example, and the sliders that reshape what was looked at."""
    app = page.app
    inputs = [layout.prompt, layout.form, *page.sidebar.inputs]

    async def on_look(
        request: gr.Request, prompt: str, form: str, models: Sequence[str], *values: object
    ) -> AsyncGenerator[list[object]]:
        async for outputs in _look(page, going, app.who(request), (prompt, form, models), values):
            yield outputs

    async def on_form(
        request: gr.Request, prompt: str, form: str, models: Sequence[str], *values: object
    ) -> AsyncGenerator[list[object]]:
        if prompt.strip():
            async for outputs in _look(page, going, app.who(request), (prompt, form, models), values):
                yield outputs

    async def on_example(
        request: gr.Request, _prompt: str, _form: str, models: Sequence[str], *values: object
    ) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        prompt = who.text("sampling.example_prompt")
        first: list[object] = [prompt, "raw"]
        async for outputs in _look(page, going, who, (prompt, "raw", models), values):
            yield [*first, *outputs]
            first = [gr.skip(), gr.skip()]

    async def on_slider(request: gr.Request, *values: object) -> list[object]:
        who = app.who(request)
        try:
            return list(await reshape(app, who, page.sampling(values)))
        except PlaygroundError as error:
            return [draw_alert(app.show(who), error), gr.skip()]

    wire_model_alerts(page, layout.choice, layout.steps.path, layout.steps.leaf, layout.sweep.grid)
    for event in (layout.look.click, layout.prompt.submit):
        event(on_look, inputs, layout.outputs, **PRIVATE)
    layout.form.input(on_form, inputs, layout.outputs, **PRIVATE)
    layout.example.click(on_example, inputs, [layout.prompt, layout.form, *layout.outputs], **PRIVATE)
    sliders = page.sidebar.sampling
    for name in _RESHAPING:
        sliders[name].change(  # type: ignore[attr-defined]
            on_slider,
            list(sliders.values()),
            [layout.choice, layout.steps.leaf],
            queue=False,
            trigger_mode="always_last",
            **PRIVATE,
        )
    moved = [sliders[name].change for name in BESIDE]  # type: ignore[attr-defined]
    gr.on(moved, None, None, None, js=script_function("sampling/follow_sliders"), **PRIVATE)


async def _look(
    page: Page[SamplingVisits],
    going: UnderWay,
    who: Who,
    written: tuple[str, str, Sequence[str]],
    values: Sequence[object],
) -> AsyncGenerator[list[object]]:
    prompt, form, models = written
    try:
        model, sampling = checked_models(models)[0], page.sampling(values)
    except PlaygroundError as error:
        yield show_message(draw_alert(page.app.show(who), error)).outputs()
        return
    asked = SamplingPrompt(model=model, prompt=prompt, chat=form == "chat", sampling=sampling)
    async for screen in going.show(who, lambda reader: look(page.app, reader, asked)):
        yield screen.outputs()


def wire_opening(page: Page[SamplingVisits], layout: SamplingLayout, going: UnderWay) -> None:
    """The tab as it is opened, and a reply that Chat hands over."""
    app, sliders = page.app, list(page.sidebar.sampling.values())

    async def on_load(request: gr.Request, *values: object) -> list[object]:
        """The tree as it was left, or what each mode is for."""
        who = app.who(request)
        show = app.show(who)
        try:
            screen = await redraw(app, who, page.sampling(values))
        except PlaygroundError as error:
            screen = show_message(draw_alert(show, error))
        if app.visits.tree(who.visitor) is None:
            screen = SamplingScreen(choice=draw_sentence(show, "next.empty"), path=draw_sentence(show, "steps.empty"))
        return [*screen.outputs(), legend(show), draw_sliders(show), *FIRST]

    async def on_handed(request: gr.Request, handed: object, *values: object) -> AsyncGenerator[list[object]]:
        if not isinstance(handed, dict) or handed.get("tab") != "sampling":
            yield [gr.skip()] * len(opened)  # Gradio empties the places of whoever gives nothing
            return
        who = app.who(request)
        first: list[object] = [handed["question"], "chat", gr.Tabs(selected="steps")]
        try:
            sampling = page.sampling(values)
        except PlaygroundError as error:
            yield [*first, *show_message(draw_alert(app.show(who), error)).outputs()]
            return
        place = ReplyPlace(handed["conversation"], handed["turn"], handed["column"])
        async for screen in going.show(who, lambda reader: open_reply(app, reader, place, sampling)):
            yield [*first, *screen.outputs()]
            first = [gr.skip()] * 3

    temperatures, _, values, seeds, _ = layout.sweep.fields
    filled = [*layout.outputs, layout.steps.legend, layout.sliders, temperatures, values, seeds]
    page.on_open(on_load, sliders, filled)
    opened = [layout.prompt, layout.form, layout.modes, *layout.outputs]
    page.on_handed(on_handed, sliders, opened)


async def look(app: App[SamplingVisits], who: Who, asked: SamplingPrompt) -> AsyncGenerator[SamplingScreen]:
    """Read a prompt: one forward pass, the bars, and the root of a new tree. Or why that model cannot show them."""
    show, visits = app.show(who), app.visits
    try:
        checked_text(asked.prompt, app.bounds)
        shows = await visits.shows(who.visitor, asked.model)
        if shows == "text":
            raise UnsupportedRequest("logits", model=asked.model)
        if shows == "logprobs":
            async with aclosing(_trace(app, who, asked)) as screens:
                async for screen in screens:
                    yield screen
            return
        yield show_message(shown := draw_sentence(show, "looking"))
        looking = visits.look(who.visitor, asked.model, asked.prompt, asked.chat)
        async for _ in beats(task := asyncio.ensure_future(looking)):
            before, shown = shown, await _draw_waiting(app, who, asked.model)
            yield show_message(shown) if shown != before else SamplingScreen()
        try:
            task.result()
        except UnsupportedRequest:  # known only now that its weights are here
            if await visits.shows(who.visitor, asked.model) != "logprobs":
                raise
            async with aclosing(_trace(app, who, asked)) as screens:
                async for screen in screens:
                    yield screen
            return
        yield await redraw(app, who, asked.sampling)
    except PlaygroundError as error:
        yield show_message(draw_alert(show, error))


async def _draw_waiting(app: App[SamplingVisits], who: Who, ref: str) -> str:
    show, progress = app.show(who), await app.visits.fetching(who.visitor, ref)
    return draw_sentence(show, "looking") if progress is None else draw_status(show.waiting(progress))


async def _trace(app: App[SamplingVisits], who: Who, asked: SamplingPrompt) -> AsyncGenerator[SamplingScreen]:
    """A model that tells the probabilities of what it said alone: the path, to be read."""
    show = app.show(who)
    why = draw_sentence(show, "only_traced") + draw_sentence(show, "offer_sweep")
    yield SamplingScreen.showing("stop", read="", choice=why, path="", leaf="", forks="")
    message = Message.of("user", asked.prompt)
    traced = app.visits.trace(who.visitor, asked.model, (message,), asked.sampling)
    async with aclosing(app.going.keep(who, traced)) as trees:
        async for tree in trees:
            yield SamplingScreen(path=draw_path(show, tree), forks=draw_changes(show, tree.changes))
    yield SamplingScreen.showing("more", leaf=why)


async def open_reply(
    app: App[SamplingVisits], who: Who, place: ReplyPlace, sampling: Sampling
) -> AsyncGenerator[SamplingScreen]:
    """A reply from the chat, with the conversation before it, as a path that can be forked."""
    show, lender = app.show(who), app.lent(RecallsReplies)
    try:
        reply = await asyncio.to_thread(lender.find_reply, who.visitor, place) if lender is not None else None
        if reply is None:
            raise InputError("empty")
        yield show_message(draw_sentence(show, "looking"))
        opening = app.visits.open_reply(who.visitor, reply.model, reply.messages, reply.text)
        async for _ in beats(task := asyncio.ensure_future(opening)):
            yield SamplingScreen()
        task.result()
        yield await redraw(app, who, sampling)
    except PlaygroundError as error:
        yield show_message(draw_alert(show, error))
