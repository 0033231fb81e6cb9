"""Sampling: the choice behind every token, step by step, and the same prompt many times over."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any, Literal

import gradio as gr

from playground.page.parts.render import legend
from playground.page.program import DOWNLOAD, PRIVATE, Page, Program, Who
from playground.tabs.sampling.page.api import publish
from playground.tabs.sampling.page.drawing.pieces import alert, told
from playground.tabs.sampling.page.events import steps as work
from playground.tabs.sampling.page.events.steps import Asked, Screen
from playground.tabs.sampling.page.events.sweep import Plan, sweep
from playground.tabs.sampling.page.layout import FIRST, Layout, lay_out
from playground.tabs.sampling.visit.visits import SamplingVisits
from playground.visitors.checks import checked_models, checked_sampling
from providers.errors import PlaygroundError
from providers.types import Sampling

Step = Callable[[Who, Sampling], Awaitable[Screen]]
__all__ = ["NAME", "ORDER", "build", "open", "publish"]

NAME = "sampling"
ORDER = 20
_RESHAPING = ("temperature", "top_k", "top_p", "min_p", "typical_p", "repetition_penalty")
"""The sliders that change the choice of one token."""


def open(program: Program) -> SamplingVisits:
    return SamplingVisits(program.reach, program.sessions)


def build(page: Page[SamplingVisits]) -> None:
    layout = lay_out(page)
    _wire_look(page, layout)
    _wire_steps(page, layout)
    _wire_sweep(page, layout)
    _wire_rest(page, layout)


def _wire_look(page: Page[SamplingVisits], layout: Layout) -> None:
    app = page.app
    inputs = [layout.prompt, layout.form, *page.sidebar.inputs]

    async def looked(
        request: gr.Request, prompt: str, form: str, models: Sequence[str], *values: object
    ) -> AsyncGenerator[list[object]]:
        async for shown in _looking(page, app.who(request), (prompt, form, models), values):
            yield shown

    async def reformed(
        request: gr.Request, prompt: str, form: str, models: Sequence[str], *values: object
    ) -> AsyncGenerator[list[object]]:
        if prompt.strip():
            async for shown in _looking(page, app.who(request), (prompt, form, models), values):
                yield shown

    async def tried(
        request: gr.Request, _prompt: str, _form: str, models: Sequence[str], *values: object
    ) -> AsyncGenerator[list[object]]:
        who = app.who(request)
        prompt = who.text("sampling.example_prompt")
        first: list[object] = [prompt, "raw"]
        async for shown in _looking(page, who, (prompt, "raw", models), values):
            yield [*first, *shown]
            first = [gr.skip(), gr.skip()]

    async def moved(request: gr.Request, *values: object) -> list[object]:
        who = app.who(request)
        try:
            return list(await work.reshape(app, who, _sampling(page, values)))
        except PlaygroundError as error:
            return [alert(app.show(who), error), gr.skip()]

    for event in (layout.look.click, layout.prompt.submit):
        event(looked, inputs, layout.screen, **PRIVATE)
    layout.form.input(reformed, inputs, layout.screen, **PRIVATE)
    layout.example.click(tried, inputs, [layout.prompt, layout.form, *layout.screen], **PRIVATE)
    sliders = page.sidebar.sampling
    for name in _RESHAPING:
        sliders[name].change(  # type: ignore[attr-defined]
            moved,
            list(sliders.values()),
            [layout.choice, layout.steps.leaf],
            queue=False,
            trigger_mode="always_last",
            **PRIVATE,
        )


async def _looking(
    page: Page[SamplingVisits], who: Who, written: tuple[str, str, Sequence[str]], values: Sequence[object]
) -> AsyncGenerator[list[object]]:
    prompt, form, models = written
    try:
        asked = Asked(
            model=checked_models(models)[0], prompt=prompt, chat=form == "chat", sampling=_sampling(page, values)
        )
    except PlaygroundError as error:
        yield Screen.only(alert(page.app.show(who), error)).outputs()
        return
    async for screen in work.look(page.app, who, asked):
        yield screen.outputs()


def _sampling(page: Page[SamplingVisits], values: Sequence[object]) -> Sampling:
    return checked_sampling(dict(zip(page.sidebar.sampling, values, strict=True)), page.app.bounds)


def _wire_steps(page: Page[SamplingVisits], layout: Layout) -> None:
    app, steps, screen = page.app, layout.steps, layout.screen
    sliders = list(page.sidebar.sampling.values())

    def grower(how: Literal["greedy", "sampled"], count: int) -> Any:
        async def grown(request: gr.Request, *values: object) -> AsyncGenerator[list[object]]:
            who = app.who(request)
            try:
                sampling = _sampling(page, values)
            except PlaygroundError as error:
                yield work.beside(app.show(who), error).outputs()
                return
            async for shown in work.grow(app, who, how, count, sampling):
                yield shown.outputs()

        return grown

    async def stepped(request: gr.Request, values: Sequence[object], step: Step) -> list[object]:
        who = app.who(request)
        try:
            sampling = _sampling(page, values)
        except PlaygroundError as error:
            return work.beside(app.show(who), error).outputs()
        return (await step(who, sampling)).outputs()

    async def picked(request: gr.Request, event: gr.EventData, *values: object) -> list[object]:
        shown = await stepped(request, values, lambda who, sampling: work.choose(app, who, event.token, sampling))
        return [*shown, gr.Tabs(selected="steps")]

    async def forked(request: gr.Request, event: gr.EventData, *values: object) -> list[object]:
        token, node = event.token, event.node
        return await stepped(request, values, lambda who, sampling: work.choose(app, who, token, sampling, node))

    async def gone(request: gr.Request, event: gr.EventData, *values: object) -> list[object]:
        return await stepped(request, values, lambda who, sampling: work.go(app, who, event.node, sampling))

    def stopped(request: gr.Request) -> None:
        app.visits.stop(app.who(request).visitor)

    steps.greedy.click(grower("greedy", 1), sliders, screen, **PRIVATE)
    steps.sampled.click(grower("sampled", 1), sliders, screen, **PRIVATE)
    steps.more.click(grower("sampled", work.AT_ONCE), sliders, screen, **PRIVATE)
    steps.path.fork(forked, sliders, screen, **PRIVATE)
    for place in (layout.choice, steps.leaf):
        place.pick(picked, sliders, [*screen, layout.modes], **PRIVATE)
    for place in (steps.path, steps.forks):
        place.go(gone, sliders, screen, **PRIVATE)
    for stop in (steps.stop, layout.sweep.stop):
        stop.click(stopped, None, None, queue=False, **PRIVATE)
    for kind, button in steps.exports.items():
        button.click(_exporter(page, kind), None, layout.file, **PRIVATE).then(
            None, layout.file, None, js=DOWNLOAD, **PRIVATE
        )


def _exporter(page: Page[SamplingVisits], kind: str) -> Any:
    def exported(request: gr.Request) -> dict[str, str] | None:
        return work.export(page.app, page.app.who(request), kind)

    return exported


def _wire_sweep(page: Page[SamplingVisits], layout: Layout) -> None:
    app, parts = page.app, layout.sweep
    inputs = [layout.prompt, *parts.plan, *page.sidebar.inputs]

    async def ran(request: gr.Request, prompt: str, *rest: Any) -> AsyncGenerator[list[object]]:
        who, (plan, models, values) = app.who(request), _planned(rest)
        try:
            model, sampling = checked_models(models)[0], _sampling(page, values)
        except PlaygroundError as error:
            yield [alert(app.show(who), error), gr.skip(), gr.skip(), gr.skip()]
            return
        async for shown in sweep(app, who, model, prompt, plan, sampling):
            yield shown

    async def tried(request: gr.Request, _prompt: str, *rest: Any) -> AsyncGenerator[list[object]]:
        prompt = app.who(request).text("sampling.sweep_example_prompt")
        first: object = prompt
        async for shown in ran(request, prompt, *rest):
            yield [first, *shown]
            first = gr.skip()

    parts.run.click(ran, inputs, parts.shown, **PRIVATE)
    parts.example.click(tried, inputs, [layout.prompt, *parts.shown], **PRIVATE)


def _planned(rest: Sequence[Any]) -> tuple[Plan, Sequence[str], Sequence[object]]:
    temperatures, varied, values, seeds, longest, models, *sampling = rest
    plan = Plan(temperatures=temperatures, varied=varied, values=values, seeds=seeds, max_tokens=longest)
    return plan, models, sampling


def _wire_rest(page: Page[SamplingVisits], layout: Layout) -> None:
    app, sliders = page.app, list(page.sidebar.sampling.values())

    async def opened(request: gr.Request, *values: object) -> list[object]:
        """The work as it was left, or what each mode is for."""
        who = app.who(request)
        show = app.show(who)
        try:
            screen = await work.draw(app, who, _sampling(page, values))
        except PlaygroundError as error:
            screen = Screen.only(alert(show, error))
        if app.visits.tree(who.visitor) is None:
            screen = Screen(choice=told(show, "next.empty"), path=told(show, "steps.empty"))
        return [*screen.outputs(), legend(show), *FIRST]

    async def handed(request: gr.Request, what: object, *values: object) -> AsyncGenerator[list[object]]:
        if not isinstance(what, dict) or what.get("tab") != NAME:
            return
        who = app.who(request)
        first: list[object] = [what["question"], "chat", gr.Tabs(selected="steps")]
        try:
            sampling = _sampling(page, values)
        except PlaygroundError as error:
            yield [*first, *Screen.only(alert(app.show(who), error)).outputs()]
            return
        async for screen in work.open_reply(app, who, what["turn"], what["column"], sampling):
            yield [*first, *screen.outputs()]
            first = [gr.skip()] * 3

    temperatures, _, values, seeds, _ = layout.sweep.plan
    filled = [*layout.screen, layout.steps.legend, temperatures, values, seeds]
    page.blocks.load(opened, sliders, filled, **PRIVATE)
    page.handed.change(
        handed, [page.handed, *sliders], [layout.prompt, layout.form, layout.modes, *layout.screen], **PRIVATE
    )
