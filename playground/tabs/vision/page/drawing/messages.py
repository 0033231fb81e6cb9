"""A column of the conversation as a Chatbot takes it."""

from __future__ import annotations

import re
from typing import Any

from playground.asking.reply import Reply
from playground.page.parts.render import AGAIN, KEYS, Renderer
from playground.page.parts.verbatim import tags_shown
from playground.tabs.vision.lab.ocr import Reading
from playground.tabs.vision.visit.values import Seat, Session, VisionTurn


def messages(show: Renderer, session: Session, seat: Seat) -> list[dict[str, Any]]:
    """Questions with their pictures' numbers, what was read, and the replies."""
    numbers = {picture.image: number for number, picture in enumerate(session.pictures, start=1)}
    shown: list[dict[str, Any]] = []
    for turn in session.turns:
        with_it = ", ".join(str(numbers[one.image]) for one in turn.pictures if one.image in numbers)
        above = f"*{show.text('vision.with_pictures', numbers=with_it)}*\n\n" if with_it else ""
        shown.append({"role": "user", "content": above + tags_shown(turn.question)})
        reply = turn.reply(seat)
        if reply is not None:
            if not reply.column and seat.way == "reads":
                shown += _read(show, session, turn)
            shown += _draw_reply(show, session, turn, seat, reply)
    return shown


def _draw_reply(show: Renderer, session: Session, turn: VisionTurn, seat: Seat, reply: Reply) -> list[dict[str, Any]]:
    unread = any(picture.image not in session.readings for picture in turn.pictures)
    if seat.way == "reads" and unread and reply.state == "waiting":
        metadata = {"title": show.text("vision.reading"), "status": "pending"}
        return [{"role": "assistant", "content": "", "metadata": metadata}]
    said = show.reply(reply)
    options = [one for one in said[-1].get("options", []) if one["value"] in (KEYS, AGAIN)]
    if "options" in said[-1]:
        said[-1]["options"] = options
    return said


def _read(show: Renderer, session: Session, turn: VisionTurn) -> list[dict[str, Any]]:
    """What the program read in the pictures that came with this question, folded."""
    readings = [session.readings[one.image] for one in turn.pictures if one.image in session.readings]
    if not readings:
        return []
    content = "\n\n".join(_quote(reading) or show.text("vision.nothing_read") for reading in readings)
    lines = sum(len(reading.blocks) for reading in readings)
    title = show.text("vision.read_title", count=lines)
    return [{"role": "assistant", "content": content, "metadata": {"title": title, "status": "done"}}]


def _quote(reading: Reading) -> str:
    text = reading.text
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{fence}text\n{text}\n{fence}" if text.strip() else ""
