"""The page's frame: head, sidebar, and every tab that the folder `tabs` holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, Protocol, cast, runtime_checkable

import gradio as gr
from gradio.components.api_component import Api

from playground import tabs
from playground.page.keeping import wire_coming_back, wire_keeping, wire_leaving
from playground.page.late import LateBlocks, leave_out, wire_copies
from playground.page.opening import wire_openings
from playground.page.parts.active import wire_active
from playground.page.parts.buttons import button
from playground.page.parts.places import hidden_place, hidden_text, place
from playground.page.program import PRIVATE, App, Page, Parts, Program
from playground.page.sidebar.events import wire_sidebar
from playground.page.sidebar.fetching import wire_fetching
from playground.page.sidebar.kept import publish_kept, wire_kept
from playground.page.sidebar.layout import lay_out_sidebar
from playground.text import LocaleTexts
from playground.web.scripts import script_body, script_element, script_function

_BRAND = (
    '<a class="brand" href="./"><svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9"/>'
    '<path d="M12 3a9 9 0 0 0 0 18z"/></svg> Aula</a>'
)


class Tab(Protocol):
    """The module `page.tab` of a folder in `tabs`, whose name is `NAME`, the tab's key in the texts.

    A tab that keeps things also has `async tidy(visits)`, which is called when the server starts. One whose models
    follow the sidebar's parameters has `SAMPLES = True`: above it stands which of them are in force. All
    but the first are given to the browser when they are first chosen: see `late`.
    """

    NAME: str
    ORDER: int

    def open(self, program: Program) -> Any:
        """What the tab does for all its visitors, and lends to other tabs by protocol: see `Program.find_lender`."""

    def build(self, page: Page[Any]) -> None:
        """Lay the tab out and wire it, inside the page's Blocks."""

    def publish(self, app: App[Any]) -> None:
        """Name its endpoints, inside the page's Blocks."""


@dataclass(frozen=True, slots=True)
class OpenTab:
    """A tab with what it opened."""

    module: Tab
    app: App[Any]

    async def tidy(self) -> None:
        """Let the tab clear away what nobody needs any more, where it keeps things."""
        if isinstance(self.module, _Tidies):
            await self.module.tidy(self.app.visits)


@runtime_checkable
class _Tidies(Protocol):
    async def tidy(self, visits: Any) -> None: ...


def find_tabs(folder: ModuleType = tabs) -> list[Tab]:
    """The tabs, in the order they declare."""
    modules = (import_module(f"{folder.__name__}.{found.name}.page.tab") for found in iter_modules(folder.__path__))
    return sorted((cast(Tab, module) for module in modules), key=lambda tab: tab.ORDER)


def open_tabs(program: Program, opened: dict[str, object]) -> list[OpenTab]:
    """Open every tab; `opened`, the program's own, is filled with what they made."""
    found = []
    for tab in find_tabs():
        opened[tab.NAME] = visits = tab.open(program)
        shared = {one.name: getattr(program, one.name) for one in fields(Program)}
        found.append(OpenTab(tab, App(**shared, visits=visits)))
    return found


def labels(texts: LocaleTexts) -> gr.I18n:
    """The texts for the browser to look up: laid out once, read in every language."""
    return gr.I18n(**{language: dict(table) for language, table in texts.tables.items()})


class _PageBlocks(LateBlocks):
    """The page, whose endpoints' parameters the browser does not lay out: `gr.api` makes components of them, which are
    drawn nowhere and were a sixth of all."""

    def get_config_file(self) -> Any:
        config: Any = super().get_config_file()
        nowhere = {number for number, block in self.blocks.items() if isinstance(block, Api)}
        for component in config["components"]:
            if component["id"] in nowhere:
                component["props"]["visible"] = False  # else the browser waits until it is drawn
        for layout in (config["layout"], *(page["layout"] for page in config["page"].values())):
            leave_out(layout, nowhere)
        return config


def build(program: Program, opened: Sequence[OpenTab]) -> gr.Blocks:
    """The page."""
    blocks: LateBlocks
    with _PageBlocks(program.texts, title="Aula", fill_height=True, analytics_enabled=False) as blocks:
        with gr.Row(elem_id="head", equal_height=True):
            gr.HTML(_BRAND, container=False)
            switches = {
                language: button(program.texts.text(language, "page.language"), f"language-{language}", quiet=True)
                for language in program.texts.languages()
            }
            theme = button("", "theme", quiet=True, sign="theme")
            theme.click(None, js=script_function("toggle_theme"), **PRIVATE)
            present = button("", "present", quiet=True, sign="present")
            present.click(None, js=script_function("toggle_presenting"), **PRIVATE)
        bar = lay_out_sidebar(program.label, program.settings.model, program.settings.max_tokens_per_reply)
        places = gr.Tabs(elem_id="tabs", overflow_behavior="wrap")  # a menu would have an English name
        restored, parts = hidden_text(), Parts(hidden_place("under-way", script_body("under_way")))
        shown = [one for one in opened if program.settings.shows(one.module.NAME)]
        inboxes = {one.module.NAME: gr.State(render=one not in shown) for one in opened}
        wire_sidebar(program, blocks, bar)
        wire_kept(program, bar.kept)
        publish_kept(program)
        wire_fetching(program, bar)
        lines = []
        with places:
            for tab in shown:
                name = tab.module.NAME
                with gr.Tab(program.label(f"{name}.tab"), id=name):
                    if getattr(tab.module, "SAMPLES", False):
                        lines.append(place(f"{name}-active"))
                    inbox, languages = inboxes[name], list(switches.values())
                    page = Page(tab.app, blocks, bar, places, inboxes, restored, parts, languages, blocks.load, inbox)
                    if tab is shown[0]:
                        _build_tab(tab, page)
                    else:
                        with blocks.late_part(name) as part:
                            _build_tab(tab, part.of(page))
                    tab.module.publish(tab.app)
        wire_copies(bar.chosen, [part.chosen for part in blocks.late.values()])
        wire_copies(bar.keys.answer, [part.answer for part in blocks.late.values()])
        wire_active(program, {f"parameter.{name}.label": one for name, one in bar.sampling.items()}, lines)
        blocks.load(None, js=script_function("fold_on_phone"), **PRIVATE)
        left, came = wire_leaving(program, list(switches.values())), hidden_text()
        wire_coming_back(program, left, came, parts, restored)
        for part in blocks.late.values():
            wire_coming_back(program, left, part.came, part.parts, part.restored)
        wire_keeping(blocks, bar, switches, came)
    _share_parameters(blocks)
    _let_progress_rest(blocks)
    _hear_what_is_chosen_last(blocks)
    _begin_with_text(blocks)
    return blocks


def _build_tab(tab: OpenTab, page: Page[Any]) -> None:
    page.handed.render()  # type: ignore[no-untyped-call]  # of Gradio's
    tab.module.build(page)
    filled = wire_openings(page.opened, page.openings, **PRIVATE)
    for one in page.taking:
        filled(one.fill, list(one.inputs), list(one.outputs), **PRIVATE)
    wire_openings(page.restored.change, page.restorings, **PRIVATE)


def _share_parameters(blocks: gr.Blocks) -> None:
    """One component for all parameters and results of endpoints that are described alike, in the same place and with
    the same default: `gr.api` makes one for each, a sixth of all that the browser keeps."""
    known: dict[str, Api] = {}

    def share_api(block: Any) -> Any:
        if not isinstance(block, Api):
            return block
        return known.setdefault(repr((block.label, block.value, block.api_info())), block)

    for event in blocks.fns.values():
        event.inputs = [share_api(one) for one in event.inputs]
        event.outputs = [share_api(one) for one in event.outputs]
    kept = {one._id for one in known.values()}
    for number, block in [*blocks.blocks.items()]:
        if isinstance(block, Api) and number not in kept:
            block.unrender()  # type: ignore[no-untyped-call]
            del blocks.blocks[number]


def _let_progress_rest(blocks: gr.Blocks) -> None:
    """Where no progress is shown, it is shown on no component either.

    Else Gradio's client (6) keeps one for each output of every event, and with every message from the server looks each
    of them up among all components of the page: opening took nearly twice as long.
    """
    for event in blocks.fns.values():
        if event.show_progress == "hidden":
            event.show_progress_on = []


def _hear_what_is_chosen_last(blocks: gr.Blocks) -> None:
    """What is ticked while the tick before is answered is answered next: Gradio would not hear it. But for a list of
    which one is chosen: that says everything twice."""
    for event in blocks.fns.values():
        begun = [blocks.blocks[one] for one, kind in event.targets if kind == "input" and one is not None]
        ticked = len(begun) == len(event.targets) and not any(map(is_list_of_one, begun))
        if event.targets and ticked and event.trigger_mode == "once":
            event.trigger_mode = "always_last"


def is_list_of_one(block: object) -> bool:
    """A list of which one is chosen."""
    return isinstance(block, gr.Dropdown) and not block.multiselect


def _begin_with_text(blocks: gr.Blocks) -> None:
    """A text box whose tab was never chosen is empty: else Gradio sends `None` for it."""
    for block in blocks.blocks.values():
        if isinstance(block, gr.Textbox) and block.value is None:
            block.value = ""


_NAMELESS = {
    "#message .submit-button": "chat.send",
    "#message .stop-button": "chat.stop",
    "#theme": "page.theme",
    "#present": "page.present",
    ".sidebar .toggle-button": "page.sidebar",
    "[aria-label='Copy message']": "page.copy",
    "[aria-label='Click to upload or drop files']": "page.upload",
    "[aria-label='Reset to default value']": "page.reset",
}
"""Buttons that Gradio gives no name, or an English one in every language."""


_UNFOLDING = "details, .thought-group, [data-block][aria-pressed]"
"""What a visitor unfolds or picks and only the browser knows: it stays so in another language."""


def head(texts: LocaleTexts) -> str:
    """Scripts of the page itself: Esc stops, the chosen theme is kept, every button has a name, an answer costs the
    browser no more on a page that was used for a while, and is drawn in its order while the page is hidden."""
    names = {
        language: {place: texts.text(language, key) for place, key in _NAMELESS.items()}
        for language in texts.languages()
    }
    unfolded = script_element("unfolded", {"folds": _UNFOLDING})
    changed = {language: texts.text(language, "page.setup_changed") for language in texts.languages()}
    setup = script_element("setup_changed", {"words": changed})
    forget = script_element("forget_inputs", {"part": "/statustracker-"})
    order = script_element("keep_order", {"mark": "event_id"})
    return unfolded + setup + forget + order + script_element("head", {"names": names})
