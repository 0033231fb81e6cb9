"""What stays on the screen when the page is read again in another language.

The browser keeps the values of the page's components in its tab, but for keys, and gives them back: at once, and again
when whatever opens the page has filled in what depends on the visitor, as long as nothing was touched meanwhile.
What is unfolded is unfolded again wherever it is drawn (`unfolded.js`).
Results are drawn anew by whoever drew them: `Page.restored` changes when everything else is back (`parts.redrawn`).
What is under way goes on meanwhile, and is drawn on the page that comes (`parts.under_way`).
A part that comes late (`late`) is given back its own when it has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block
from gradio.events import Dependency

from playground.page.late import LateBlocks
from playground.page.parts.places import KEPT, hidden_text
from playground.page.program import PRIVATE, Parts, Program
from playground.page.sidebar.layout import SidebarLayout
from playground.web.scripts import script_function
from playground.web.visitor import LANGUAGE_COOKIE

_FIELDS = (gr.Textbox, gr.Checkbox, gr.CheckboxGroup, gr.Radio, gr.Slider, gr.Number, gr.Dropdown)


def wire_leaving(program: Program, switches: Sequence[gr.Button]) -> gr.Textbox:
    """What names the page that was left, when it is there again."""
    left = hidden_text("page-left")

    async def on_leave(request: gr.Request) -> str:
        who = program.who(request)
        program.going.leave(who.visitor, who.page)
        return who.page

    for switch in switches:
        switch.click(on_leave, None, left, queue=False, **PRIVATE)
    return left


def wire_coming_back(program: Program, left: gr.Textbox, came: gr.Textbox, parts: Parts, restored: gr.Textbox) -> None:
    """When a page that was left is there again, which is another one for Gradio, `came` changes: what was under way on
    it is drawn here from then on, and `restored` changes. So for a late part of it."""

    async def on_came(request: gr.Request, page: str, now: str) -> list[object]:
        who = program.who(request)
        program.going.come_back(who.visitor, page, who.page)
        return [" ".join(name for name in parts.names if program.going.awaits(who, name)), now]

    came.change(on_came, [left, came], [parts.place, restored], queue=False, **PRIVATE)


def wire_keeping(blocks: LateBlocks, bar: SidebarLayout, switches: Mapping[str, gr.Button], came: gr.Textbox) -> None:
    """Call it when everything else is wired, inside the page's Blocks. `switches` are buttons by language; `came` is
    given a value when all else has its own again.

    What a tab does before the page is read again has ended by then: Gradio runs the events of one click one by one.
    """
    late = blocks.coming
    here = [one for number, one in blocks.blocks.items() if number not in late]
    opening = _events(blocks, blocks, "load", late)
    first = _Held.among(here, bar, _filled_blocks(blocks, opening))
    coming = []
    for part in blocks.late.values():
        filling = _events(blocks, part.ready, "change")
        coming.append((part, filling, _Held.among(list(part.blocks.values()), bar, _filled_blocks(blocks, filling))))
    every = _Held.all_of([first, *(held for _, _, held in coming)])
    for language, switch in switches.items():
        chosen = {"cookie": LANGUAGE_COOKIE, "language": language, **every.names}
        switch.click(None, every.values, None, js=script_function("choose_language", chosen), **PRIVATE)
    again = gr.Button("", visible="hidden", elem_id="restore-page")
    restore = _count(blocks, "page", opening, first)
    again.click(None, None, [*first.blocks, came], js=restore, **PRIVATE)
    blocks.load(None, js=script_function("restore_at_once"), **PRIVATE)
    for part, filling, held in coming:
        restore, outputs = _count(blocks, part.name, filling, held), [*held.blocks, part.came, part.ready]
        blocks.load(None, None, outputs, js=restore, **PRIVATE)
        part.again.click(None, None, outputs, js=restore, **PRIVATE)


def _events(blocks: gr.Blocks, begins: Block, kind: str, late: Set[int] = frozenset()) -> list[int]:
    """Those that ask the server when this happens to that component, but for what fills something late."""
    return [
        number
        for number, one in blocks.fns.items()
        if one.fn is not None and (begins._id, kind) in one.targets and not {two._id for two in one.outputs} & late
    ]


def _filled_blocks(blocks: gr.Blocks, events: Iterable[int]) -> set[Block]:
    return {one for number in events for one in blocks.fns[number].outputs}


def _count(blocks: gr.Blocks, part: str, events: Sequence[int], held: _Held) -> str:
    """Have a script notice when each of the events has ended. The script that gives back what is held there."""
    count = script_function("count_opened", {"part": part, "all": len(events)})
    for number in events:
        Dependency(blocks, {}, number, None).then(None, js=count, **PRIVATE)
    return script_function("restore_state", {"part": part, **held.names, "all": len(events)})


@dataclass(frozen=True, slots=True)
class _Held:
    """What of the page, or of a part of it, stays: values, what is unfolded, which tabs are chosen."""

    values: Sequence[gr.components.Component]
    panels: Sequence[gr.Accordion]
    tabs: Sequence[gr.Tabs]

    @classmethod
    def among(cls, every: Sequence[object], bar: SidebarLayout, filled: Set[object] = frozenset()) -> _Held:
        """Those of these blocks; `filled` are those which something gives a value to when the page is opened."""
        return cls(
            [one for one in _kept_fields(every, bar) if not _is_empty(one) or one in filled],
            [one for one in every if isinstance(one, gr.Accordion) and one.elem_id],
            [one for one in every if isinstance(one, gr.Tabs) and one.elem_id],
        )

    @classmethod
    def all_of(cls, several: Sequence[_Held]) -> _Held:
        """Those of all."""
        return cls(
            [one for held in several for one in held.values],
            [one for held in several for one in held.panels],
            [one for held in several for one in held.tabs],
        )

    @property
    def blocks(self) -> list[Block]:
        return [*self.values, *self.panels, *self.tabs]

    @property
    def names(self) -> dict[str, object]:
        """As the scripts know them."""
        return {
            "values": [one.elem_id for one in self.values],
            "places": [one.elem_id for one in self.values if isinstance(one, gr.HTML)],
            "late": [one.elem_id for one in self.values if _is_empty(one)],
            "panels": [one.elem_id for one in self.panels],
            "tabs": {
                str(one.elem_id): [child.id for child in one.children if isinstance(child, gr.Tab)] for one in self.tabs
            },
        }


def _kept_fields(every: Iterable[object], bar: SidebarLayout) -> list[gr.components.Component]:
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
