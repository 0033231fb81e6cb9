"""The strategies and what can be set on them: above both ways to ask."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from playground.languages import closest
from playground.measuring.tasks import languages
from playground.page.parts.render import Renderer
from playground.page.parts.setup_line import fold_into_line
from playground.page.program import PRIVATE, Page
from playground.strategies.solving.wording import wording
from playground.tabs.prompting.page.drawing.pieces import draw_sentence
from playground.tabs.prompting.page.drawing.strategies import draw_strategies
from playground.tabs.prompting.page.layout.tab import PromptingLayout
from playground.tabs.prompting.visit.visits import PromptingVisits


def wire_strategies(page: Page[PromptingVisits], layout: PromptingLayout) -> None:
    """A strategy's knobs are shown while it is chosen; the texts come in the visitor's language."""
    app, knobs = page.app, layout.knobs
    groups = list(knobs.groups)

    def on_strategies(names: Sequence[str]) -> list[object]:
        return [gr.update(visible=name in names) for name in groups]

    def on_load(request: gr.Request) -> list[object]:
        who = app.who(request)
        show = app.show(who)
        return [
            closest(who.language, languages()),
            draw_strategies(show),
            who.text("prompting.sample_passages"),
            wording(who.language).template,
            draw_sentence(show, "empty_question"),
        ]

    layout.strategies.change(on_strategies, layout.strategies, list(knobs.groups.values()), queue=False, **PRIVATE)
    filled = [layout.language, layout.explained, knobs.passages, knobs.template, layout.asking.cards]
    page.on_open(on_load, [], filled)


def fold_ways(show: Renderer, names: Sequence[str], language: str) -> object:
    """The strategies folded into a line that names them, and the language of their prompts."""
    return fold_into_line([show.text("prompting.setup_ways"), ", ".join(names), show.in_language(language)])
