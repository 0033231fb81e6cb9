"""What every part of the page is given, and the texts in the visitor's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

import gradio as gr
from gradio.blocks import Block
from gradio.events import Dependency

from playground.asking.going_on import GoingOn
from playground.measuring.kinds import Kinds
from playground.page.opening import Fill, Opening
from playground.page.parts.render import Renderer
from playground.page.sidebar.layout import SidebarLayout
from playground.settings import Settings
from playground.text import LocaleTexts
from playground.visitors import Sessions
from playground.visitors.checks import InputBounds, checked_sampling
from playground.visitors.reach import Reach
from playground.visitors.remembering import Remembers
from playground.web import language, visitor_id
from playground.web.scripts import script_function
from providers.types import ModelInfo, Sampling

Lent = TypeVar("Lent")
Visits = TypeVar("Visits", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The running program: everything that a handler of any tab may need."""

    settings: Settings
    texts: LocaleTexts
    reach: Reach
    sessions: Sessions
    label: gr.I18n
    """`label("chat.send")`: a text that the browser looks up, for what is laid out once for every language."""
    opened: Mapping[str, object]
    """What the tabs opened for their visitors, by the tab's name; complete once every tab is open."""
    kinds: Kinds[Renderer] = field(default_factory=Kinds)
    """The kinds of measurement: each tab that measures registers its own when it is opened."""
    going: GoingOn = field(default_factory=GoingOn)
    """What is under way on a page that is read again in another language: see `parts.under_way`."""

    @property
    def bounds(self) -> InputBounds:
        return InputBounds(
            message_characters=self.settings.max_message_characters,
            tokens_per_reply=self.settings.max_tokens_per_reply,
        )

    def find_lender(self, protocol: type[Lent]) -> Lent | None:
        """What one tab lends to the others, looked up by its protocol when it is used; `None` where nobody lends it.

        A lender inherits the protocol. `isinstance` would go by the names of attributes alone.
        """
        lenders = (one for one in self.opened.values() if protocol in type(one).__mro__)
        return cast("Lent | None", next(lenders, None))

    def rememberers(self) -> list[Remembers]:
        """What the tabs opened that keeps something of its visitors."""
        return [cast("Remembers", one) for one in self.opened.values() if Remembers in type(one).__mro__]

    async def forget(self, visitor: str) -> None:
        """Delete all that is kept of a visitor: first what the tabs have, then keys, files and the cookie's worth.

        Raises `StorageFailed`.
        """
        await self.sessions.stop(visitor)
        self.going.forget(visitor)
        for one in self.rememberers():
            await one.forget(visitor)
        self.reach.forget(visitor)
        await self.sessions.forget(visitor)

    def show(self, who: Who, *, colours: bool = False) -> Renderer:
        """What shows values in the visitor's language."""
        titles = {name: endpoint.title for name, endpoint in self.reach.catalog.endpoints.items()}
        offline, sampling = self.settings.offline, self.settings.shows("sampling")
        return Renderer(self.texts, who.language, titles, colours=colours, offline=offline, sampling=sampling)

    async def models(self, who: Who) -> dict[str, ModelInfo]:
        """Every model within the visitor's reach, by its ref."""
        return {model.ref: model for model in await self.reach.models(who.visitor)}

    def who(self, request: gr.Request) -> Who:
        return Who(visitor_id(request), language(request), self.texts, request.session_hash or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class App(Program, Generic[Visits]):
    """The program as one tab sees it: with `visits`, what that tab opened for its visitors."""

    visits: Visits


@dataclass(frozen=True, slots=True)
class Who:
    """The visitor behind a call and the language to answer in."""

    visitor: str
    language: str
    texts: LocaleTexts
    page: str = ""
    """The open page, as Gradio names it; empty for a call without one."""

    def text(self, key: str, **values: object) -> str:
        return self.texts.text(self.language, key, **values)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the page in which something may be under way when it is read again: see `goes_on`."""

    place: gr.HTML
    """Is not seen. Its value names, with blanks between, those in which something is: its script triggers an event of
    each name."""
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page(Generic[Visits]):
    """Where a tab is built: the program, and the sidebar that all tabs share."""

    app: App[Visits]
    blocks: gr.Blocks
    sidebar: SidebarLayout
    tabs: gr.Tabs
    """To lead to another tab: `gr.Tabs(selected=NAME)`."""
    inboxes: Mapping[str, gr.State]
    """By tab, what another one hands to it: `{"tab": NAME, …}` with values that name things on the server, and hold
    none."""
    restored: gr.Textbox
    """Changes when the page has been read again in another language, and what was on it is back: see `keeping`."""
    parts: Parts
    """Of all tabs."""
    switches: Sequence[gr.Button]
    """Those that read the page again in another language, once whatever a tab does on their click has ended."""

    opened: Callable[..., Dependency]
    """Listens to the moment when the tab is there: the page is opened, or a late part has come (see `late`)."""
    handed: gr.State
    """The tab's own inbox."""
    late: bool = False
    """The tab comes late."""

    openings: list[Opening] = field(default_factory=list)
    """What the tab has filled in when it is there."""
    taking: list[Opening] = field(default_factory=list)
    """What takes in what was handed over before the tab came, when it is filled in."""
    restorings: list[Opening] = field(default_factory=list)
    """What the tab draws anew when the page has been read again in another language, and what was on it is back."""

    def on_open(
        self,
        fill: Fill,
        inputs: Sequence[gr.components.Component],
        outputs: Block | Sequence[Block],
    ) -> None:
        """Have these places filled in when the tab is there, together with what else it has."""
        several = [outputs] if isinstance(outputs, Block) else outputs
        self.openings.append(Opening(fill, inputs, several))

    def on_restored(
        self,
        fill: Fill,
        inputs: Sequence[gr.components.Component],
        outputs: Block | Sequence[Block],
    ) -> None:
        """Have these places drawn anew when `restored` changes, together with what else the tab has: what streams, and
        what others need not wait for, listens to `restored` itself."""
        several = [outputs] if isinstance(outputs, Block) else outputs
        self.restorings.append(Opening(fill, inputs, several))

    def on_handed(
        self,
        take: Callable[..., Any],
        inputs: Sequence[gr.components.Component],
        outputs: Sequence[Block],
    ) -> None:
        """`take` is called with what another tab hands over, or `None`: also where that was before this one came."""
        self.handed.change(take, [self.handed, *inputs], list(outputs), **PRIVATE)
        if self.late:
            self.taking.append(Opening(take, [self.handed, *inputs], outputs))

    def sampling(self, values: Sequence[object]) -> Sampling:
        """The values of the sidebar's sampling parameters, checked. Raises `InputError`s."""
        return checked_sampling(dict(zip(self.sidebar.sampling, values, strict=True)), self.app.bounds)


PRIVATE: Mapping[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""For events that only the page uses: no endpoint, and no veil over what they redraw."""
EACH: Mapping[str, Any] = {**PRIVATE, "trigger_mode": "multiple"}
"""For those of which each counts: else Gradio loses what is clicked while the click before is answered. (With
"always_last" its client (6) would send what the click before was about once more.)"""
DOWNLOAD = script_function("download")
"""Lets the browser save `{"name", "type", "content"}` as a file."""
