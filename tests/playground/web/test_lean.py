"""What is shown as it is given is the same as Gradio would make of it, with less work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import anyio.to_thread
import gradio as gr
import pytest
from fastapi import Request
from gradio.queueing import Event
from gradio.server_messages import ProcessGeneratingMessage
from gradio.state_holder import SessionState

from playground.web.lean import LeanBlocks
from playground.web.sessions import LightSessions

ENDED = {"is_generating", "data", "iterator", "render_config", "changed_state_ids", "used_cache"}


def built(kind: type[gr.Blocks]) -> gr.Blocks:
    async def grow(request: gr.Request, message: str, *rest: Any) -> AsyncGenerator[list[object]]:
        said = [{"role": "user", "content": [{"text": message, "type": "text"}]}]
        for text in ("a", "ab", "ab"):
            yield [[*said, {"role": "assistant", "content": [{"text": text, "type": "text"}]}], text]
        yield [gr.skip(), "over"]
        yield [[], gr.update(visible=False)]

    async def nothing(message: str) -> AsyncGenerator[list[object]]:
        if message == "something":
            yield [[], ""]

    with kind(analytics_enabled=False) as blocks:
        box, talk, note = gr.Textbox(), gr.Chatbot(), gr.HTML()
        given = {"preprocess": False, "postprocess": False}
        box.submit(grow, [box, talk], [talk, note], api_name="grow", **given)
        box.submit(nothing, box, [talk, note], api_name="nothing", **given)
    return blocks


def event_of(blocks: gr.Blocks, name: str) -> Any:
    return next(one for one in blocks.fns.values() if one.api_name == name)


async def asked(blocks: gr.Blocks, name: str, inputs: list[object], iterator: Any) -> dict[str, Any]:
    """As Gradio's queue asks."""
    answer: dict[str, Any] = await blocks.process_api(
        block_fn=event_of(blocks, name),
        inputs=inputs,
        state=SessionState(blocks),
        request=gr.Request(),
        iterator=iterator,
        session_hash="page",
        event_id="event",
        event_data=None,
        in_event_listener=True,
        simple_format=False,
        root_path="http://page",
        oauth_token=None,
    )
    return answer


async def answers(blocks: gr.Blocks, name: str, inputs: list[object]) -> list[dict[str, Any]]:
    """Until there are no more."""
    iterator, found = None, list[dict[str, Any]]()
    while not found or found[-1]["is_generating"]:
        answer = await asked(blocks, name, inputs, iterator)
        iterator = answer["iterator"]
        found.append({key: value for key, value in answer.items() if key in ENDED - {"iterator"}})
    assert not blocks.pending_diff_streams
    return found


def queued(blocks: gr.Blocks) -> tuple[Event, asyncio.Queue[Any]]:
    """The event as it stands in Gradio's queue while it is answered, and what is told to its page."""
    event = Event("page", event_of(blocks, "grow"), Request({"type": "http"}), None)
    event._id = "event"
    blocks._queue.event_ids_to_events["event"] = event
    told = blocks._queue.pending_messages_per_session["page"] = asyncio.Queue()
    LightSessions(blocks)
    return event, told


@pytest.mark.parametrize(("name", "inputs"), [("grow", ["Hello", []]), ("nothing", ["Hello"])])
async def test_it_is_answered_as_by_gradio(name: str, inputs: list[object]) -> None:
    assert await answers(built(LeanBlocks), name, inputs) == await answers(built(gr.Blocks), name, inputs)


async def test_texts_take_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[object] = []

    async def run_sync(function: Any, *arguments: Any, **named: Any) -> object:
        taken.append(function)
        return function(*arguments)

    monkeypatch.setattr(anyio.to_thread, "run_sync", run_sync)
    await answers(built(LeanBlocks), "grow", ["Hello", []])
    assert not taken
    await answers(built(gr.Blocks), "grow", ["Hello", []])
    assert taken


async def test_a_page_is_told_what_changes_without_gradios_queue_in_between() -> None:
    expected = await answers(built(gr.Blocks), "grow", ["Hello", []])
    blocks = built(LeanBlocks)
    _, told = queued(blocks)
    first = await asked(blocks, "grow", ["Hello", []], None)
    last = await asked(blocks, "grow", ["Hello", []], first["iterator"])
    assert not last["is_generating"]
    between = [told.get_nowait() for _ in range(told.qsize())]
    assert all(isinstance(one, ProcessGeneratingMessage) and one.event_id == "event" for one in between)
    assert all(one.output.keys() == first.keys() - {"iterator"} for one in between)
    data = [first["data"], *(one.output["data"] for one in between), last["data"]]
    assert data == [one["data"] for one in expected if any(one["data"])]
    assert len(data) < len(expected)  # one of them changes nothing


async def test_a_page_that_has_gone_is_told_nothing() -> None:
    blocks = built(LeanBlocks)
    event, told = queued(blocks)
    first = await asked(blocks, "grow", ["Hello", []], None)
    event.alive = False
    last = await asked(blocks, "grow", ["Hello", []], first["iterator"])
    assert told.empty()
    assert last["is_generating"]  # Gradio sees that the page has gone, and closes the generator


@pytest.mark.parametrize("outputs", [1, 2])
async def test_an_update_is_told_whole_so_that_none_becomes_of_the_one_before(outputs: int) -> None:
    """Gradio's client changes what it was told into what follows, though it may not have drawn it yet."""
    left = {"props": {"__type__": "update"}, "__type__": "update"}
    shown = {"visible": True, **left}

    async def show() -> AsyncGenerator[object]:
        for update in (gr.update(visible=True), gr.skip(), gr.skip(), "said", gr.update(visible=True)):
            yield update if outputs == 1 else [update] * outputs

    given: dict[str, Any] = {"preprocess": False, "postprocess": False}
    with LeanBlocks(analytics_enabled=False) as blocks:
        places = [gr.HTML() for _ in range(outputs)]
        gr.Button().click(show, None, places, api_name="show", **given)
    data = [one["data"] for one in await answers(blocks, "show", [])]
    told = [shown, [["replace", [], left]], [], [["replace", [], "said"]], [["replace", [], shown]], shown]
    assert data == [[one] * outputs for one in told]


@pytest.mark.parametrize("told", [(), (1,), (0, 1)])
async def test_an_update_of_nothing_makes_no_component_anew(told: tuple[int, ...]) -> None:
    with LeanBlocks(analytics_enabled=False) as blocks:
        outputs = [gr.HTML(), gr.Dropdown(["a"]), gr.State("kept")]
        gr.Button().click(lambda: None, None, outputs, api_name="update")
    values = [gr.update(visible=False) if place in told else gr.skip() for place in range(3)]
    states = SessionState(blocks), SessionState(blocks)
    event = event_of(blocks, "update")
    found = await blocks.postprocess_data(event, values, states[0])
    assert found == await gr.Blocks.postprocess_data(blocks, event, list(values), states[1])
    assert [states[0][one._id] is not one for one in outputs[:2]] == [place in told for place in range(2)]
    assert states[0][outputs[2]._id] == states[1][outputs[2]._id] == "kept"
    assert event.outputs == outputs
