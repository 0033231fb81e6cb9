"""What stays on the screen when the page is read again in another language.

The browser keeps the values of the page's components in its tab, but for keys, and gives them back: at once, and again
when whatever opens the page has filled in what depends on the visitor, as long as nothing was touched meanwhile.
What is unfolded is unfolded again wherever it is drawn (`unfolded.js`).
Results are drawn anew by whoever drew them: `Page.restored` changes when everything else is back (`parts.redrawn`).
What is under way goes on meanwhile, and is drawn on the page that comes (`parts.under_way`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import gradio as gr
from gradio.events import Dependency

from playground.page.parts.places import KEPT, hidden_text
from playground.page.program import PRIVATE, Parts, Program
from playground.page.sidebar.layout import SidebarLayout
from playground.web.scripts import script_function
from playground.web.visitor import LANGUAGE_COOKIE

_FIELDS = (gr.Textbox, gr.Checkbox, gr.CheckboxGroup, gr.Radio, gr.Slider, gr.Number, gr.Dropdown)


def wire_coming_back(program: Program, switches: Sequence[gr.Button], parts: Parts, restored: gr.Textbox) -> gr.Textbox:
    """What changes when a page that was left is there again, which is another one for Gradio: what was under way on it
    is drawn here from then on, and `restored` changes."""
    left, came = hidden_text("page-left"), hidden_text()

    async def on_leave(request: gr.Request) -> str:
        who = program.who(request)
        program.going.leave(who.visitor, who.page)
        return who.page

    async def on_came(request: gr.Request, page: str, now: str) -> list[object]:
        who = program.who(request)
        program.going.come_back(who.visitor, page, who.page)
        return [" ".join(name for name in parts.names if program.going.awaits(who, name)), now]

    for switch in switches:
        switch.click(on_leave, None, left, queue=False, **PRIVATE)
    came.change(on_came, [left, came], [parts.place, restored], queue=False, **PRIVATE)
    return came


def wire_keeping(blocks: gr.Blocks, bar: SidebarLayout, switches: Mapping[str, gr.Button], came: gr.Textbox) -> None:
    """Call it when everything else is wired, inside the page's Blocks. `switches` are buttons by language; `came` is
    given a value when all else has its own again.

    What a tab does before the page is read again has ended by then: Gradio runs the events of one click one by one.
    """
    every = list(blocks.blocks.values())
    opening = [number for number, one in blocks.fns.items() if one.fn is not None and "load" in _kinds(one.targets)]
    filled = {one for number in opening for one in blocks.fns[number].outputs}
    values = [one for one in _kept(every, bar) if not _is_empty(one) or one in filled]
    panels = [one for one in every if isinstance(one, gr.Accordion) and one.elem_id]
    tabs = [one for one in every if isinstance(one, gr.Tabs) and one.elem_id]
    named = {
        "values": [one.elem_id for one in values],
        "places": [one.elem_id for one in values if isinstance(one, gr.HTML)],
        "late": [one.elem_id for one in values if _is_empty(one)],
        "panels": [one.elem_id for one in panels],
        "tabs": {str(one.elem_id): [child.id for child in one.children if isinstance(child, gr.Tab)] for one in tabs},
    }
    for language, switch in switches.items():
        chosen = {"cookie": LANGUAGE_COOKIE, "language": language, **named}
        switch.click(None, values, None, js=script_function("choose_language", chosen), **PRIVATE)
    back = [*values, *panels, *tabs, came]
    count = script_function("count_opened", {"all": len(opening)})
    for number in opening:
        Dependency(blocks, {}, number, None).then(None, js=count, **PRIVATE)
    again = gr.Button("", visible="hidden", elem_id="restore-state")
    again.click(None, None, back, js=script_function("restore_state", {**named, "all": len(opening)}), **PRIVATE)
    blocks.load(None, js=script_function("restore_at_once"), **PRIVATE)


def _kept(every: Iterable[object], bar: SidebarLayout) -> list[gr.components.Component]:
    """All that can be chosen or written, but for keys and what stands in the page's address; the places that say so;
    and hidden components, which hold what their tab has on the screen."""
    keys = bar.keys
    apart = {bar.models, *bar.addressed.values(), keys.provider, keys.key, keys.address}
    found = [one for one in every if isinstance(one, gr.components.Component) and one.elem_id and one not in apart]
    return [one for one in found if KEPT in (one.elem_classes or ()) or (isinstance(one, _FIELDS) and _is_field(one))]


def _is_empty(one: gr.components.Component) -> bool:
    """A list without anything to choose from: what it held can be given back once it is filled."""
    return getattr(one, "choices", None) == []


def _is_field(one: gr.components.Component) -> bool:
    return one.visible != "hidden"


def _kinds(targets: Iterable[tuple[int | None, str]]) -> set[str]:
    return {kind for _, kind in targets}
