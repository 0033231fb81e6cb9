"""The named endpoint `vision`: a question about images, for a script, a notebook or another program."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import Any

import gradio as gr
from gradio.events import api

from playground.asking.upload import Upload
from playground.page.parts.endpoints import caller, endpoint_error, reply_json
from playground.page.parts.render import Renderer
from playground.page.parts.uploads import paths_of, take
from playground.page.program import App
from playground.tabs.vision.lab.errors import VisionError
from playground.tabs.vision.visit.ask import Asking
from playground.tabs.vision.visit.values import Picture, Seat, Session, sent_picture
from playground.tabs.vision.visit.visits import VisionVisits
from playground.visitors.checks import checked_history, checked_language, checked_models, checked_sampling, checked_text
from providers.errors import InputError
from providers.types import ModelInfo


@dataclass(frozen=True, slots=True)
class _VisionCall:
    """What the caller wrote, unchecked."""

    message: object
    history: object
    model: object
    ocr: object
    system: object
    language: object
    sampling: Mapping[str, object]


def publish(app: App[VisionVisits]) -> None:
    """Name the endpoint; call it inside the page's Blocks."""
    default = app.settings.model

    async def vision(
        message: str = "",
        images: list[dict[str, Any]] | None = None,
        history: list[dict[str, Any]] | None = None,
        model: str = default,
        ocr: bool = False,
        system: str = "",
        temperature: float | None = 0.7,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        max_tokens: int | None = 512,
        seed: int | None = None,
        stop: list[str] | None = None,
        language: str = "en",
        request: gr.Request | None = None,
    ) -> AsyncGenerator[dict[str, Any]]:
        """Ask a model about images (a list of `handle_file(path)`, at most 6). Yields the reply as it grows.

        With `ocr` the model is sent the text that a program reads in the images instead of them; `language` is that of
        the words around images and text. In `images`, `width` and `height` are those of the picture as the model is
        sent it, in pixels, `shrunk_from` those of its file where it was made smaller before, `tokens` and `cost` (US
        dollars) `None` where unknown, and `read` what was read in it.
        `history` is as in `chat`: texts, no images.
        """
        sampling: dict[str, object] = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "min_p": min_p}
        sampling |= {"max_tokens": max_tokens, "seed": seed, "stop": stop}
        with caller(app, request) as who:
            asking = _checked_asking(app, _VisionCall(message, history, model, ocr, system, language, sampling))
            files = await _files(images)
            known = await app.models(who)
            async with aclosing(app.visits.once(who.visitor, files, asking)) as sessions:
                async for session in sessions:
                    yield _turn_json(app.show(who), session, known.get(asking.seats[0].ref))

    api(vision, api_name="vision")


def _checked_asking(app: App[VisionVisits], it: _VisionCall) -> Asking:
    """Checked. Raises `InputError`s."""
    return Asking(
        question=checked_text(it.message, app.bounds),
        seats=(Seat("reads" if it.ocr else "sees", checked_models(it.model)[0]),),
        sampling=checked_sampling(it.sampling, app.bounds),
        system=checked_text(it.system, app.bounds, empty=True),
        language=checked_language(it.language),
        before=checked_history(it.history, app.bounds),
    )


async def _files(images: object) -> tuple[Upload, ...]:
    """The uploaded files, deleted a little later. Raises `VisionError("picture")` for what was not uploaded here."""
    try:
        taken = await take(paths_of(images or []))
    except InputError:
        raise VisionError("picture") from None
    return tuple(Upload(one.name, one.content) for one in taken)


def _turn_json(show: Renderer, session: Session, model: ModelInfo | None) -> dict[str, Any]:
    """The turn as plain JSON values. Raises what went wrong as an error of the call."""
    turn = session.turns[-1]
    seat, reply = turn.seats[0], turn.replies[0]
    if reply.failure is not None:
        raise endpoint_error(show, reply.failure)
    return {
        **reply_json(show, reply),
        "images": [_image_json(session, one, model if seat.way == "sees" else None) for one in turn.pictures],
    }


def _image_json(session: Session, it: Picture, model: ModelInfo | None) -> dict[str, Any]:
    reading = session.readings.get(it.image)
    sent: dict[str, Any] = {"width": it.width, "height": it.height, "tokens": None, "cost": None}
    if model is not None:
        sent = asdict(sent_picture(it, model))
    shrunk = list(it.shrunk_from) if it.shrunk_from else None
    return {"name": it.name, **sent, "shrunk_from": shrunk, "read": reading.text if reading is not None else None}
