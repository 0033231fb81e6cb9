"""What "Next token" and "Step by step" show of a visitor's tree: the screen of both modes, and its drawing."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from playground.page.parts.render import Renderer
from playground.page.parts.screen import Screen, no_change
from playground.page.program import App, Who
from playground.tabs.sampling.lab import TokenTree, visible
from playground.tabs.sampling.page.drawing.bars import draw_bars, draw_multiples, draw_numbers
from playground.tabs.sampling.page.drawing.beside import draw_beside, draw_sought
from playground.tabs.sampling.page.drawing.pieces import draw_alert, draw_notice, draw_sentence
from playground.tabs.sampling.page.drawing.tokens import draw_forks, draw_path, draw_prompt, draw_tail
from playground.tabs.sampling.visit.visits import SamplingVisits
from providers.errors import InputError, PlaygroundError
from providers.types import Sampling

SHOWN = 25
_AT_LEAF = 12
"""Bars beside the path: enough to choose from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingScreen(Screen):
    """What both modes show: what the model reads, the bars, the path with its bars and its forks, and two buttons."""

    BUTTONS = ("stop", "more")

    read: object = no_change()
    choice: object = no_change()
    path: object = no_change()
    leaf: object = no_change()
    forks: object = no_change()
    stop: object = no_change()
    more: object = no_change()


def show_message(message: str) -> SamplingScreen:
    """A message where the results would be."""
    return SamplingScreen.showing("more", read="", choice=message, path=message, leaf="", forks="")


def show_error_beside(show: Renderer, error: PlaygroundError) -> SamplingScreen:
    """The path stays; the error stands where the next bars would be."""
    return SamplingScreen.showing("more", leaf=draw_alert(show, error))


async def redraw(app: App[SamplingVisits], who: Who, sampling: Sampling) -> SamplingScreen:
    """Everything, as the visitor's tree is now; the buttons alone where another step has changed it meanwhile, which
    draws it then."""
    show, tree = app.show(who), app.visits.tree(who.visitor)
    if tree is None:
        return SamplingScreen()
    choice, leaf = await reshape(app, who, sampling)
    if app.visits.tree(who.visitor) is not tree:
        return SamplingScreen.showing("more")
    return SamplingScreen.showing(
        "more",
        read=draw_prompt(show, tree.prompt),
        choice=choice,
        path=draw_path(show, tree),
        leaf=leaf,
        forks=draw_forks(show, tree) + (draw_notice(show, "steps") if tree.nodes else ""),
    )


async def reshape(app: App[SamplingVisits], who: Who, sampling: Sampling) -> tuple[object, object]:
    """The bars under these sliders, all of them and those beside the path. No forward pass."""
    show, visits = app.show(who), app.visits
    try:
        choice = await visits.reshape(who.visitor, sampling, SHOWN)
        smalls = await visits.small(who.visitor, sampling)
        beside = await visits.beside(who.visitor, sampling, SHOWN)
        sought = draw_sought(show, await visits.sought_tokens(who.visitor, sampling), choice.vocabulary)
    except InputError:  # nothing was looked at, or only read: the sliders have nothing to reshape
        return gr.skip(), gr.skip()
    except PlaygroundError as error:
        return draw_alert(show, error), ""
    tree = visits.tree(who.visitor) or TokenTree()
    full = draw_tail(show, tree) + draw_numbers(show, choice) + sought + draw_bars(show, choice)
    full += draw_beside(show, (_text(tree), beside[0]), (choice, beside[1])) if beside is not None else ""
    full += draw_multiples(show, smalls)
    ended = draw_sentence(show, "ended") if any(node.token.special for node in tree.path()[-1:]) else ""
    return full + draw_notice(show, "next"), ended + draw_bars(show, choice, rows=_AT_LEAF, key="leaf-tail")


def _text(tree: TokenTree) -> str:
    """All that stands before the choice."""
    return "".join(visible(token.piece) for token in (*tree.prompt, *(node.token for node in tree.path())))
