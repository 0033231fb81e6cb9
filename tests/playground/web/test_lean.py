"""What is shown as it is given is the same as Gradio would make of it, with less work."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import anyio.to_thread
import gradio as gr
import pytest
from gradio.state_holder import SessionState

from playground.web.lean import LeanBlocks

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


async def answers(blocks: gr.Blocks, name: str, inputs: list[object]) -> list[dict[str, Any]]:
    """As Gradio's queue asks for them, until there are no more."""
    event = next(one for one in blocks.fns.values() if one.api_name == name)
    state, iterator, found = SessionState(blocks), None, []
    while not found or found[-1]["is_generating"]:
        answer = await blocks.process_api(
            block_fn=event,
            inputs=inputs,
            state=state,
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
        iterator = answer["iterator"]
        found.append({key: value for key, value in answer.items() if key in ENDED - {"iterator"}})
    assert not blocks.pending_diff_streams
    return found


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
