"""The left side as HTML: each picture as it will be sent, what was read in it, and the sample images."""

from __future__ import annotations

import html
from collections.abc import Sequence

from playground.asking.images.reading_order import Block
from playground.page.parts.render import Renderer
from playground.page.parts.signs import CLOSE, draw_sign
from playground.tabs.vision.lab.ocr import Reading
from playground.tabs.vision.page.drawing.pieces import data_address, draw_cost, draw_sentence, say
from playground.tabs.vision.page.fields import ChosenModels
from playground.tabs.vision.visit.pictures import questions_of, samples, thumbnail
from playground.tabs.vision.visit.values import Picture, Seat, Session, UploadProgress, sent_picture

_UNSURE = 0.9
"""Confidence below which a box is dashed."""
_QUESTIONS = 4
"""Of a sample image that are offered."""


def draw_pictures(show: Renderer, session: Session, it: ChosenModels, language: str) -> str:
    """All pictures, with what each costs the models that see it."""
    if not session.pictures:
        return draw_sentence(show, "empty_pictures")
    figures = "".join(_figure(show, session, it, number, language) for number in range(1, len(session.pictures) + 1))
    return f'<p class="quiet">{say(show, "cleaned")}</p>{figures}'


def _figure(show: Renderer, session: Session, it: ChosenModels, number: int, language: str) -> str:
    picture = session.pictures[number - 1]
    reading = session.readings.get(picture.image)
    title = say(show, "picture_number", number=number, name=picture.name)
    remove = ""
    if picture.image not in session.asked_images:
        name = say(show, "remove", number=number)
        told = f'data-remove="{number}" aria-label="{name}" title="{name}"'
        remove = f'<button type="button" {told}>{draw_sign(CLOSE)}</button>'
    gone = f" · {say(show, 'described')}" if picture.described else ""
    size = say(show, "size", width=picture.width, height=picture.height, kilobytes=_kilobytes(show, picture))
    size += _draw_shrunk(show, picture)
    return (
        f'<figure class="picture" data-number="{number}"><figcaption><strong>{title}</strong>{remove}'
        f'<span class="quiet">{size}{gone}</span></figcaption>{_canvas(show, picture, reading, number)}'
        f"{draw_costs(show, picture, it)}{_lines(show, reading, number)}{_questions(show, picture, language)}</figure>"
    )


def _draw_shrunk(show: Renderer, picture: Picture) -> str:
    if picture.shrunk_from is None:
        return ""
    width, height = picture.shrunk_from
    return f" · {say(show, 'shrunk', width=width, height=height)}"


def _kilobytes(show: Renderer, picture: Picture) -> str:
    return show.number(max(1, round(len(picture.image.content) / 1000)))


def _canvas(show: Renderer, picture: Picture, reading: Reading | None, number: int) -> str:
    """The picture, and over it the boxes of the text that was read."""
    alt = say(show, "alt", number=number, name=picture.name)
    image = f'<img src="{data_address(picture.preview)}" alt="{alt}" width="{picture.width}" height="{picture.height}">'
    if reading is None or not reading.blocks:
        return f'<div class="canvas">{image}</div>'
    boxes = "".join(_box(show, block, place) for place, block in enumerate(reading.blocks))
    return (
        f'<div class="canvas">{image}<svg viewBox="0 0 {reading.width} {reading.height}" aria-hidden="true">'
        f"{boxes}</svg></div>"
    )


def _box(show: Renderer, block: Block, place: int) -> str:
    left, top, right, bottom = block.box
    kind = "unsure" if block.confidence < _UNSURE else "sure"
    said = html.escape(f"{block.text} · {show.number(block.confidence, '.2f')}")
    return (
        f'<rect data-block="{place}" class="{kind}" x="{left}" y="{top}" width="{right - left}" '
        f'height="{bottom - top}"><title>{said}</title></rect>'
    )


def draw_costs(show: Renderer, picture: Picture, it: ChosenModels) -> str:
    """How each column is sent the picture: pixels, tokens, dollars; or the text in it."""
    rows = "".join(f"<tr>{_cost(show, picture, it, seat)}</tr>" for seat in it.seats)
    if not rows:
        return ""
    names = ("cost_model", "cost_pixels", "cost_tokens", "cost_price")
    heads = "".join(f'<th scope="col">{say(show, name)}</th>' for name in names)
    return f'<table class="costs"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _cost(show: Renderer, picture: Picture, it: ChosenModels, seat: Seat) -> str:
    model = it.models.get(seat.ref)
    if seat.way == "reads":
        name = say(show, "ocr_column", model=it.name(seat.ref))
        return f'<th scope="row">{name}</th><td colspan="3">{say(show, "sent_as_text")}</td>'
    name = html.escape(it.name(seat.ref))
    if model is None:
        return f'<th scope="row">{name}</th><td colspan="3">{say(show, "cost_unknown")}</td>'
    sent = sent_picture(picture, model)
    tokens = say(show, "cost_unknown") if sent.tokens is None else show.number(sent.tokens)
    size = f"{sent.width} × {sent.height}"
    return f'<th scope="row">{name}</th><td>{size}</td><td>{tokens}</td><td>{draw_cost(show, sent.cost)}</td>'


def _lines(show: Renderer, reading: Reading | None, number: int) -> str:
    """The text that was read, a line a box, with the program's confidence."""
    if reading is None:
        return ""
    if not reading.blocks:
        return f'<p class="quiet">{say(show, "nothing_read")}</p>'
    rows = "".join(
        f'<tr data-block="{place}" tabindex="0"><td>{html.escape(block.text)}</td>'
        f'<td class="number">{show.number(block.confidence, ".2f")}</td></tr>'
        for place, block in enumerate(reading.blocks)
    )
    heads = f'<th scope="col">{say(show, "read_text")}</th><th scope="col">{say(show, "confidence")}</th>'
    return (
        f'<details class="read" data-key="read-{number}"><summary>{say(show, "read_title", count=len(reading.blocks))}'
        f'</summary><p class="quiet">{say(show, "confidence_info")}</p>'
        f'<table class="costs lines"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></details>'
    )


def _questions(show: Renderer, picture: Picture, language: str) -> str:
    """What may be asked of a sample image, a click each: one question of each type."""
    known = questions_of(picture.name, language)
    by_type = {one.type: html.escape(one.item.question) for one in reversed(known)}
    offered = list(by_type.values())[::-1][:_QUESTIONS]
    buttons = "".join(f'<button type="button" data-question="{one}">{one}</button>' for one in offered)
    return f'<p class="quiet">{say(show, "try_asking")}</p><div class="chips">{buttons}</div>' if buttons else ""


def draw_samples(show: Renderer, language: str) -> str:
    """The sample images that have questions in this language."""
    buttons = "".join(_sample(show, name) for name in samples(language))
    return f'<h4 class="part">{say(show, "samples")}</h4><div class="samples">{buttons}</div>'


def _sample(show: Renderer, name: str) -> str:
    title = say(show, f"sample_{name.split('.')[0]}")
    image = f'<img src="{data_address(thumbnail(name))}" alt="">'
    return f'<button type="button" data-sample="{html.escape(name)}">{image}<span>{title}</span></button>'


def draw_adding(show: Renderer, adding: UploadProgress) -> str:
    """How far adding is."""
    said = say(show, "adding", done=min(adding.done + 1, adding.total), all=adding.total)
    return f'<p class="told" role="status">{said}</p>'


def draw_rejected(show: Renderer, adding: UploadProgress) -> str:
    """The files that are no pictures, and why: a sentence each."""
    return "".join(show.alert(one.failure) for one in adding.rejected)


def picture_choices(show: Renderer, pictures: Sequence[Picture]) -> list[tuple[str, int]]:
    """The pictures as a dropdown has them."""
    return [
        (show.text("vision.picture_number", number=number, name=one.name), number)
        for number, one in enumerate(pictures, start=1)
    ]
