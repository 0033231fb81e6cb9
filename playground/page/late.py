"""Parts of the page that the browser is given when they are first seen: until then they cost the page nothing.

They are laid out and wired as everything else. What the browser is given at first lacks their components and events
(`LateBlocks`); the same answer by which Gradio's client takes what `gr.render` made brings them.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import gradio as gr
from gradio.blocks import Block, BlockContext
from gradio.events import Dependency

from playground.page.parts.places import hidden_place, hidden_text, place
from playground.page.program import PRIVATE, Page, Parts
from playground.web.discreet import DiscreetBlocks
from playground.web.scripts import script_body

_LOAD = "load"


@dataclass(frozen=True)
class LatePart:
    """What it holds is known once it is laid out."""

    name: str
    frame: gr.Column
    """Is there from the beginning; the part's components come into it."""
    sign: gr.HTML
    """Stands in the frame until they come, and asks for them when it is seen."""
    ready: gr.Textbox
    """Changes when the part has come: what fills it listens to that. What was on it before is back at once."""
    came: gr.Textbox
    """Changes when what was on a page that was read again is back for good."""
    restored: gr.Textbox
    """Changes after that: see `keeping`."""
    again: gr.Button
    """Is pressed by a script when what fills the part has ended."""
    parts: Parts
    """Of this part alone."""
    chosen: gr.Textbox
    answer: gr.HTML
    """What its events listen to in place of these two of the sidebar: see `wire_copies`."""

    def of(self, page: Page[Any]) -> Page[Any]:
        """The page as this part sees it."""
        keys = replace(page.sidebar.keys, answer=self.answer)
        return replace(
            page,
            sidebar=replace(page.sidebar, chosen=self.chosen, keys=keys),
            restored=self.restored,
            parts=self.parts,
            opened=self.ready.change,
            late=True,
        )

    @cached_property
    def blocks(self) -> Mapping[int, Block]:
        """All that comes, by its number."""
        return {one._id: one for one in _within(self.frame) if one is not self.sign}


def _within(context: BlockContext) -> Iterator[Block]:
    for child in context.children:
        yield child
        if isinstance(child, BlockContext):
            yield from _within(child)


class LateBlocks(DiscreetBlocks):
    """Blocks of which some parts come late."""

    def __init__(self, *given: Any, **arguments: Any) -> None:
        self.late: dict[int, LatePart] = {}
        """By the number of the event that brings it."""
        self._brought: dict[int, dict[str, Any]] = {}
        self._bringing = threading.Lock()
        super().__init__(*given, **arguments)  # asks for the page's components already

    @property
    def coming(self) -> set[int]:
        """All that comes late, by its number."""
        return {number for part in self.late.values() for number in part.blocks}

    @contextmanager
    def late_part(self, name: str) -> Iterator[LatePart]:
        """Lay a part out inside this. `name` is that of its frame."""
        with gr.Column(elem_id=f"{name}-late") as frame:
            sign = place(f"{name}-coming", script_body("seen"))
            parts = Parts(hidden_place(f"{name}-under-way", script_body("under_way")))
            again = gr.Button("", visible="hidden", elem_id=f"restore-{name}")
            part = LatePart(
                name=name,
                frame=frame,
                sign=sign,
                ready=hidden_text(),
                came=hidden_text(),
                restored=hidden_text(),
                again=again,
                parts=parts,
                chosen=hidden_text(),
                answer=gr.HTML(visible=False, container=False),
            )
            yield part
        bringing = sign.opened(lambda: None, None, None, queue=False, trigger_mode="once", **PRIVATE)
        self.late[_number(bringing)] = part

    async def process_api(self, block_fn: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
        answer = await super().process_api(block_fn, *arguments, **named)
        number = getattr(block_fn, "_id", block_fn)
        if number in self.late:
            answer["render_config"] = await asyncio.to_thread(self._bring, number)
        return answer

    def get_config_file(self) -> Any:
        """Without what comes late."""
        config: Any = super().get_config_file()
        late = self.coming
        events = self._events(late)
        config["dependencies"] = [one for one in config["dependencies"] if one["id"] not in events]
        named = {number for event in config["dependencies"] for number in _named_by(event)}
        gone = late - named
        config["components"] = [one for one in config["components"] if one["id"] not in gone]
        for component in config["components"]:
            if component["id"] in late:  # described, as gradio_client looks it up, and not waited for
                component["props"]["visible"] = False
        for page in config["page"].values():
            page["components"] = [number for number in page["components"] if number not in gone]
            page["dependencies"] = [number for number in page["dependencies"] if number not in events]
        for layout in (config["layout"], *(page["layout"] for page in config["page"].values())):
            leave_out(layout, late)
        return config

    def _bring(self, number: int) -> dict[str, Any]:
        """A part's components and events, as the browser takes them. All are found out with the first: Gradio describes
        the page as a whole."""
        with self._bringing:
            if not self._brought:
                whole = super().get_config_file()
                self._brought = {one: self._describe_part(part, whole) for one, part in self.late.items()}
        return self._brought[number]

    def _describe_part(self, part: LatePart, whole: Any) -> dict[str, Any]:
        mine, events = {part.frame._id, *part.blocks}, self._events(part.blocks.keys())
        layout = _find_node(whole["layout"], part.frame._id)
        leave_out(layout, {part.sign._id})
        return {
            "render_id": -part.frame._id,
            "layout": layout,
            "components": [one for one in whole["components"] if one["id"] in mine],
            "dependencies": [one for one in whole["dependencies"] if one["id"] in events],
        }

    def _events(self, late: Set[int]) -> set[int]:
        """Those that only something late can begin, those after them, and those that begin when it has come."""
        found: set[int] = set()
        for number, event in self.fns.items():  # what comes after an event has a higher number
            after = event.trigger_after
            begins = [target for target, kind in event.targets if kind != _LOAD]
            touches = {one._id for one in (*event.outputs, *event.inputs)}
            loads = any(kind == _LOAD for _, kind in event.targets) and touches & late
            if after in found or loads or (begins and after is None and all(target in late for target in begins)):
                found.add(number)
        return found


def wire_copies(source: gr.components.Component, copies: Sequence[Block]) -> None:
    """What late parts listen to in place of a component that is there from the beginning. The browser forgets what it
    listened to at a component when a part comes that has events of the same."""
    if copies:
        script = f"value => Array({len(copies)}).fill(value)"
        source.change(None, source, list(copies), js=script, **PRIVATE)  # type: ignore[attr-defined]


def _named_by(event: Any) -> set[int]:
    """The components that an event begins at, reads or fills."""
    return {*event["inputs"], *event["outputs"], *(target for target, _ in event["targets"])}


def leave_out(node: Any, numbers: Set[int]) -> None:
    """Take these out of a layout."""
    if "children" in node:
        node["children"] = [child for child in node["children"] if child["id"] not in numbers]
        for child in node["children"]:
            leave_out(child, numbers)


def _find_node(node: Any, number: int) -> Any:
    if node["id"] == number:
        return node
    found = (_find_node(child, number) for child in node.get("children", ()))
    return next((one for one in found if one is not None), None)


def _number(event: Dependency) -> int:
    return int(event["id"])
