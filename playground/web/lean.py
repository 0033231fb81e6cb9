"""Gradio's Blocks, without the work that a start does not need, nor what is shown as it is given."""

from __future__ import annotations

import copy
import inspect
import time
from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.components.base import Component
from gradio.context import LocalContext
from gradio.helpers import special_args
from gradio.processing_utils import add_root_url
from gradio.server_messages import ProcessGeneratingMessage
from gradio.utils import get_function_with_locals

from playground.web.once import keep_parameters, without_application

_PLAIN = (str, list)
_NOTHING = {"__type__": "update"}
"""What `gr.skip()` gives."""


class LeanBlocks(gr.Blocks):
    """As Gradio's own, with seven differences.

    What answers requests is made by `launch` alone, where Gradio makes it anew at each step before that: twice while
    the page is laid out, and with its queue. Each took a twentieth of a start.

    What the parameters of each kind of component are is found out once. Gradio asks that of every component whenever it
    describes the page, and of one that is updated with each update: two fifths of the processor's time of updates.

    An update that updates nothing (`gr.skip()`) goes to the browser as it is. Gradio would make its component anew.

    An asynchronous generator is made without a thread: nothing of its handler runs before a value is asked for.

    What such a handler yields in an event with `preprocess=False, postprocess=False` goes to the browser as it is,
    where it is texts and lists of texts: Gradio would look for files through each output, twice with every redraw,
    which took a third of the processor's time of a class that is answered. Such an event's values hold none. Updates
    (`gr.skip()`) are taken by Gradio as ever.

    From the second value on they are put into the page's line of messages here: Gradio's queue would come back through
    all its layers for each. A value that changes nothing is no message; what it is yielded for is noticed all the same:
    that the page has been closed.

    An update that follows another one is told whole. Gradio tells what differs, which its client (6) makes of the one
    before in place: where several arrive together, the client has not yet drawn the first, and never does.
    """

    def __init__(self, **arguments: Any) -> None:
        keep_parameters()
        super().__init__(**arguments)
        self._shown_as_given: dict[int, bool] = {}
        """By the events' numbers: it is asked with every redraw."""

    def queue(self, *given: Any, **named: Any) -> Any:
        with without_application():
            return super().queue(*given, **named)

    def __exit__(self, *raised: Any) -> None:
        with without_application():
            super().__exit__(*raised)

    async def process_api(self, block_fn: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
        queued = not arguments and named.get("session_hash") and named.get("event_id")
        if queued and self._as_given(block_fn) and (answer := await self._take(block_fn, named)) is not None:
            return answer
        return await super().process_api(block_fn, *arguments, **named)

    async def call_function(
        self,
        block_fn: Any,
        processed_input: list[Any],
        iterator: Any = None,
        requests: Any = None,
        event_id: str | None = None,
        event_data: Any = None,
        in_event_listener: bool = False,
        state: Any = None,
        oauth_token: Any = None,
    ) -> dict[str, Any]:
        if iterator is None and _is_made_plainly(block_fn):
            request = requests[0] if isinstance(requests, list) else requests
            made = get_function_with_locals(block_fn.fn, self, event_id, in_event_listener, request, state)
            given = special_args(block_fn.fn, list(processed_input), request, event_data, token=oauth_token)[0]
            iterator = made(*given)
        found: dict[str, Any] = await super().call_function(
            block_fn,
            processed_input,
            iterator,
            requests,
            event_id,
            event_data,
            in_event_listener,
            state,
            oauth_token,
        )
        return found

    def handle_streaming_diffs(
        self,
        block_fn: Any,
        data: list[Any],
        session_hash: str | None,
        run: str | None,
        final: bool,
        simple_format: bool = False,
    ) -> list[Any]:
        values = list(data)
        found: list[Any] = super().handle_streaming_diffs(block_fn, data, session_hash, run, final, simple_format)
        if final or simple_format:
            return found
        return [
            [["replace", [], value]] if told and told is not value and _is_update(value) else told
            for told, value in zip(found, values, strict=True)
        ]

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        places = range(len(block_fn.outputs))
        values = [predictions] if len(places) == 1 else predictions
        told = list(places)
        if isinstance(values, list | tuple) and len(values) == len(places) and not block_fn.batch:
            told = [one for one in places if not _is_nothing(values[one]) or block_fn.outputs[one].stateful]
        if len(told) == len(places):
            found: list[Any] = await super().postprocess_data(block_fn, predictions, state)
            return found
        found = [_told_nothing(one) for one in block_fn.outputs]
        if told:
            some = copy.copy(block_fn)
            some.outputs = [block_fn.outputs[one] for one in told]
            left = [values[one] for one in told]
            made = await super().postprocess_data(some, left[0] if len(left) == 1 else left, state)
            for place, value in zip(told, made, strict=True):
                found[place] = value
        return found

    def _as_given(self, block_fn: Any) -> bool:
        if (known := self._shown_as_given.get(block_fn._id)) is None:
            known = self._shown_as_given[block_fn._id] = _as_given(block_fn)
        return known

    async def _take(self, block_fn: Any, named: dict[str, Any]) -> dict[str, Any] | None:
        """The generator's first values, as Gradio gives an answer, and then all that follow: see `_follow`."""
        if (iterator := named["iterator"]) is not None:
            return await self._follow(block_fn, iterator, named)
        state, start = named["state"], time.time()
        LocalContext.blocks.set(self)
        inputs = await self.preprocess_data(block_fn, named["inputs"], state)
        asked = named["event_id"], named["event_data"], True, state, named["oauth_token"]
        found = await self.call_function(block_fn, inputs, None, named["request"], *asked)
        if (iterator := found["iterator"]) is None:  # it had nothing to show
            return self._answer(block_fn, [None] * len(block_fn.outputs), None, found["duration"])
        shown = await self._find_changes(block_fn, found["prediction"], iterator, named)
        return self._answer(block_fn, shown, iterator, time.time() - start)

    async def _follow(self, block_fn: Any, iterator: Any, named: dict[str, Any]) -> dict[str, Any] | None:
        """Tell the page all further values; `None` at the end, which is left to Gradio.

        Where the page has gone, and for a call that did not come through the queue, the next ones as an answer.
        """
        LocalContext.blocks.set(self)
        event = self._queue.event_ids_to_events.get(named["event_id"])
        while True:
            start = time.time()
            try:
                values = await anext(iterator)
            except StopAsyncIteration:  # asked again, it says so again
                return None
            duration = time.time() - start
            shown = await self._find_changes(block_fn, values, iterator, named)
            answer = self._answer(block_fn, shown, iterator, duration)
            if event is None or not event.alive:
                return answer
            self.state_holder.update(named["session_hash"])  # it is in use
            if any(shown):
                del answer["iterator"]
                self._queue.send_message(event, ProcessGeneratingMessage(output=answer, success=True))

    async def _find_changes(
        self, block_fn: Any, values: Sequence[Any], iterator: Any, named: dict[str, Any]
    ) -> list[Any]:
        """What of the values differs from those before."""
        if all(isinstance(value, _PLAIN) for value in values):
            shown = list(values)
        else:
            shown = await self.postprocess_data(block_fn, list(values), named["state"])
            shown = add_root_url(shown, named["root_path"], None)
        page, run, plainly = named["session_hash"], self._stream_run_key(iterator), named["simple_format"]
        found: list[Any] = self.handle_streaming_diffs(block_fn, shown, page, run, final=False, simple_format=plainly)
        return found

    @staticmethod
    def _answer(block_fn: Any, shown: list[Any], iterator: Any, duration: float) -> dict[str, Any]:
        block_fn.total_runtime += duration
        block_fn.total_runs += 1
        return {
            "data": shown,
            "is_generating": iterator is not None,
            "iterator": iterator,
            "duration": duration,
            "average_duration": block_fn.total_runtime / block_fn.total_runs,
            "render_config": None,
            "changed_state_ids": [],
            "used_cache": None,
        }


def _told_nothing(block: Any) -> dict[str, Any]:
    """As Gradio makes it of an update of nothing."""
    return {"props": dict(_NOTHING), **_NOTHING} if isinstance(block, gr.HTML) else dict(_NOTHING)


def _is_nothing(value: object) -> bool:
    return isinstance(value, dict) and value == _NOTHING


def _is_update(value: object) -> bool:
    return isinstance(value, dict) and value.get("__type__") == "update"


def _is_made_plainly(block_fn: Any) -> bool:
    """It is called with its values by their places, and what Gradio adds to them."""
    special = block_fn.inputs_as_dict or block_fn.input_keyword_names or block_fn.component_prop_inputs
    return inspect.isasyncgenfunction(block_fn.fn) and not special and not block_fn.renderable


def _as_given(block_fn: Any) -> bool:
    plain = not (block_fn.preprocess or block_fn.postprocess or block_fn.batch)
    return plain and len(block_fn.outputs) > 1 and _is_made_plainly(block_fn) and all(map(_has_value, block_fn.outputs))


def _has_value(block: Any) -> bool:
    """It is a component that shows a value, and keeps no state."""
    return isinstance(block, Component) and not block.stateful
