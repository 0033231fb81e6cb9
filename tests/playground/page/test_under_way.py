"""What is under way goes on when its page is read again in another language: every tab's, or it stands here why not."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
from gradio.blocks import BlockFunction

from playground.asking.going_on import GoingOn
from playground.page.parts.under_way import UnderWay, goes_on
from playground.page.program import Parts, Who
from playground.text import texts

ELSEWHERE = {
    "chat": "a reply goes on in its conversation, and is followed there: `wire_following`",
    "status": "a model that is loaded goes on; the page watches the next one",
    "fetching": "what is fetched goes on by itself",
    "waiting": "pictures that wait for a message are there when they are cleaned, in a second",
    "rag-list": "the index of the documents is built on as soon as they are listed again",
}
"""Where streaming events draw that are not gone on with so, by the beginning of their place's name."""
SETS = {"measure-progress", "compare-progress"}
"""Where a set is measured: `Measures.show` does it."""
_OPENING = {"load", "change"}


def shows(handler: Callable[..., Any]) -> bool:
    """It has a part of a tab at hand, or another handler that has."""
    held = inspect.getclosurevars(handler).nonlocals.values()
    return any(isinstance(one, UnderWay) or (inspect.isfunction(one) and shows(one)) for one in held)


def goes_on_with(event: BlockFunction) -> bool:
    """It draws whatever was under way on the page before."""
    return getattr(event.fn, "__qualname__", "").startswith(goes_on.__name__)


def is_begun(event: BlockFunction) -> bool:
    """It streams, and begins with something that the visitor does on the page."""
    if not inspect.isasyncgenfunction(event.fn) or event.api_visibility != "private" or goes_on_with(event):
        return False
    return not {kind for _, kind in event.targets} <= _OPENING


def streaming(blocks: gr.Blocks) -> Iterator[tuple[str, set[str]]]:
    """Events that draw more than once when something is clicked, sent or uploaded, and the places that they draw in."""
    for event in blocks.fns.values():
        if is_begun(event):
            drawn = (one for one in event.outputs if isinstance(one, gr.HTML | gr.Chatbot | gr.CheckboxGroup))
            yield event.name, {str(one.elem_id) for one in drawn}


def unshown(blocks: gr.Blocks) -> set[str]:
    """Those of them that draw beside what goes on."""
    found = set[str]()
    for event in blocks.fns.values():
        if is_begun(event):
            places = {str(one.elem_id) for one in event.outputs}
            elsewhere = any(place.startswith((*ELSEWHERE, "chat-")) for place in places)
            if not elsewhere and not places & SETS and not shows(event.fn):
                found.add(f"{event.name}: {', '.join(sorted(places))}")
    return found


def gone_on_with(blocks: gr.Blocks) -> set[str]:
    """The places in which whatever was under way is drawn on the next page."""
    back = [one for one in blocks.fns.values() if goes_on_with(one)]
    return {str(place.elem_id) for one in back for place in one.outputs}


def forgotten(blocks: gr.Blocks) -> set[str]:
    kept, lost = gone_on_with(blocks), set[str]()
    for name, places in streaming(blocks):
        if not places & kept and not any(place.startswith(tuple(ELSEWHERE)) for place in places):
            lost.add(f"{name}: {', '.join(sorted(places))}")
    return lost


def test_whatever_a_tab_has_under_way_goes_on(blocks: gr.Blocks) -> None:
    assert len(gone_on_with(blocks)) > 100
    assert forgotten(blocks) == set()
    assert unshown(blocks) == set()
    assert {"sweep-grid", "vision-chat-0", "prompting-cards", "judge-result", "rag-current", "smaller-pruned"} <= {
        place for _, places in streaming(blocks) for place in places
    }


def test_a_tab_that_forgets_it_is_seen() -> None:
    async def on_throw() -> AsyncGenerator[str]:
        yield "rolling"
        yield "six"

    with gr.Blocks() as page:
        gr.Button().click(on_throw, None, gr.HTML(elem_id="dice-thrown"), api_visibility="private")
    assert forgotten(page) == unshown(page) == {"on_throw: dice-thrown"}


async def test_what_is_under_way_is_drawn_once_on_the_next_page_in_its_language() -> None:
    going = GoingOn()
    app = SimpleNamespace(going=going, who=lambda page: Who("vera", "es", texts(), page))
    with gr.Blocks() as blocks:
        parts, place = Parts(gr.HTML()), gr.HTML()
        part = goes_on(cast(Any, SimpleNamespace(app=app, parts=parts)), "dice", place)
    (event,) = blocks.fns.values()
    assert event.targets == [(parts.place._id, "dice")] and list(event.outputs) == [place]
    on_back = cast("Callable[..., AsyncGenerator[object]]", event.fn)

    async def draw(who: Who) -> AsyncGenerator[str]:
        yield f"{who.language}: rolling"
        yield f"{who.language}: six"

    going.leave("vera", "one")
    async for _ in part.show(Who("vera", "en", texts(), "one"), draw):
        assert going.is_under_way(Who("vera", "en", texts(), "one"), "dice")
        break
    going.come_back("vera", "one", "two")
    assert [one async for one in on_back("two")] == ["es: rolling", "es: six"]
    assert [one async for one in on_back("two")] == []
    assert not going.is_under_way(Who("vera", "es", texts(), "two"), "dice")
