"""What the named endpoints of several tabs take and give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import gradio as gr

from playground.asking.reply import Reply
from playground.page.parts.render import Renderer
from playground.page.program import Program, Who
from playground.visitors.checks import InputBounds, checked_text
from providers.errors import Failure, PlaygroundError
from providers.types import Change, Message


@contextmanager
def caller(app: Program, request: gr.Request | None) -> Iterator[Who]:
    """Who calls an endpoint. What is refused or goes wrong within is told in the caller's language."""
    assert request is not None  # Gradio always passes it
    who = app.who(request)
    try:
        yield who
    except PlaygroundError as error:
        raise endpoint_error(app.show(who), error) from None


def endpoint_error(show: Renderer, error: PlaygroundError | Failure) -> gr.Error:
    """What went wrong, for the caller and not for the server's log: it is no defect here."""
    failure = error if isinstance(error, Failure) else Failure.of(error)
    return gr.Error(show.message(failure) + " " + show.hint(failure), print_exception=False)


def system_messages(system: object, bounds: InputBounds) -> tuple[Message, ...]:
    """The system prompt as the first message; none where it is empty. Raises `InputError`s."""
    text = checked_text(system, bounds, empty=True)
    return (Message.of("system", text),) if text.strip() else ()


def reply_json(show: Renderer, reply: Reply) -> dict[str, Any]:
    """A reply as plain JSON values."""
    return {
        "text": reply.text,
        "model": reply.model,
        "finish": reply.finish,
        "usage": asdict(reply.usage) if reply.usage else None,
        "timing": asdict(reply.timing) if reply.timing else None,
        "dropped": dropped_json(show, reply.changes),
    }


def dropped_json(show: Renderer, changes: Sequence[Change]) -> list[dict[str, str]]:
    """What a model did not take, and why."""
    return [{"what": change.what, "reason": show.change(change)} for change in changes]
