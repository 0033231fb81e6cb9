"""A conversation about images as a file: JSON or Markdown. Images are named and described, and not part of it: they may
show people, and a file that is passed on should hold no more than its reader expects. No key is ever part of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from playground.asking.reply import Reply
from playground.tabs.vision.lab.ocr import Reading
from playground.tabs.vision.visit.values import Picture, Seat, Session

_REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)
_READING: TypeAdapter[Reading] = TypeAdapter(Reading)


def to_json(session: Session) -> str:
    """Pictures by number, with size and SHA-256 of what was sent; questions; every reply with all that is known."""
    numbers = {picture.image: number for number, picture in enumerate(session.pictures, start=1)}
    whole = {
        "format": "aula.vision/1",
        "pictures": [_picture(session, one, number) for number, one in enumerate(session.pictures, start=1)],
        "turns": [
            {
                "question": turn.question,
                "pictures": [numbers[one.image] for one in turn.pictures if one.image in numbers],
                "columns": [
                    {"way": seat.way, **_REPLY.dump_python(reply, mode="json")}
                    for seat, reply in zip(turn.seats, turn.replies, strict=True)
                ],
            }
            for turn in session.turns
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _picture(session: Session, it: Picture, number: int) -> dict[str, Any]:
    reading = session.readings.get(it.image)
    return {
        "number": number,
        "name": it.name,
        "type": it.image.mime,
        "width": it.width,
        "height": it.height,
        "bytes": len(it.image.content),
        "sha256": hashlib.sha256(it.image.content).hexdigest(),
        "read": _READING.dump_python(reading, mode="json") if reading is not None else None,
    }


def to_markdown(session: Session, words: Mapping[str, str]) -> str:
    """`words`: "you" over the visitor's questions, "image" before a number, "read" before what a program read."""
    numbers = {picture.image: number for number, picture in enumerate(session.pictures, start=1)}
    parts: list[str] = []
    for turn in session.turns:
        parts += [f"## {words['you']}", ""]
        parts += [_describe(one, numbers.get(one.image, 0), words) for one in turn.pictures]
        parts += ["", turn.question, ""]
        for seat, reply in zip(turn.seats, turn.replies, strict=True):
            parts += [f"## {_name(seat, words)}", "", reply.text, "", f"<sub>{reply.finish or reply.state}</sub>", ""]
    return "\n".join(parts).strip() + "\n"


def _describe(it: Picture, number: int, words: Mapping[str, str]) -> str:
    return f"- {words['image']} {number}: `{it.name.replace('`', '')}`, {it.width} × {it.height} px"


def _name(seat: Seat, words: Mapping[str, str]) -> str:
    return seat.ref if seat.way == "sees" else f"{words['read']} + {seat.ref}"
