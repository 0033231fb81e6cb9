"""Results that are found again by their mark."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr

from playground.page.parts.redrawn import MARK, Ask, Redrawn, ask_again, is_marked


def test_a_result_is_found_by_the_html_that_shows_it_and_by_its_visitor_alone() -> None:
    drawn: Redrawn[str] = Redrawn()
    first, second = (f"<p>{name}</p>{drawn.mark('vera', name)}" for name in ("one", "two"))
    assert (drawn.find("vera", first), drawn.find("vera", second)) == ("one", "two"), "two tabs of one visitor"
    assert drawn.find("ben", first) is None
    for other in (None, 5, "", "<p>one</p>", f"{first}<p>", f"<p>{MARK}"):
        assert drawn.find("vera", other) is None


def test_what_a_visitor_has_deleted_with_everything_else_is_forgotten() -> None:
    drawn: Redrawn[str] = Redrawn()
    hers, his = f"<p>{drawn.mark('vera', 'one')}", f"<p>{drawn.mark('ver', 'two')}"
    drawn.forget("vera")
    assert (drawn.find("vera", hers), drawn.find("ver", his)) == (None, "two")


def test_a_sentence_in_the_place_of_a_result_is_none() -> None:
    assert is_marked(f"<p>found</p>{MARK}")
    assert not any(map(is_marked, ("<p>nothing yet</p>", None, f"<p>{MARK}</p>", 5)))


def again(ask: Ask, places: int) -> tuple[Ask, Callable[..., Any]]:
    """What `ask_again` makes of it, and what happens when the page has been read again. A request is a visitor here."""
    with gr.Blocks() as blocks:
        restored, outputs = gr.Textbox(), [gr.HTML() for _ in range(places)]
        app = SimpleNamespace(
            sessions=SimpleNamespace(forgetting=[]), who=lambda visitor: SimpleNamespace(visitor=visitor)
        )
        page = cast(Any, SimpleNamespace(app=app, on_restored=restored.change))
        asked = ask_again(page, outputs if places > 1 else outputs[0], ask)
    (event,) = blocks.fns.values()
    assert [one for one, _ in event.targets] == [restored._id] and list(event.outputs) == outputs
    return asked, cast("Callable[..., Any]", event.fn)


async def test_what_was_asked_is_asked_again_with_the_same_values_by_its_visitor_alone() -> None:
    language = "en"

    async def ask(request: object, *values: object) -> str:
        return f"{language} {values}" if values else ""

    asked, on_restored = again(ask, 1)
    shown = await asked("vera", "a", 2)
    assert isinstance(shown, str) and shown.startswith("en ('a', 2)") and is_marked_by_name(shown)
    language = "es"
    drawn = await on_restored("vera", shown)
    assert drawn.startswith("es ('a', 2)") and drawn != shown
    assert (await on_restored("vera", drawn)).startswith("es ('a', 2)"), "and once more"
    for visitor, other in (("ben", shown), ("vera", "<p>nothing yet</p>"), ("vera", None)):
        assert await on_restored(visitor, other) == gr.skip()
    assert await asked("vera") == "", "what shows nothing is not asked for again"


async def test_of_several_places_the_first_is_marked() -> None:
    async def ask(request: object, *values: object) -> list[object]:
        return ["drawn", gr.update(visible=True)]

    asked, on_restored = again(ask, 2)
    shown, plot = await asked("vera", 1)
    assert is_marked_by_name(str(shown)) and plot == gr.update(visible=True)
    assert (await on_restored("vera", shown))[1] == gr.update(visible=True)
    assert await on_restored("vera", "other") == [gr.skip(), gr.skip()]


def is_marked_by_name(shown: str) -> bool:
    return shown.endswith(" -->") and not is_marked(shown)
